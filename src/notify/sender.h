/// Empties the outbox of a home: gives each notification to its receiver, again and again until it
/// is taken or given up. Of several programs of a home one does so at a time.
///
/// What was sent is recorded after it was taken, so whoever dies in between makes it be sent twice,
/// and never not at all; a receiver knows it again by its id.
#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/entropy.h"
#include "base/file_lock.h"
#include "db/database.h"
#include "db/home.h"
#include "notify/send.h"
#include "notify/try_plan.h"
#include "run/notification_store.h"

namespace gt {

struct SenderParts {
  Database& database;
  const Home& home;
  Clock& clock;
  Entropy& entropy;
  SendParts send;
  /// What people want to know: a receiver that takes nothing, or takes things again, and what is
  /// given up. Called by the thread that sends.
  std::function<void(std::string)> say;
  /// Of each try that ended; the same.
  std::function<void(bool is_sent)> tried = [](bool) {};
};

/// Threads: its methods are called by one; a thread of its own works from start() to stop().
class NotificationSender {
 public:
  /// What the parts refer to outlives it.
  explicit NotificationSender(SenderParts parts) : parts_(std::move(parts)) {}
  ~NotificationSender() { stop(); }

  /// Sends what is due from now on, and what becomes so. Errc::exhausted: no threads or files.
  Result<void> start();
  /// What is on its way is broken off, and sent again by whoever comes next.
  void stop();

  /// Instead of start(): tries what is due now once, for so long at most, and returns how many
  /// still wait. While another program of the home sends, that is left to it: 0.
  Result<std::int64_t> send_once(Duration time_max);

 private:
  struct Try {
    NotificationRecord notification;
    std::optional<Sent> sent;
    std::jthread thread;  ///< last: it uses the others
  };

  Result<void> open();
  void work(const std::stop_token& stop);
  Result<void> turn(Time due_by);
  void launch(NotificationRecord notification);
  Result<bool> settle();
  Result<void> record(Transaction& writer, const NotificationRecord& one, const Sent& sent);
  void tell(const NotificationRecord& one, const Sent& sent, bool is_dead);
  void wait(Duration at_most);
  Result<Duration> until_next();
  void break_off();

  SenderParts parts_;
  UniqueFd woken_;  ///< an eventfd: a try has ended, or stop()
  std::optional<Bell> bell_;
  std::mutex mutex_;  ///< of Try::sent
  std::list<Try> tries_;
  SendingNow now_;
  std::jthread thread_;
};

}  // namespace gt
