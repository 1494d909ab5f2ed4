#include "process/attempt_watcher.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "process/attempt_folder.h"
#include "process/epoll.h"

namespace gt {

namespace {

constexpr std::int64_t look_again_milliseconds = 200;

// What epoll tells of; further numbers are shims.
enum Source : std::uint64_t { folders_source, timer_source, first_shim };

}  // namespace

Result<AttemptWatcher> AttemptWatcher::open() {
  AttemptWatcher watcher;
  watcher.next_source_ = first_shim;
  watcher.epoll_.reset(::epoll_create1(EPOLL_CLOEXEC));
  if (!watcher.epoll_) return errno_error(errno, "making an epoll descriptor");
  watcher.timer_.reset(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK));
  if (!watcher.timer_) return errno_error(errno, "making a timer");
  TRY(epoll_listen(watcher.epoll_, watcher.timer_.get(), timer_source));
  // A user may have few of these; then it is done by time.
  watcher.folders_.reset(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
  if (watcher.folders_) TRY(epoll_listen(watcher.epoll_, watcher.folders_.get(), folders_source));
  return watcher;
}

void AttemptWatcher::watch(const std::string& name, const std::string& folder) {
  forget(name);
  Watch& watch = watches_[name];
  // The lock file is closed when the shim is through with the attempt, or dead.
  if (folders_)
    watch.folder =
        ::inotify_add_watch(folders_.get(), join_path(folder, "lock").c_str(), IN_CLOSE_WRITE);
  if (watch.folder >= 0) by_folder_.insert_or_assign(watch.folder, name);
  auto shim = open_shim(folder);
  if (shim && epoll_listen(epoll_, shim->get(), next_source_).ok()) {
    watch.shim = *std::move(shim);
    watch.shim_source = next_source_++;
    by_shim_.emplace(watch.shim_source, name);
  }
  watch.by_time = watch.folder < 0 || !watch.shim;
  set_timer();
}

void AttemptWatcher::watch_by_time(const std::string& name) {
  forget(name);
  watches_[name].by_time = true;
  set_timer();
}

void AttemptWatcher::forget(const std::string& name) {
  const auto watch = watches_.find(name);
  if (watch == watches_.end()) return;
  if (watch->second.folder >= 0) {
    ::inotify_rm_watch(folders_.get(), watch->second.folder);
    by_folder_.erase(watch->second.folder);
  }
  if (watch->second.shim) by_shim_.erase(watch->second.shim_source);
  watches_.erase(watch);
  set_timer();
}

void AttemptWatcher::set_timer() {
  const bool is_wanted =
      std::ranges::any_of(watches_, [](const auto& watch) { return watch.second.by_time; });
  if (is_wanted == is_timer_set_) return;
  itimerspec interval{};
  interval.it_interval.tv_nsec = is_wanted ? look_again_milliseconds * 1'000'000 : 0;
  interval.it_value = interval.it_interval;
  ::timerfd_settime(timer_.get(), 0, &interval, nullptr);
  is_timer_set_ = is_wanted;
}

std::vector<std::string> AttemptWatcher::poll() {
  std::vector<std::string> names;
  std::array<epoll_event, 32> ready{};
  const int count = ::epoll_wait(epoll_.get(), ready.data(), static_cast<int>(ready.size()), 0);
  for (int i = 0; i < count; ++i) {
    const std::uint64_t source = ready[static_cast<std::size_t>(i)].data.u64;
    if (source == folders_source)
      read_folders(names);
    else if (source == timer_source)
      read_timer(names);
    else if (const auto shim = by_shim_.find(source); shim != by_shim_.end())
      names.push_back(shim->second);
  }
  std::ranges::sort(names);
  const auto repeated = std::ranges::unique(names);
  names.erase(repeated.begin(), repeated.end());
  return names;
}

void AttemptWatcher::read_folders(std::vector<std::string>& names) {
  alignas(inotify_event) std::array<char, 8192> buffer;
  for (;;) {
    const ssize_t bytes = ::read(folders_.get(), buffer.data(), buffer.size());
    if (bytes <= 0) return;
    for (std::size_t at = 0; at < static_cast<std::size_t>(bytes);) {
      inotify_event event{};
      std::memcpy(&event, buffer.data() + at, sizeof event);
      at += sizeof event + event.len;
      if ((event.mask & IN_Q_OVERFLOW) != 0)
        for (const auto& [name, watch] : watches_) names.push_back(name);
      else if (const auto folder = by_folder_.find(event.wd); folder != by_folder_.end())
        names.push_back(folder->second);
    }
  }
}

void AttemptWatcher::read_timer(std::vector<std::string>& names) {
  std::uint64_t expirations = 0;
  (void)!::read(timer_.get(), &expirations, sizeof expirations);
  for (const auto& [name, watch] : watches_)
    if (watch.by_time) names.push_back(name);
}

}  // namespace gt
