/// One attempt in the hands of a shim: from the start of its command to its exit record.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <sys/resource.h>
#include <sys/types.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/result.h"
#include "process/attempt_folder.h"
#include "process/exit_record.h"
#include "process/log_writer.h"
#include "process/message.h"
#include "process/spawn_request.h"

namespace gt {

/// What a shim hears and says, for all its attempts.
struct ShimLines {
  UniqueFd keeper;  ///< closed once the keeper is gone
  MessageReader reader;
  int events;        ///< to the engine
  UniqueFd signals;  ///< of shim_signals
};

/// Tells the keeper that another attempt may come.
void say_ready(ShimLines& lines);

/// Threads: the shim's only one.
class Supervisor {
 public:
  Supervisor(const SpawnRequest& request, AttemptClaim claim, ShimLines& lines);

  /// Returns when the exit record is written and told. False if something of the attempt is left;
  /// else it has said that the shim is ready.
  bool run();

 private:
  /// What is being done to the tree.
  enum class Phase { running, terminating, killing };

  Result<void> start();
  void turn();
  void wait();
  void pump();
  void read_messages();
  void read_signals();
  void reap();
  void add_usage(const ::rusage& usage);
  void main_ended(int status);
  void act_on_time();
  void announce();
  void stop(StopSignal mode);
  void set_reason(ExitCause cause, std::string why);
  void terminate(Duration grace);
  void kill_tree();
  void signal_tree(int signal);
  std::optional<Duration> next_deadline() const;
  bool is_over() const { return (is_main_ended_ && !has_children_) || has_given_up_; }
  void describe_end();
  void describe_failure(const Error& why);
  void finish();

  const SpawnRequest& request_;
  ShimLines& lines_;
  SystemClock clock_;
  AttemptClaim claim_;
  LogWriter log_;
  UniqueFd output_;
  std::unique_ptr<char[]> buffer_;
  ExitRecord record_;
  pid_t main_ = 0;
  Duration started_{0};
  bool is_announced_ = false;
  bool is_main_ended_ = false;
  bool has_children_ = true;
  bool has_given_up_ = false;
  bool was_asked_ = false;
  bool was_killed_ = false;
  Phase phase_ = Phase::running;
  std::optional<ExitCause> stop_cause_;
  std::string stop_reason_;
  Duration kill_at_{0};
  Duration give_up_at_{0};
  std::optional<std::int64_t> out_of_memory_before_;
};

}  // namespace gt
