/// Turns an engine until its work is done, and listens meanwhile to executors, other programs and
/// the person at the keyboard.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cli/progress.h"
#include "cli/run_watcher.h"
#include "cli/signal_watch.h"
#include "cli/wake.h"
#include "db/database.h"
#include "engine/engine.h"
#include "run/run_store.h"

namespace gt {

/// What is driven: one run, or many.
class DrivenWork {
 public:
  virtual ~DrivenWork() = default;
  /// After a turn: takes what has ended, and begins what may begin. False: nothing is left to do.
  virtual Result<bool> go_on() = 0;
  /// The engine has lost a run to another one; the error to stop with, if that is all.
  virtual Result<void> lost(Error conflict) = 0;
  /// Somebody at the keyboard asks.
  virtual Result<void> cancel(CancelMode mode, const std::string& who) = 0;
  /// A signal asks to end, for the `count`-th time: cancels, kills, and the third time leaves by
  /// Errc::cancelled.
  virtual Result<void> interrupted(int signal, unsigned count);
  /// Another program has rung: obeys what it has written.
  virtual Result<void> hear(Transaction& reader) = 0;
  virtual void say(const std::string& line) = 0;
  /// Draws what moves with time.
  virtual void tick(Time now) = 0;
  virtual std::optional<Duration> interval() const = 0;
  /// Something more to wait for, as poll(2) does: when it is readable, go_on() comes. -1: nothing.
  virtual int fd() const { return -1; }
};

struct DriveParts {
  Engine& engine;
  Database& database;
  Clock& clock;
  Wake& wake;  ///< rung by executor and environment builders
  Bell& bell;  ///< rung by other programs, such as cancel
  SignalWatch& signals;
  /// How long recording may fail, as on a full disk, before the run is left.
  Duration record_wait_max;
  /// Whether environments have been made since the last call.
  std::function<bool()> took_environments;
  /// What the executor wants to be said, once.
  std::function<std::vector<std::string>()> take_notices;
};

/// Until the work is done. Errors: conflict (another engine owns the run now), cancelled (a third
/// Ctrl-C: what runs goes on without an engine), and what recording it could not get over for
/// `record_wait_max`.
Result<void> drive(const DriveParts& parts, DrivenWork& work);

/// One run, with its progress.
class OneRun final : public DrivenWork {
 public:
  OneRun(Engine& engine, RunStore& runs, Progress& progress, const RunWatcher& watcher, RunId run)
      : engine_(engine), runs_(runs), progress_(progress), watcher_(watcher), run_(run) {}

  Result<bool> go_on() override;
  Result<void> lost(Error conflict) override { return conflict; }
  Result<void> cancel(CancelMode mode, const std::string& who) override;
  Result<void> hear(Transaction& reader) override;
  void say(const std::string& line) override { progress_.say(line); }
  void tick(Time now) override { progress_.tick(watcher_.tally(), now); }
  std::optional<Duration> interval() const override { return progress_.interval(); }

 private:
  Engine& engine_;
  RunStore& runs_;
  Progress& progress_;
  const RunWatcher& watcher_;
  RunId run_;
};

}  // namespace gt
