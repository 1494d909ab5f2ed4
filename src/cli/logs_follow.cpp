#include "cli/logs_follow.h"

#include <map>
#include <poll.h>

#include "base/id.h"
#include "cli/log_printer.h"
#include "cli/logs_source.h"
#include "process/log_watch.h"

namespace gt {

namespace {

/// Nobody rings for an engine that died.
constexpr Duration presence_interval = std::chrono::seconds(1);
/// A busy run changes a thousand times a second: of all time, so much at most is spent on looking.
constexpr int rest_per_look = 4;

class Following {
 public:
  Following(Session& session, Records& records, LogWishes wishes, LogRange range, bool has_times)
      : session_(session),
        records_(records),
        wishes_(std::move(wishes)),
        asked_run_(wishes_.run),
        range_(range),
        has_times_(has_times) {}

  Result<void> run() {
    TRY(look());
    // Where nothing more can come no bell is wanted, so that a home may be read-only.
    std::optional<Bell> bell;
    if (!is_over_) {
      bell.emplace(TRY(records_.database->listen(
          Listener::follower, make_uuid(session_.clock.now(), session_.entropy))));
      watch_.emplace(TRY(LogWatch::open(records_.home.at("attempts"))));
      for (const auto& [folder, followed] : followed_)
        if (followed.is_live) watch_->add(folder);
      TRY(look());
    }
    TRY(print(range_.lines_max));
    range_.lines_max.reset();
    while (!is_over_ && !session_.console.is_output_closed()) {
      const bool rang = wait(*bell);
      watch_->clear();
      const Duration now = session_.clock.steady();
      if (rang) bell->clear();
      is_news_ = is_news_ || rang || now >= looked_at_ + presence_interval;
      if (is_news_ && now >= may_look_at_) TRY(look());
      TRY(print());
    }
    if (printer_) {
      TRY(printer_->finish());
      return merge_.trouble();
    }
    wishes_.run = asked_run_;
    return no_logs(wishes_, *no_logs_yet_);
  }

 private:
  struct Followed {
    ChosenLog log;
    std::size_t source = 0;
    bool is_live = true;
  };

  /// What has begun and what has ended since.
  Result<void> look() {
    const Duration began_at = session_.clock.steady();
    is_news_ = false;
    LogsNow now = TRY(look_at_logs(records_, wishes_));
    wishes_.run = now.run;  // `latest` may soon be another one
    is_over_ = !now.choice.can_grow || !now.is_driven;
    std::map<std::string, const ChosenLog*> chosen;
    for (const ChosenLog& log : now.choice.logs) chosen[log.attempt.folder] = &log;
    for (auto& [folder, followed] : followed_)
      if (followed.is_live) {
        const auto found = chosen.find(folder);
        // Where there is a later attempt, it has ended.
        if (found == chosen.end() || has_ended(*found->second, now.is_driven))
          end(followed);
        else
          is_over_ = false;
      }
    for (const ChosenLog& log : now.choice.logs)
      if (!followed_.contains(log.attempt.folder)) add(log, now);
    if (followed_.empty()) no_logs_yet_ = std::move(now);
    looked_at_ = session_.clock.steady();
    may_look_at_ = looked_at_ + rest_per_look * (looked_at_ - began_at);
    return {};
  }

  void add(const ChosenLog& log, const LogsNow& now) {
    if (!printer_) {
      printer_.emplace(session_.console, LogForm{.has_labels = !now.is_single,
                                                 .label_width = now.choice.width,
                                                 .has_times = has_times_});
      is_single_ = now.is_single;
    }
    // Of a retry that begins while we look, the log of the attempt that was meant.
    if (now.is_single && log.attempt.other_run.empty())
      wishes_.attempt = std::int64_t{log.attempt.record.id.number};
    const bool is_live = !has_ended(log, now.is_driven);
    if (is_live) is_over_ = false;
    Followed followed{.log = log,
                      .source = merge_.add(source_of(log, wishes_, range_, is_live)),
                      .is_live = is_live};
    if (is_live && watch_) watch_->add(log.attempt.folder);
    if (!is_live) ended_.push_back(log);
    followed_.emplace(log.attempt.folder, std::move(followed));
  }

  void end(Followed& followed) {
    followed.is_live = false;
    merge_.end(followed.source);
    if (watch_) watch_->remove(followed.log.attempt.folder);
    ended_.push_back(followed.log);
  }

  Result<void> print(std::optional<std::int64_t> lines_max = {}) {
    if (!printer_) return {};
    merge_.look_again();
    TRY(printer_->print(merge_, lines_max));
    for (const ChosenLog& log : std::exchange(ended_, {}))
      if (const auto missing = what_is_missing(log))
        session_.console.say(is_single_ ? *missing : label_of(log, wishes_) + ": " + *missing);
    return {};
  }

  /// Until something can have come; true if it is the bell.
  bool wait(const Bell& bell) const {
    const Duration until = is_news_ ? may_look_at_ : looked_at_ + presence_interval;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(
        std::max(Duration(0), until - session_.clock.steady()));
    pollfd waiting[2] = {{bell.fd(), POLLIN, 0}, {watch_->fd(), POLLIN, 0}};
    // What rang and cannot be looked at yet would ring on.
    if (is_news_) waiting[0].fd = -1;
    (void)::poll(waiting, 2, static_cast<int>(left.count()));
    return waiting[0].revents != 0;
  }

  Session& session_;
  Records& records_;
  LogWishes wishes_;
  std::string asked_run_;
  LogRange range_;
  bool has_times_;
  bool is_single_ = false;
  LogMerge merge_;
  std::optional<LogPrinter> printer_;
  std::optional<LogWatch> watch_;
  std::map<std::string, Followed> followed_;  ///< by the attempt's folder
  std::vector<ChosenLog> ended_;              ///< since the last print()
  std::optional<LogsNow> no_logs_yet_;
  bool is_over_ = false;
  bool is_news_ = false;
  Duration looked_at_{0}, may_look_at_{0};
};

}  // namespace

Result<void> follow_logs(Session& session, Records& records, LogWishes wishes,
                         const LogRange& range, bool has_times) {
  return Following(session, records, std::move(wishes), range, has_times).run();
}

}  // namespace gt
