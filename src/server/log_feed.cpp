#include "server/log_feed.h"

#include <algorithm>
#include <cerrno>
#include <optional>
#include <poll.h>
#include <set>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/thread.h"
#include "process/attempt_folder.h"
#include "process/log_file.h"
#include "process/log_watch.h"

namespace gt {

namespace {

constexpr std::size_t piece_bytes = 64U << 10U;
/// Of a stream that has no room, and where an end brings no event.
constexpr int slow_milliseconds = 100, idle_milliseconds = 2000;

}  // namespace

struct LogFeed::Followed {
  enum class Look { waits, is_full, done };

  std::shared_ptr<EventStream> stream;
  std::string folder;
  std::int64_t offset;
  std::function<bool()> is_over;
  std::optional<LogFile> log = {};

  bool has_ended() const {
    const auto status = inspect_attempt(folder);
    if (!status || status->phase == AttemptPhase::running) return false;
    // One that has not begun may never do so.
    return status->phase == AttemptPhase::never_started ? is_over() : true;
  }

  /// The end is looked for first: what is written before it is sent.
  Look look() {
    if (!stream->is_open()) return Look::done;
    const bool is_last = has_ended();
    if (!log) {
      auto opened = LogFile::open(folder);
      if (opened) log = *std::move(opened);
    }
    while (log) {
      if (stream->room() < piece_bytes) return Look::is_full;
      const auto bytes = log->read(offset, piece_bytes);
      if (!bytes || bytes->empty()) break;
      offset += static_cast<std::int64_t>(bytes->size());
      if (!stream->push(*bytes)) return Look::done;
    }
    return is_last ? Look::done : Look::waits;
  }
};

LogFeed::LogFeed(std::string attempts) : attempts_(std::move(attempts)) {}
LogFeed::~LogFeed() { stop(); }

Result<std::shared_ptr<EventStream>> LogFeed::follow(const std::string& folder, std::int64_t offset,
                                                     std::function<bool()> is_over) {
  auto stream = EventStream::create({.content_type = "text/plain; charset=utf-8", .heartbeat = ""});
  {
    const std::lock_guard lock(mutex_);
    TRY(begin());
    new_.push_back(std::make_unique<Followed>(Followed{
        .stream = stream, .folder = folder, .offset = offset, .is_over = std::move(is_over)}));
  }
  ring();
  return stream;
}

Result<void> LogFeed::begin() {
  if (thread_.joinable()) return {};
  bell_ = UniqueFd(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
  if (!bell_) return errno_error(errno, "following a log");
  thread_ = TRY(start_thread([this](const std::stop_token& stop) { run(stop); }));
  return {};
}

void LogFeed::ring() {
  const std::uint64_t one = 1;
  (void)!::write(bell_.get(), &one, sizeof one);
}

void LogFeed::run(const std::stop_token& stop) {
  auto watch = LogWatch::open(attempts_);
  std::vector<std::unique_ptr<Followed>> all;
  while (!stop.stop_requested()) {
    std::uint64_t rung = 0;
    (void)!::read(bell_.get(), &rung, sizeof rung);
    if (watch) watch->clear();
    {
      const std::lock_guard lock(mutex_);
      for (auto& one : new_) {
        if (watch) watch->add(one->folder);
        all.push_back(std::move(one));
      }
      new_.clear();
    }
    bool is_slow = false;
    std::set<std::string> left;
    for (auto& one : all) {
      const Followed::Look look = one->look();
      is_slow = is_slow || look == Followed::Look::is_full;
      if (look != Followed::Look::done) {
        left.insert(one->folder);
        continue;
      }
      one->stream->close();
      one->stream.reset();
    }
    for (const auto& one : all)
      if (!one->stream && !left.contains(one->folder) && watch) watch->remove(one->folder);
    std::erase_if(all, [](const auto& one) { return !one->stream; });
    pollfd ends[] = {{bell_.get(), POLLIN, 0}, {watch ? watch->fd() : -1, POLLIN, 0}};
    const int wait = is_slow ? slow_milliseconds : all.empty() ? -1 : idle_milliseconds;
    (void)::poll(ends, std::size(ends), wait);
  }
  for (const auto& one : all) one->stream->close();
}

void LogFeed::stop() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  ring();
  thread_.join();
  const std::lock_guard lock(mutex_);
  for (const auto& one : new_) one->stream->close();
  new_.clear();
}

}  // namespace gt
