#include "cli/drive.h"

#include <algorithm>
#include <cstring>
#include <poll.h>

namespace gt {

namespace {

constexpr Duration redraw_interval = std::chrono::milliseconds(50);
constexpr Duration record_pause = std::chrono::seconds(1);

class Drive {
 public:
  Drive(const DriveParts& parts, RunId run) : parts_(parts), run_(run) {}

  Result<void> until_ended() {
    for (;;) {
      auto turned = parts_.engine.turn();
      if (turned)
        troubled_since_.reset();
      else
        TRY(bear(std::move(turned).error()));
      if (!troubled_since_ && parts_.engine.is_idle()) return {};
      redraw();
      TRY(wait());
    }
  }

 private:
  /// A full disk may be emptied: attempts go on, and nothing that they do is lost by waiting.
  Result<void> bear(Error trouble) {
    const Duration now = parts_.clock.steady();
    if (trouble.code == Errc::conflict || trouble.code == Errc::internal) return trouble;
    if (!troubled_since_) {
      troubled_since_ = now;
      parts_.progress.say("cannot record what happens: " + trouble.message + "; trying again");
    }
    if (now - *troubled_since_ > std::chrono::seconds(record_seconds_max)) return trouble;
    return {};
  }

  void redraw() {
    const Duration now = parts_.clock.steady();
    if (drawn_at_ && now - *drawn_at_ < redraw_interval) return;
    drawn_at_ = now;
    parts_.progress.tick(parts_.watcher.tally(), parts_.clock.now());
  }

  int timeout_milliseconds() const {
    std::optional<Duration> wait = parts_.progress.interval();
    if (troubled_since_) wait = std::min(wait.value_or(record_pause), record_pause);
    if (const auto next = parts_.engine.next_turn(); next && !troubled_since_) {
      const Duration until = std::max(Duration(0), *next - parts_.clock.now());
      wait = std::min(wait.value_or(until), until);
    }
    if (!wait) return -1;
    const auto rounded = std::chrono::ceil<std::chrono::milliseconds>(*wait).count();
    return static_cast<int>(std::min<std::int64_t>(rounded, 60'000));
  }

  Result<void> wait() {
    pollfd waiting[] = {{parts_.wake.fd(), POLLIN, 0},
                        {parts_.bell.fd(), POLLIN, 0},
                        {parts_.signals.fd(), POLLIN, 0}};
    (void)::poll(waiting, std::size(waiting), timeout_milliseconds());
    if (waiting[0].revents != 0) parts_.wake.clear();
    for (const std::string& line : parts_.take_notices()) parts_.progress.say(line);
    if (parts_.took_environments()) parts_.engine.environments_changed();
    if (waiting[1].revents != 0) {
      parts_.bell.clear();
      TRY(hear_requests());
    }
    if (waiting[2].revents != 0) TRY(hear_signals());
    return {};
  }

  Result<void> hear_requests() {
    auto reader = parts_.database.begin_read();
    if (!reader) return {};  // it stays written; the next ring or turn finds it
    const auto recorded = parts_.runs.get(*reader, run_);
    if (recorded && recorded->cancel != CancelMode::none)
      return parts_.engine.request_cancel(run_, recorded->cancel, "geartrain cancel");
    return {};
  }

  Result<void> hear_signals() {
    while (const auto signal = parts_.signals.next()) {
      if (*signal == SIGWINCH) {
        drawn_at_.reset();
        continue;
      }
      ++interrupts_;
      if (interrupts_ == 1) {
        parts_.progress.say("cancelling: what runs is asked to end; once more kills it");
        TRY(parts_.engine.request_cancel(run_, CancelMode::terminate, ::strsignal(*signal)));
      } else if (interrupts_ == 2) {
        parts_.progress.say("killing what runs");
        TRY(parts_.engine.request_cancel(run_, CancelMode::kill, ::strsignal(*signal)));
      } else {
        return error(Errc::cancelled, "left; what runs goes on");
      }
    }
    return {};
  }

  const DriveParts& parts_;
  RunId run_;
  unsigned interrupts_ = 0;
  std::optional<Duration> troubled_since_, drawn_at_;
};

}  // namespace

Result<void> drive(const DriveParts& parts, RunId run) { return Drive(parts, run).until_ended(); }

}  // namespace gt
