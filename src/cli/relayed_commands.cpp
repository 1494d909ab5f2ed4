#include "cli/relayed_commands.h"

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <csignal>
#include <deque>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/id.h"
#include "base/text.h"
#include "base/thread.h"
#include "cli/command_places.h"
#include "cli/commands.h"

namespace gt {

namespace {

constexpr std::size_t part_bytes_max = 32U << 10U;
/// Of output that nobody has fetched; then the command waits.
constexpr std::size_t kept_bytes_max = 1U << 20U;
/// Of one answer, below what a stream may hold.
constexpr std::size_t answer_bytes_max = 128U << 10U;
/// Nobody who fetches for so long has gone.
constexpr auto abandoned_after = std::chrono::seconds(60);
/// How long what has ended can still be asked for.
constexpr auto kept_after_end = std::chrono::minutes(5);

/// The environment of a command: ours, but for what is about another place.
std::vector<std::string> environment_of(const AskedCommand& asked, const std::string& home,
                                        const Settings& settings) {
  constexpr std::string_view own[] = {"GEARTRAIN_SERVER=", "GEARTRAIN_TOKEN=", "GEARTRAIN_HOME=",
                                      "GEARTRAIN_COLOR=", "GEARTRAIN_ON_BEHALF_OF="};
  std::vector<std::string> variables;
  for (char** one = environ; *one != nullptr; ++one) {
    const std::string_view text(*one);
    if (std::ranges::none_of(own, [&](std::string_view name) { return text.starts_with(name); }))
      variables.emplace_back(text);
  }
  variables.push_back("GEARTRAIN_HOME=" + home);
  for (const SettingId id : {SettingId::secrets_file, SettingId::key_file})
    if (const SettingValue* const set = settings.find(id))
      variables.push_back(fmt::format("{}={}", setting(id).variable, set->text));
  variables.push_back(std::string("GEARTRAIN_COLOR=") + (asked.has_colors ? "always" : "never"));
  variables.push_back("GEARTRAIN_ON_BEHALF_OF=" + asked.who);
  return variables;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

struct Pipe {
  UniqueFd read, write;
};

Result<Pipe> make_pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return errno_error(errno, "making a pipe");
  return Pipe{UniqueFd(ends[0]), UniqueFd(ends[1])};
}

/// Standard input with this text, which is on no disk.
Result<UniqueFd> make_input(const std::string& text) {
  UniqueFd fd(::memfd_create("geartrain-input", MFD_CLOEXEC));
  if (!fd) return errno_error(errno, "making the input of a command");
  TRY(write_all(fd.get(), text));
  if (::lseek(fd.get(), 0, SEEK_SET) != 0)
    return errno_error(errno, "making the input of a command");
  return fd;
}

/// Owns what posix_spawn(3) is told.
struct SpawnPlan {
  SpawnPlan() {
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawnattr_init(&attributes);
  }
  ~SpawnPlan() {
    ::posix_spawn_file_actions_destroy(&actions);
    ::posix_spawnattr_destroy(&attributes);
  }
  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;

  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
};

Result<pid_t> spawn(std::vector<std::string> words, std::vector<std::string> environment,
                    const std::string& folder, int input, int output, int talk) {
  SpawnPlan plan;
  ::posix_spawn_file_actions_adddup2(&plan.actions, input, STDIN_FILENO);
  ::posix_spawn_file_actions_adddup2(&plan.actions, output, STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&plan.actions, talk, STDERR_FILENO);
  ::posix_spawn_file_actions_addchdir_np(&plan.actions, folder.c_str());
  sigset_t none, defaults;
  sigemptyset(&none);
  sigfillset(&defaults);
  ::posix_spawnattr_setsigmask(&plan.attributes, &none);
  ::posix_spawnattr_setsigdefault(&plan.attributes, &defaults);
  ::posix_spawnattr_setpgroup(&plan.attributes, 0);
  ::posix_spawnattr_setflags(
      &plan.attributes,
      static_cast<short>(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP));
  const auto arguments = pointers_to(words), variables = pointers_to(environment);
  pid_t child = 0;
  const int failure = ::posix_spawn(&child, "/proc/self/exe", &plan.actions, &plan.attributes,
                                    arguments.data(), variables.data());
  if (failure != 0) return errno_error(failure, "starting a command");
  return child;
}

int exit_code_of_status(int status) {
  constexpr int signal_base = 128;
  return WIFEXITED(status) ? WEXITSTATUS(status) : signal_base + WTERMSIG(status);
}

}  // namespace

/// A command and what it has written that nobody has fetched yet.
class RelayedCommands::One {
 public:
  One(std::string who, pid_t child, UniqueFd output, UniqueFd talk, Clock& clock)
      : who_(std::move(who)),
        child_(child),
        output_(std::move(output)),
        talk_(std::move(talk)),
        clock_(clock),
        fetched_at_(clock.steady()) {}

