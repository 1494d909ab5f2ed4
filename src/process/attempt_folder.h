/// The files of an attempt's folder that shims and engines share, whoever started what:
///
///   lock       locked by the shim as long as it lives; says, a line each, who the shim is and,
///   once
///              the attempt has ended, how (exit_record.h)
///   log        what the command wrote, standard output and error in the order of writing
///   log.index  when (log_index.h); both compressed once they are closed and large (log_file.h)
///
/// The lock decides who may run the command: only a shim that takes it while it is still empty.
/// An empty or missing lock file says that the command was never started; a filled one that nobody
/// locks, without an exit record, that the shim died. Locks are those of fcntl(F_OFD_SETLK), which
/// can be asked for without being taken. One file for all of it, written through the descriptor
/// that holds the lock: making files is what an attempt costs most for, and a step that exchanges
/// its own folder does not get its end written elsewhere.
#pragma once

#include <optional>
#include <string>
#include <sys/types.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/result.h"
#include "process/exit_record.h"

namespace gt {

enum class AttemptPhase {
  never_started,
  running,  ///< its shim lives, and there is no exit record yet
  ended,    ///< there is an exit record
  lost,     ///< its shim died without one; bury() ends what is left
};

struct AttemptStatus {
  AttemptPhase phase = AttemptPhase::never_started;
  std::optional<ExitRecord> exit = {};  ///< of an ended one
};

/// Looks, changes nothing. Errors: of reading; Errc::invalid for an unreadable exit record.
/// Threads: any.
Result<AttemptStatus> inspect_attempt(const std::string& folder);

enum class StopSignal {
  terminate,  ///< TERM to the tree, KILL after the grace period
  kill,       ///< KILL at once
};

/// Asks the shim of a running attempt to end it, whether or not the engine and keeper that started
/// it still live: by SIGUSR1 or SIGUSR2 with the lock file's number, since TERM comes from others
/// too (a machine that shuts down). Errc::conflict if it does not run (any more).
Result<void> stop_attempt(const std::string& folder, StopSignal mode);

/// Ends what is left of an attempt whose shim died, and writes its exit record, cause lost. The
/// tree is found by GEARTRAIN_ATTEMPT=<name> in the processes' environments, by their sessions and
/// by descent. Returns the record that is there already, if any; Errc::conflict if the attempt runs
/// or was never started. Blocks until the processes are gone, at most `bury_seconds_max`.
Result<ExitRecord> bury_attempt(const std::string& folder, const std::string& name);
inline constexpr int bury_seconds_max = 30;

/// The signal by which a shim is asked to stop: SIGUSR1 or SIGUSR2, since TERM comes from others
/// too (a machine that shuts down).
int signal_for(StopSignal mode);

/// Forgets an attempt whose end is recorded elsewhere, so that its folder can be another one's.
/// Errc::conflict if somebody holds its lock; Errc::invalid if its lock file has been exchanged.
Result<void> reset_attempt(const std::string& folder);

/// A pidfd of the shim of a running attempt, readable once the shim is gone and the lock free.
/// Errc::conflict if the attempt does not run; Errc::unavailable if its processes have other ids
/// here (a container that shares the folder).
Result<UniqueFd> open_shim(const std::string& folder);

/// Who the shim of an attempt is, by the lock file. Process ids mean something only on
/// the boot and in the process namespace that `place` names.
struct ShimIdentity {
  std::string place = {};
  pid_t shim = 0;                ///< also the id of its session, which the command shares
  bool is_being_buried = false;  ///< the shim is dead; an undertaker holds the lock
};

Result<ShimIdentity> read_shim_identity(const std::string& folder);

/// Names this boot of this machine and this process namespace.
std::string place_of_processes();

/// The right to run an attempt's command, held by the lock for the life of the shim.
class AttemptClaim {
 public:
  /// Makes the folder. nullopt if another shim holds the lock, or held it once.
  static Result<std::optional<AttemptClaim>> take(const std::string& folder,
                                                  const std::string& place);
  /// By this a request to stop names the attempt: a shim may have got another one meanwhile.
  std::uint64_t token() const { return token_; }
  /// The folder as it was taken, even if the command puts something else, a link, in its place. A
  /// path that means something in this process only, as long as the claim lives.
  std::string folder() const;
  /// Writes the exit record: whole, or, where there is no room (a full disk), with shorter
  /// messages; nothing of it when this fails.
  Result<void> record_end(ExitRecord record);
  /// The attempt has ended.
  void release() { lock_.reset(); }

 private:
  AttemptClaim(UniqueFd folder, UniqueFd lock, std::uint64_t token)
      : folder_(std::move(folder)), lock_(std::move(lock)), token_(token) {}
  UniqueFd folder_;
  UniqueFd lock_;
  std::uint64_t token_;
};

}  // namespace gt
