#include "notify/sender.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/id.h"
#include "base/thread.h"

namespace gt {

namespace {

/// Without a reason to wake: the clock may have been set, and who sent before may have died.
constexpr Duration look_interval = std::chrono::seconds(10);
/// Not to turn without a pause, as on a full disk, or while all places are taken.
constexpr Duration least_interval = std::chrono::seconds(1);

ReceiverKey key_of(const NotificationRecord& one) {
  return {project_of(one.project_version), one.receiver};
}

void ring(int fd) {
  const std::uint64_t one = 1;
  // A full counter is awake already.
  (void)!::write(fd, &one, sizeof one);
}

}  // namespace

Result<void> NotificationSender::open() {
  woken_ = UniqueFd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!woken_) return errno_error(errno, "making an eventfd");
  return {};
}

Result<void> NotificationSender::start() {
  TRY(open());
  // Where nobody can ring, it looks from time to time.
  if (auto bell =
          parts_.database.listen(Listener::follower, make_uuid(parts_.clock.now(), parts_.entropy)))
    bell_.emplace(*std::move(bell));
  thread_ = TRY(start_thread([this](const std::stop_token& stop) { work(stop); }));
  return {};
}

void NotificationSender::stop() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  ring(woken_.get());
  thread_.join();
}

void NotificationSender::work(const std::stop_token& stop) {
  std::optional<FileLock> lock;
  while (!stop.stop_requested()) {
    if (!lock)
      if (auto taken = FileLock::try_take(parts_.home.at("notify.lock")); taken && *taken)
        lock = **std::move(taken);
    Duration pause = look_interval;
    if (lock) {
      const auto turned = turn(parts_.clock.now());
      const auto next = until_next();
      pause = turned && next ? std::min(*next, look_interval) : least_interval;
    }
    if (!stop.stop_requested()) wait(pause);
  }
  break_off();
}

void NotificationSender::wait(Duration at_most) {
  std::array<pollfd, 2> wakers = {
      {{woken_.get(), POLLIN, 0}, {bell_ ? bell_->fd() : -1, POLLIN, 0}}};
  const auto milliseconds = std::chrono::ceil<std::chrono::milliseconds>(at_most).count();
  (void)::poll(wakers.data(), wakers.size(), static_cast<int>(milliseconds));
  std::uint64_t count = 0;
  (void)!::read(woken_.get(), &count, sizeof count);
  if (bell_) bell_->clear();
}

/// What is on its way is no reason to look: its end wakes.
Result<Duration> NotificationSender::until_next() {
  auto reader = TRY(parts_.database.begin_read());
  const auto next = TRY(NotificationStore().next_due(reader));
  if (!next) return look_interval;
  const Duration left = *next - parts_.clock.now();
  return std::max(left, least_interval);
}

Result<void> NotificationSender::turn(Time due_by) {
  for (;;) {
    TRY(settle());
    std::vector<NotificationRecord> due;
    {
      auto reader = TRY(parts_.database.begin_read());
      due = TRY(NotificationStore().due(reader, due_by));
    }
    std::vector<ReceiverKey> keys;
    for (const NotificationRecord& one : due) keys.push_back(key_of(one));
    for (const std::size_t chosen : choose_receivers(keys, now_)) launch(std::move(due[chosen]));
    // Those that ended meanwhile leave places.
    const std::lock_guard lock(mutex_);
    if (std::ranges::none_of(tries_, [](const Try& one) { return one.sent.has_value(); }))
      return {};
  }
}

void NotificationSender::launch(NotificationRecord notification) {
  now_.busy.insert(key_of(notification));
  Try& one = tries_.emplace_back();
  one.notification = std::move(notification);
  auto thread = start_thread([this, &one](const std::stop_token& stop) {
    Sent sent = send_notification(parts_.send, one.notification, parts_.clock.now(), stop);
    const std::lock_guard lock(mutex_);
    one.sent = std::move(sent);
    ring(woken_.get());
  });
  if (thread)
    one.thread = *std::move(thread);
  else
    one.sent = Sent{SendEnd::not_now, thread.error().message};
}

/// Records what has ended, in one commit; whether there was any.
Result<bool> NotificationSender::settle() {
  std::list<Try> ended;
  {
    const std::lock_guard lock(mutex_);
    for (auto one = tries_.begin(); one != tries_.end();) {
      const auto next = std::next(one);
      if (one->sent) ended.splice(ended.end(), tries_, one);
      one = next;
    }
  }
  if (ended.empty()) return false;
  const auto write = [&]() -> Result<void> {
    auto writer = TRY(parts_.database.begin_write());
    for (const Try& one : ended) TRY(record(writer, one.notification, *one.sent));
    return writer.commit();
  };
  if (const auto written = write(); !written) {
    const std::lock_guard lock(mutex_);
    tries_.splice(tries_.end(), ended);
    return written.error();
  }
  for (const Try& one : ended) {
    now_.busy.erase(key_of(one.notification));
    if (one.sent->end != SendEnd::cancelled) {
      const bool is_last =
          one.sent->end == SendEnd::never || one.notification.tries + 1 >= tries_max;
      tell(one.notification, *one.sent, one.sent->end != SendEnd::sent && is_last);
      parts_.tried(one.sent->end == SendEnd::sent);
    }
  }
  return true;
}

Result<void> NotificationSender::record(Transaction& writer, const NotificationRecord& one,
                                        const Sent& sent) {
  NotificationStore store;
  const Time now = parts_.clock.now();
  switch (sent.end) {
    case SendEnd::sent:
      return store.set_sent(writer, one.id, now, sent.answer);
    case SendEnd::not_now:
      return store.set_failed(writer, one.id, now, next_try(one.tries + 1, now), sent.answer);
    case SendEnd::never:
      return store.set_failed(writer, one.id, now, std::nullopt, sent.answer);
    case SendEnd::cancelled:
      return {};
  }
  return {};
}

void NotificationSender::tell(const NotificationRecord& one, const Sent& sent, bool is_dead) {
  const ReceiverKey key = key_of(one);
  const std::string name =
      key.first.empty() ? key.second : fmt::format("{} of {}", key.second, key.first);
  if (sent.end == SendEnd::sent) {
    if (now_.doubtful.erase(key) > 0) parts_.say(fmt::format("receiver {} answers again", name));
    return;
  }
  if (now_.doubtful.insert(key).second)
    parts_.say(fmt::format("receiver {} does not take notifications: {}", name, sent.answer));
  if (is_dead)
    parts_.say(fmt::format(
        "notification {} is given up; `geartrain notification show {}` tells why", one.id, one.id));
}

/// Their threads are asked all at once, before any is waited for.
void NotificationSender::break_off() {
  for (Try& one : tries_) one.thread.request_stop();
  for (Try& one : tries_)
    if (one.thread.joinable()) one.thread.join();
  (void)settle().ok();
  tries_.clear();
  now_.busy.clear();
}

Result<std::int64_t> NotificationSender::send_once(Duration time_max) {
  TRY(open());
  const auto lock = TRY(FileLock::try_take(parts_.home.at("notify.lock")));
  if (!lock) return 0;
  const Time due_by = parts_.clock.now();
  const Duration end = parts_.clock.steady() + time_max;
  auto turned = turn(due_by);
  while (turned && !tries_.empty() && parts_.clock.steady() < end) {
    wait(end - parts_.clock.steady());
    turned = turn(due_by);
  }
  break_off();
  TRY(turned);
  auto reader = TRY(parts_.database.begin_read());
  return TRY(NotificationStore().counts(reader)).waiting;
}

}  // namespace gt