  Result<void> start() {
    auto reader = start_thread([this](const std::stop_token& stop) { read_all(stop); });
    if (!reader) {
      signal(SIGKILL);
      reap();
      return std::move(reader).error();
    }
    reader_ = *std::move(reader);
    return {};
  }

  const std::string& who() const { return who_; }

  std::shared_ptr<EventStream> fetch(std::int64_t after) {
    const std::lock_guard lock(mutex_);
    fetched_at_ = clock_.steady();
    while (!parts_.empty() && parts_.front().number <= after) {
      kept_bytes_ -= parts_.front().text.size();
      parts_.pop_front();
    }
    room_.notify_all();
    if (listener_) listener_->close();
    listener_ = EventStream::create({.content_type = "application/octet-stream",
                                     .queue_bytes_max = 2 * answer_bytes_max,
                                     .heartbeat = ""});
    auto stream = listener_;
    deliver();
    return stream;
  }

  void signal(int number) {
    const std::lock_guard lock(mutex_);
    if (child_ > 0) (void)::kill(-child_, number);
  }

  bool may_be_forgotten() {
    const std::lock_guard lock(mutex_);
    return child_ == 0 && (parts_.empty() || clock_.steady() - fetched_at_ > kept_after_end);
  }
  bool is_running() {
    const std::lock_guard lock(mutex_);
    return child_ > 0;
  }
  void end() {
    signal(SIGTERM);
    reader_.request_stop();
    room_.notify_all();
    if (reader_.joinable()) reader_.join();
    const std::lock_guard lock(mutex_);
    if (listener_) listener_->close();
  }

 private:
  struct Part {
    std::int64_t number;
    std::string text;  ///< with its line
  };

  void read_all(const std::stop_token& stop) {
    pollfd ends[] = {{output_.get(), POLLIN, 0}, {talk_.get(), POLLIN, 0}};
    while (ends[0].fd >= 0 || ends[1].fd >= 0) {
      if (!wait_for_room(stop)) break;
      constexpr int look_milliseconds = 1000;
      if (::poll(ends, std::size(ends), look_milliseconds) < 0 && errno != EINTR) break;
      if (stop.stop_requested()) break;
      end_if_abandoned();
      for (pollfd& end : ends) {
        if (end.fd < 0 || end.revents == 0) continue;
        std::string bytes(part_bytes_max, '\0');
        const ssize_t count = ::read(end.fd, bytes.data(), bytes.size());
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) {
          end.fd = -1;
          continue;
        }
        bytes.resize(static_cast<std::size_t>(count));
        add(&end == &ends[0] ? "out" : "err", bytes);
      }
    }
    output_.reset();
    talk_.reset();
    const int code = reap();
    const std::lock_guard lock(mutex_);
    add_part(fmt::format("exit {}\n", code));
    deliver();
  }

  /// False: nobody will fetch any more.
  bool wait_for_room(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    while (kept_bytes_ >= kept_bytes_max && !stop.stop_requested()) {
      room_.wait_for(lock, std::chrono::seconds(1));
      if (is_abandoned()) {
        (void)::kill(-child_, SIGINT);
        return false;
      }
    }
    return !stop.stop_requested();
  }

  bool is_abandoned() const {
    const bool has_listener = listener_ && listener_->is_open();
    return !has_listener && clock_.steady() - fetched_at_ > abandoned_after;
  }

  void end_if_abandoned() {
    const std::lock_guard lock(mutex_);
    if (child_ <= 0 || !is_abandoned()) return;
    (void)::kill(-child_, SIGINT);
    fetched_at_ = clock_.steady();
  }

  /// Without the lock: the command may take its time.
  int reap() {
    int status = 0;
    while (::waitpid(child_, &status, 0) < 0 && errno == EINTR) continue;
    const std::lock_guard lock(mutex_);
    child_ = 0;
    return exit_code_of_status(status);
  }

