/// Starting attempts on this machine so that they outlive the program that started them.
///
/// fork_keeper() is called first thing in the program's life, before threads and database handles.
/// It forks a nursery, which does nothing but fork keepers; the keeper forks one small shim per
/// attempt on request. A shim (shim.h) runs the command, pumps its log, enforces its timeout, ends
/// its tree and reports its end to the engine itself, by a socket that all shims share, and by
/// the lock file in the attempt's folder. The keeper is the shims' parent: it notices one that died
/// and ends what that one left behind.
///
/// Who may die: the engine (shims go on; keeper and nursery go once they are not needed), the
/// keeper (shims go on, the nursery forks another keeper), a shim (its attempt is lost, its tree
/// ended), the nursery (as long as the keeper lives nobody misses it).
#pragma once

#include <memory>
#include <string>
#include <sys/types.h>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/file.h"
#include "base/result.h"
#include "process/attempt_folder.h"
#include "process/exit_record.h"
#include "process/spawn_request.h"

namespace gt {

/// The engine's ends of the sockets.
struct KeeperLink {
  UniqueFd control;  ///< to the keeper: start, stop, bury
  UniqueFd nursery;  ///< to the nursery: another keeper
  UniqueFd events;   ///< from keeper and shims
};

/// Forks nursery and keeper. The caller has one thread. The children never return from it, close
/// all other descriptors, and end by themselves after the other ends of these sockets are closed.
Result<KeeperLink> fork_keeper();

/// The command runs since then. Not sent for a command that ends within 50 ms.
struct ProcessStarted {
  Time at;
};
/// The last event of an attempt.
struct ProcessEnded {
  ExitRecord record;
};
/// The last event of an attempt whose command was not started and which left nothing behind: the
/// folder could not be made, no processes, no descriptors. May be started again.
struct ProcessNotStarted {
  Error error;
};

/// Somebody has stopped (SIGSTOP) the process that supervises the attempt, or, with an empty name,
/// the one that starts attempts: nothing more comes of them before it goes on. KeeperClient::stop()
/// lets it go on.
struct ProcessSuspended {
  pid_t process;
};

struct ProcessEvent {
  std::string name;  ///< of the attempt
  std::variant<ProcessStarted, ProcessEnded, ProcessNotStarted, ProcessSuspended> what;
};

/// The engine's side. Threads: any. No method blocks.
class KeeperClient {
 public:
  static Result<std::unique_ptr<KeeperClient>> open(KeeperLink link);
  ~KeeperClient();

  /// An attempt that was started before, by whomever, is not started again: its end is reported.
  /// Errc::unavailable if keeper and nursery are gone.
  Result<void> start(const SpawnRequest& request);
  /// Takes an attempt over that another engine started: its end is reported as if it were ours.
  /// Errc::not_found if it was never started.
  Result<void> adopt(const std::string& name, const std::string& folder);
  /// Harmless if the attempt has ended or is not known.
  Result<void> stop(const std::string& name, StopSignal mode);
  /// Has the chores of a home done (chores.h) by a process that yields to all others and goes on
  /// after us. Without effect if the keeper is gone: they stay written.
  void do_chores(const std::string& home);

  /// Keeper and nursery are gone: attempts that run go on, and none can be started any more.
  bool is_cut_off() const;

  /// Readable when poll() has something to do.
  int event_fd() const;
  /// What happened since the last call; one final event per attempt.
  std::vector<ProcessEvent> poll();

 private:
  struct State;
  explicit KeeperClient(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace gt
