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
  Drive(const DriveParts& parts, DrivenWork& work) : parts_(parts), work_(work) {}

  Result<void> until_done() {
    for (;;) {
      const auto more = turn();
      if (more)
        troubled_since_.reset();
      else
        TRY(bear(more.error()));
      if (more && !*more) return {};
      redraw();
      TRY(wait());
    }
  }

 private:
  Result<bool> turn() {
    auto turned = parts_.engine.turn();
    if (!turned && turned.error().code == Errc::conflict)
      TRY(work_.lost(std::move(turned).error()));
    else
      TRY(std::move(turned));
    return work_.go_on();
  }

  /// A full disk may be emptied: attempts go on, and nothing that they do is lost by waiting.
  Result<void> bear(Error trouble) {
    const Duration now = parts_.clock.steady();
    if (trouble.code == Errc::conflict || trouble.code == Errc::internal) return trouble;
    if (!troubled_since_) {
      troubled_since_ = now;
      work_.say("cannot record what happens: " + trouble.message + "; trying again");
    }
    if (now - *troubled_since_ > parts_.record_wait_max) return trouble;
    return {};
  }

  void redraw() {
    const Duration now = parts_.clock.steady();
    if (drawn_at_ && now - *drawn_at_ < redraw_interval) return;
    drawn_at_ = now;
    work_.tick(parts_.clock.now());
  }

  int timeout_milliseconds() const {
    std::optional<Duration> wait = work_.interval();
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
                        {parts_.signals.fd(), POLLIN, 0},
                        {work_.fd(), POLLIN, 0}};
    (void)::poll(waiting, std::size(waiting), timeout_milliseconds());
    if (waiting[0].revents != 0) parts_.wake.clear();
    for (const std::string& line : parts_.take_notices()) work_.say(line);
    if (parts_.took_environments()) parts_.engine.environments_changed();
    if (waiting[1].revents != 0) {
      parts_.bell.clear();
      parts_.engine.claims_changed();
      TRY(hear_requests());
    }
    if (waiting[2].revents != 0) TRY(hear_signals());
    return {};
  }

  Result<void> hear_requests() {
    auto reader = parts_.database.begin_read();
    if (!reader) return {};  // it stays written; the next ring or turn finds it
    return work_.hear(*reader);
  }

  Result<void> hear_signals() {
    while (const auto signal = parts_.signals.next()) {
      if (*signal == SIGWINCH) {
        drawn_at_.reset();
        continue;
      }
      TRY(work_.interrupted(*signal, ++interrupts_));
    }
    return {};
  }

  const DriveParts& parts_;
  DrivenWork& work_;
  unsigned interrupts_ = 0;
  std::optional<Duration> troubled_since_, drawn_at_;
};

}  // namespace

Result<void> drive(const DriveParts& parts, DrivenWork& work) {
  return Drive(parts, work).until_done();
}

Result<void> DrivenWork::interrupted(int signal, unsigned count) {
  if (count > 2) return error(Errc::cancelled, "left; what runs goes on");
  if (count == 1)
    say("cancelling: what runs is asked to end; once more kills it");
  else
    say("killing what runs");
  return cancel(count == 1 ? CancelMode::terminate : CancelMode::kill, ::strsignal(signal));
}

Result<void> OneRun::cancel(CancelMode mode, const std::string& who) {
  return engine_.request_cancel(run_, mode, who);
}

Result<void> OneRun::hear(Transaction& reader) {
  const auto recorded = runs_.get(reader, run_);
  if (recorded && recorded->cancel != CancelMode::none)
    return engine_.request_cancel(run_, recorded->cancel, "geartrain cancel");
  (void)engine_.take_requests(run_);
  return {};
}

Result<bool> OneRun::go_on() {
  // Somebody may have asked for more while it ended.
  if (engine_.is_idle()) (void)engine_.take_requests(run_);
  return !engine_.is_idle();
}

}  // namespace gt
