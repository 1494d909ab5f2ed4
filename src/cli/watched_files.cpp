#include "cli/watched_files.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <sys/inotify.h>
#include <unistd.h>

#include "base/text.h"

namespace gt {

namespace {

constexpr std::uint32_t changes = IN_CLOSE_WRITE | IN_CREATE | IN_MOVED_TO | IN_DELETE |
                                  IN_MOVED_FROM | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;

/// Each look may find a folder that has just been made.
constexpr int looks_at_once_max = 5;

}  // namespace

Result<void> WatchedFiles::add(WatchId watch, const std::string& root, const FilesWanted& wanted) {
  FileArrivals arrivals =
      TRY(FileArrivals::open(root, FileRule{.glob = wanted.glob, .stable = wanted.stable}));
  // A user has few of them, and most engines wait for no file.
  if (!inotify_) inotify_.reset(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
  all_.emplace(watch, One{std::move(arrivals)});
  return {};
}

void WatchedFiles::remove(WatchId watch) {
  const auto one = all_.find(watch);
  if (one == all_.end()) return;
  for (const int descriptor : one->second.folders) {
    const auto folder = folders_.find(descriptor);
    if (folder == folders_.end()) continue;
    folder->second.watches.erase(watch);
    if (!folder->second.watches.empty()) continue;
    for (const std::string& path : folder->second.paths) folder_at_.erase(path);
    folders_.erase(folder);
    ::inotify_rm_watch(inotify_.get(), descriptor);
  }
  all_.erase(one);
}

WatchedFiles::Found WatchedFiles::look(WatchId watch) {
  One& one = all_.at(watch);
  Result<std::vector<ArrivedFile>> files = std::vector<ArrivedFile>();
  // What came before a folder was watched, nobody tells of.
  bool has_new = true;
  for (int looks = 0; has_new && looks < looks_at_once_max; ++looks) {
    files = one.arrivals.look(clock_);
    if (!files) return {NothingFound{files.error().message}};
    has_new = false;
    for (const std::string& folder : one.arrivals.folders())
      has_new = follow(watch, one, folder) || has_new;
  }
  FilesFound found;
  for (const ArrivedFile& file : *files)
    if (file.is_stable) found.paths.push_back(file.path);
  if (!found.paths.empty()) return {std::move(found)};
  const auto rest = one.arrivals.until_stable(clock_.steady());
  if (files->empty()) return {NothingFound{}, rest};
  return {NothingFound{files->front().path + " has not come to rest"}, rest};
}

/// The folder, or the nearest one above it that is there; whether it was not watched before.
bool WatchedFiles::follow(WatchId watch, One& one, std::string path) {
  for (;; path = parent_path(path)) {
    auto known = folder_at_.find(path);
    if (known == folder_at_.end()) {
      const int descriptor = ::inotify_add_watch(inotify_.get(), path.c_str(), changes);
      const bool is_missing = descriptor < 0 && (errno == ENOENT || errno == ENOTDIR);
      if (is_missing && path != "/" && path != ".") continue;
      if (descriptor < 0) return false;
      folders_[descriptor].paths.push_back(path);
      known = folder_at_.emplace(path, descriptor).first;
    }
    folders_.at(known->second).watches.insert(watch);
    return one.folders.insert(known->second).second;
  }
}

/// The folder is gone, or is another one now.
void WatchedFiles::lose(int descriptor, std::set<WatchId>& concerned) {
  const auto folder = folders_.find(descriptor);
  if (folder == folders_.end()) return;
  for (const WatchId watch : folder->second.watches) {
    concerned.insert(watch);
    all_.at(watch).folders.erase(descriptor);
  }
  for (const std::string& path : folder->second.paths) folder_at_.erase(path);
  folders_.erase(folder);
  ::inotify_rm_watch(inotify_.get(), descriptor);
}

std::set<WatchId> WatchedFiles::hear() {
  std::set<WatchId> concerned;
  alignas(inotify_event) std::array<char, 16384> bytes;
  for (;;) {
    const auto size = ::read(inotify_.get(), bytes.data(), bytes.size());
    if (size <= 0) return concerned;
    for (std::size_t at = 0; at < static_cast<std::size_t>(size);) {
      inotify_event event;
      std::memcpy(&event, bytes.data() + at, sizeof event);
      const char* const name = bytes.data() + at + sizeof event;
      at += sizeof event + event.len;
      if ((event.mask & IN_Q_OVERFLOW) != 0)
        for (const auto& [watch, one] : all_) concerned.insert(watch);
      if ((event.mask & (IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED)) != 0)
        lose(event.wd, concerned);
      const auto folder = folders_.find(event.wd);
      if (folder == folders_.end() || event.len == 0) continue;
      const bool is_folder = (event.mask & IN_ISDIR) != 0;
      for (const WatchId watch : folder->second.watches)
        for (const std::string& path : folder->second.paths)
          if (is_folder || all_.at(watch).arrivals.selects(join_path(path, name)))
            concerned.insert(watch);
    }
  }
}

}  // namespace gt
