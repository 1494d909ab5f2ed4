#include "process/log_watch.h"

#include <array>
#include <cerrno>
#include <sys/inotify.h>
#include <unistd.h>

namespace gt {

namespace {

int watch(int fd, const std::string& folder) {
  return ::inotify_add_watch(fd, folder.c_str(), IN_MODIFY | IN_CREATE | IN_MOVED_TO | IN_ONLYDIR);
}

}  // namespace

Result<LogWatch> LogWatch::open(std::string attempts) {
  UniqueFd fd(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
  if (!fd) return errno_error(errno, "watching logs");
  // Before the first attempt there is none; where it cannot be made, nothing will come either.
  (void)make_directories(attempts).ok();
  (void)::inotify_add_watch(fd.get(), attempts.c_str(), IN_CREATE | IN_MOVED_TO | IN_ONLYDIR);
  return LogWatch(std::move(fd));
}

void LogWatch::add(const std::string& folder) { watches_[folder] = watch(fd_.get(), folder); }

void LogWatch::remove(const std::string& folder) {
  const auto found = watches_.find(folder);
  if (found == watches_.end()) return;
  if (found->second >= 0) (void)::inotify_rm_watch(fd_.get(), found->second);
  watches_.erase(found);
}

void LogWatch::clear() {
  alignas(inotify_event) std::array<char, 4096> events{};
  while (::read(fd_.get(), events.data(), events.size()) > 0) {
  }
  for (auto& [folder, number] : watches_)
    if (number < 0) number = watch(fd_.get(), folder);
}

}  // namespace gt