  void add(std::string_view stream, std::string_view bytes) {
    const std::lock_guard lock(mutex_);
    add_part(fmt::format("{} {}\n{}", stream, bytes.size(), bytes));
    deliver();
  }

  void add_part(std::string text) {
    const std::int64_t number = ++last_number_;
    text = fmt::format("{} {}", number, text);
    kept_bytes_ += text.size();
    parts_.push_back({number, std::move(text)});
  }

  /// To who waits, once there is something.
  void deliver() {
    if (!listener_ || parts_.empty()) return;
    std::size_t bytes = 0;
    for (const Part& part : parts_) {
      bytes += part.text.size();
      if (bytes > answer_bytes_max) break;
      listener_->push(part.text);
    }
    listener_->close();
    listener_.reset();
  }

  const std::string who_;
  std::mutex mutex_;
  pid_t child_;  ///< 0: it has ended
  UniqueFd output_, talk_;
  Clock& clock_;
  Duration fetched_at_;
  std::condition_variable room_;
  std::deque<Part> parts_;
  std::size_t kept_bytes_ = 0;
  std::int64_t last_number_ = 0;
  std::shared_ptr<EventStream> listener_;
  std::jthread reader_;  ///< last: it uses what stands above
};

Result<std::string> RelayedCommands::begin(const AskedCommand& asked) {
  std::vector<std::string> words = asked.words;
  const std::string two = words.size() > 1 ? words[0] + " " + words[1] : words[0];
  const bool has_two = words.size() > 1 && find_command(two) != nullptr;
  const std::string name = has_two ? two : words[0];
  if (find_command(name) == nullptr)
    return error(Errc::invalid, "there is no command {}", shell_quoted(printable(name)));
  const auto scope = scope_of_command(name, words);
  if (!scope)
    return Error{Errc::invalid, fmt::format("`{}` is about the machine that it is called on", name),
                 "call it without --server"};
  if (asked.scope < *scope)
    return error(Errc::denied, "`{}` needs the scope {}, and the token has {}", name,
                 to_text(*scope), to_text(asked.scope));
  TRY(check_remote_words(name, {words.begin() + (has_two ? 2 : 1), words.end()},
                         records_.project.root));
  words.insert(words.begin(), "geartrain");

  const std::lock_guard lock(mutex_);
  forget_ended();
  const auto running = std::ranges::count_if(
      commands_, [](const auto& entry) { return entry.second->is_running(); });
  if (static_cast<std::size_t>(running) >= commands_max)
    return Error{Errc::exhausted, fmt::format("{} commands go on for others already", running),
                 "one begins when another has ended"};
  const UniqueFd input = TRY(make_input(asked.input));
  Pipe output = TRY(make_pipe());
  Pipe talk = TRY(make_pipe());
  const pid_t child =
      TRY(spawn(std::move(words), environment_of(asked, records_.home.path(), session_.settings()),
                records_.project.root, input.get(), output.write.get(), talk.write.get()));
  auto one = std::make_shared<One>(asked.who, child, std::move(output.read), std::move(talk.read),
                                   session_.clock);
  TRY(one->start());
  std::string id = make_uuid(session_.clock.now(), entropy_);
  commands_.emplace(id, std::move(one));
  return id;
}

Result<std::shared_ptr<RelayedCommands::One>> RelayedCommands::find(const std::string& id,
                                                                    const std::string& who) {
  const std::lock_guard lock(mutex_);
  const auto found = commands_.find(id);
  if (found == commands_.end() || found->second->who() != who)
    return error(Errc::not_found, "there is no command {}", shell_quoted(printable(id)));
  return found->second;
}

Result<std::shared_ptr<EventStream>> RelayedCommands::output(const std::string& id,
                                                             std::int64_t after,
                                                             const std::string& who) {
  return TRY(find(id, who))->fetch(after);
}

Result<void> RelayedCommands::interrupt(const std::string& id, const std::string& who) {
  TRY(find(id, who))->signal(SIGINT);
  return {};
}

void RelayedCommands::forget_ended() {
  std::erase_if(commands_, [](const auto& entry) { return entry.second->may_be_forgotten(); });
}

void RelayedCommands::stop() {
  std::map<std::string, std::shared_ptr<One>> all;
  {
    const std::lock_guard lock(mutex_);
    all.swap(commands_);
  }
  for (const auto& [id, one] : all) one->end();
}

}  // namespace gt
