#include "cli/remote_command.h"

#include <atomic>
#include <csignal>
#include <fcntl.h>
#include <poll.h>

#include "base/file.h"
#include "base/text.h"
#include "base/thread.h"
#include "cli/command_places.h"
#include "cli/server_client.h"
#include "cli/signal_watch.h"
#include "cli/value_input.h"
#include "cli/wake.h"

namespace gt {

namespace {

constexpr auto fetch_time_max = std::chrono::hours(1);
constexpr unsigned leaving_count = 3;

/// Writes what comes of a file's content to a file of this machine.
class Destination {
 public:
  static Result<Destination> open(const std::string& path) {
    Destination made;
    made.path_ = path;
    made.fd_ = TRY(open_file(path, O_WRONLY | O_CREAT | O_EXCL));
    return made;
  }
  Result<void> write(std::string_view bytes) { return write_all(fd_.get(), bytes); }
  void remove() { (void)remove_tree(path_).ok(); }

 private:
  std::string path_;
  UniqueFd fd_;
};

struct Part {
  std::int64_t number = 0;
  std::string_view kind = {};  ///< out, err, exit
  std::string_view bytes = {};
  int code = 0;
};

/// Takes one off the front. nullopt: it is cut, and comes again.
std::optional<Part> next_part(std::string_view& rest) {
  const std::size_t end = rest.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  const auto words = split(rest.substr(0, end), ' ');
  if (words.size() != 3) return std::nullopt;
  const auto number = parse_whole_number(words[0]), size = parse_whole_number(words[2]);
  if (!number || !size) return std::nullopt;
  Part part{.number = *number, .kind = words[1]};
  std::string_view after = rest.substr(end + 1);
  if (part.kind == "exit") {
    part.code = static_cast<int>(*size);
  } else {
    const auto bytes = static_cast<std::size_t>(*size);
    if (bytes > after.size()) return std::nullopt;
    part.bytes = after.substr(0, bytes);
    after.remove_prefix(bytes);
  }
  rest = after;
  return part;
}

/// A command that goes on there.
class RemoteRun {
 public:
  RemoteRun(Session& session, const ServerClient& server, std::optional<Destination> destination)
      : session_(session), server_(server), destination_(std::move(destination)) {}

  Result<ExitCode> run(const std::vector<std::string>& words,
                       const std::optional<std::string>& input) {
    // Before the first thread: whoever is made later inherits that signals are not for it.
    SignalWatch signals = TRY(SignalWatch::open());
    Wake wake = TRY(Wake::open());
    JsonList list;
    for (const std::string& word : words) list.emplace_back(word);
    const bool has_colors =
        session_.console.facts().output.has_colors && session_.console.facts().talk.has_colors;
    JsonObject asked{{"words", std::move(list)}, {"colors", has_colors}};
    if (input) asked.set("input", *input);
    const JsonObject begun = TRY(server_.ask(HttpMethod::post, "/api/v1/commands", asked));
    const Json* const id = begun.find("id");
    if (id == nullptr || id->string() == nullptr)
      return error(Errc::unavailable, "{} does not answer as a geartrain server does",
                   server_.url());
    path_ = "/api/v1/commands/" + *id->string();
    auto listener =
        TRY(start_thread([&](const std::stop_token& stop) { pass_signals(signals, wake, stop); }));
    auto ended = fetch_all(stop_.get_token());
    listener.request_stop();
    wake.ring();
    if (!ended && has_left_) return Error{Errc::cancelled, "left; it goes on there", ""};
    if (destination_ && !(ended && *ended == ExitCode::ok)) destination_->remove();
    return ended;
  }

 private:
  void pass_signals(SignalWatch& signals, Wake& wake, const std::stop_token& stop) {
    unsigned count = 0;
    while (!stop.stop_requested()) {
      pollfd ends[] = {{signals.fd(), POLLIN, 0}, {wake.fd(), POLLIN, 0}};
      (void)::poll(ends, std::size(ends), -1);
      while (const auto signal = signals.next()) {
        if (*signal == SIGWINCH) continue;
        if (++count >= leaving_count) {
          has_left_ = true;
          stop_.request_stop();
          return;
        }
        (void)server_.ask(HttpMethod::post, path_ + "/interrupt", {}).ok();
      }
    }
  }

  Result<ExitCode> fetch_all(const std::stop_token& stop) {
    for (std::int64_t after = 0;;) {
      const HttpReply reply =
          TRY(server_.call(HttpMethod::get, fmt::format("{}/output?after={}", path_, after), {}, {},
                           fetch_time_max, stop));
      if (reply.status != 200) return error_of(reply);
      std::string_view rest = reply.body;
      while (const auto part = next_part(rest)) {
        if (part->number <= after) continue;
        after = part->number;
        if (part->kind == "exit") return static_cast<ExitCode>(part->code);
        TRY(show(*part));
      }
    }
  }

  Result<void> show(const Part& part) {
    if (part.kind != "out") {
      session_.console.draw(part.bytes);
      return {};
    }
    if (destination_) return destination_->write(part.bytes);
    session_.console.print(part.bytes);
    return session_.console.flush();
  }

  Session& session_;
  const ServerClient& server_;
  std::optional<Destination> destination_;
  std::string path_;
  std::stop_source stop_;
  std::atomic<bool> has_left_ = false;
};

/// `get RUN NAME FILE` and `asset get NAME FILE` write the file here. Takes it out of the words.
std::optional<std::string> take_destination(const std::string& name,
                                            std::vector<std::string>& words) {
  if (name != "get" && name != "asset get") return std::nullopt;
  std::size_t places = 0;
  for (std::string& word : words) {
    if (word.starts_with('-') && word != "-") continue;
    // Its own name, and what is to be had, come first.
    if (++places <= 3) continue;
    if (word == "-") return std::nullopt;
    return std::exchange(word, "-");
  }
  return std::nullopt;
}

}  // namespace

Result<ExitCode> run_on_server(Session& session, const std::string& url, const std::string& name,
                               std::vector<std::string> words) {
  const ServerClient server = TRY(ServerClient::open(session, url));
  std::optional<Destination> destination;
  if (const auto path = take_destination(name, words)) destination = TRY(Destination::open(*path));
  std::erase(words, "--no-pager");
  const InputForServer input = TRY(input_for_server(session, name, std::move(words)));
  return RemoteRun(session, server, std::move(destination)).run(input.words, input.text);
}

}  // namespace gt
