#include "cli/project_upload.h"

#include <fcntl.h>
#include <set>
#include <unistd.h>
#include <unordered_map>

#include "base/digest.h"
#include "base/file.h"
#include "base/text.h"

namespace gt {

namespace {

/// Below the largest body that a server takes.
constexpr std::int64_t piece_bytes_max = 768 << 10;

/// Where to read what the server asks for.
struct Place {
  std::string path;  ///< absolute; empty: `text`
  std::string text;
  std::int64_t bytes = 0;
};

class Uploader {
 public:
  Uploader(const ServerClient& server, Upload wanted,
           const std::function<void(const Uploaded& so_far)>& sent)
      : server_(server), wanted_(std::move(wanted)), sent_(sent) {
    std::string text = tree_text(wanted_.tree);
    tree_ = sha256(text);
    for (const TreeEntry& entry : wanted_.tree)
      if (entry.is_file())
        places_.try_emplace(entry.digest,
                            Place{join_path(wanted_.root, entry.path), {}, entry.bytes});
    const auto size = static_cast<std::int64_t>(text.size());
    places_.insert_or_assign(tree_, Place{{}, std::move(text), size});
  }

  Result<Uploaded> run() {
    const std::string path = fmt::format("/api/v1/projects/{}/versions", wanted_.project);
    const std::string body = compact_json(
        JsonObject{{"tree", tree_.hex()}, {"git", wanted_.git}, {"message", wanted_.message}});
    for (;;) {
      const HttpReply reply =
          TRY(server_.call(HttpMethod::post, path, body, {{"Content-Type", "application/json"}},
                           std::chrono::minutes(10)));
      const auto json = parse_json(reply.body);
      if (reply.status == 200 || reply.status == 201) {
        if (!json || json->object() == nullptr) return error_of(reply);
        done_.answer = *json->object();
        return std::move(done_);
      }
      if (reply.status != 409) return error_of(reply);
      TRY(send_missing(reply));
    }
  }

 private:
  Result<void> send_missing(const HttpReply& reply) {
    const auto json = parse_json(reply.body);
    const Json* const missing =
        json && json->object() != nullptr ? json->object()->find("missing") : nullptr;
    if (missing == nullptr || missing->list() == nullptr || missing->list()->empty())
      return error_of(reply);
    for (const Json& one : *missing->list()) {
      const auto digest = one.string() != nullptr ? Digest::parse(*one.string()) : std::nullopt;
      const auto place = digest ? places_.find(*digest) : places_.end();
      // What it had and asks for again does not get there.
      if (place == places_.end() || !asked_.insert(*digest).second) return error_of(reply);
      TRY(send(*digest, place->second));
    }
    return flush();
  }

  Result<void> send(const Digest& digest, const Place& place) {
    if (place.bytes > piece_bytes_max) return send_pieces(digest, place);
    const std::string bytes = place.path.empty()
                                  ? place.text
                                  : TRY(read_file(place.path, std::size_t{piece_bytes_max} + 1));
    if (sha256(bytes) != digest) return changed(place);
    if (static_cast<std::int64_t>(bundle_.size()) + place.bytes > piece_bytes_max) TRY(flush());
    bundle_ += fmt::format("{} {}\n", digest.hex(), bytes.size());
    bundle_ += bytes;
    ++bundled_files_;
    return {};
  }

  Result<void> flush() {
    if (bundle_.empty()) return {};
    const auto size = static_cast<std::int64_t>(bundle_.size());
    const HttpReply reply = TRY(
        server_.call(HttpMethod::post, fmt::format("/api/v1/projects/{}/files", wanted_.project),
                     std::exchange(bundle_, {}), {{"Content-Type", "application/octet-stream"}}));
    if (reply.status != 201) return error_of(reply);
    add(std::exchange(bundled_files_, 0), size);
    return {};
  }

  Result<void> send_pieces(const Digest& digest, const Place& place) {
    UniqueFd file;
    if (!place.path.empty()) file = TRY(open_regular_file(place.path));
    const std::string path =
        fmt::format("/api/v1/projects/{}/files/{}", wanted_.project, digest.hex());
    for (std::int64_t at = 0; at < place.bytes;) {
      const std::int64_t size = std::min(piece_bytes_max, place.bytes - at);
      std::string bytes(static_cast<std::size_t>(size), '\0');
      if (!file)
        bytes = place.text.substr(static_cast<std::size_t>(at), bytes.size());
      else if (::pread(file.get(), bytes.data(), bytes.size(), at) != size)
        return changed(place);
      const HttpReply reply = TRY(server_.call(
          HttpMethod::put, path, std::move(bytes),
          {{"Content-Type", "application/octet-stream"},
           {"Content-Range", fmt::format("bytes {}-{}/{}", at, at + size - 1, place.bytes)}}));
      if (reply.status != 201 && reply.status != 202) return error_of(reply);
      const auto json = parse_json(reply.body);
      const Json* const there =
          json && json->object() != nullptr ? json->object()->find("bytes") : nullptr;
      if (there == nullptr || there->integer() == nullptr || *there->integer() == at)
        return error_of(reply);
      at = *there->integer();
      add(0, size);
    }
    add(1, 0);
    return {};
  }

  void add(std::int64_t files, std::int64_t bytes) {
    done_.sent_files += files;
    done_.sent_bytes += bytes;
    if (sent_) sent_(done_);
  }

  Error changed(const Place& place) const {
    return Error{Errc::invalid,
                 fmt::format("{} has changed since the push began",
                             printable(place.path.substr(wanted_.root.size() + 1))),
                 "push again"};
  }

  const ServerClient& server_;
  Upload wanted_;
  const std::function<void(const Uploaded& so_far)>& sent_;
  Digest tree_ = {};
  std::unordered_map<Digest, Place> places_;
  std::set<Digest> asked_;
  std::string bundle_;
  std::int64_t bundled_files_ = 0;
  Uploaded done_;
};

}  // namespace

Result<Uploaded> upload(const ServerClient& server, Upload wanted,
                        const std::function<void(const Uploaded& so_far)>& sent) {
  return Uploader(server, std::move(wanted), sent).run();
}

}  // namespace gt
