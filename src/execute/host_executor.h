/// Attempts as processes of this machine, which outlive the engine (process/keeper.h).
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/file.h"
#include "blob/blob_store.h"
#include "execute/executor.h"
#include "execute/host_environment.h"
#include "execute/spare_folders.h"
#include "execute/workers.h"
#include "process/chores.h"
#include "process/keeper.h"

namespace gt {

struct HostSettings {
  std::string attempts;  ///< absolute; attempts' folders are in it
  std::vector<std::string>
      caller_environment;  ///< NAME=value; what is always passed is taken of it
  ExecutorLimits limits;
  std::int64_t log_bytes_max = std::int64_t{64} << 20U;  ///< per attempt
  Duration grace = std::chrono::seconds(10);             ///< between TERM and KILL
  unsigned workers = 2;
};

/// What a host executor works with; owned by wiring, outlives it.
struct HostParts {
  KeeperClient& keeper;
  BlobStore& blobs;
  Clock& clock;
  Chores& chores;
  /// The variables by which a launch's Python environment is used, made first if need be. May take
  /// long; is called by workers.
  std::function<Result<Variables>(const Launch&)> python;
  /// There is something for poll(). Called by any thread.
  std::function<void()> wake;
};

/// The attempt's folder is `<attempts>/<outside name>`: inputs/, outputs/, values, tmp/, taken.*
/// (what has been taken in and is not recorded yet), environment (a link to the Python environment
/// that it uses), and the files of process/attempt_folder.h,
/// which are all that stays when the end is acknowledged.
class HostExecutor final : public Executor {
 public:
  static Result<std::unique_ptr<HostExecutor>> open(HostParts parts, HostSettings settings);
  /// Attempts go on; events that were not polled are found again by adopt().
  ~HostExecutor() override;

  void start(Launch launch) override;
  void adopt(Launch launch) override;
  std::vector<AttemptEvent> poll() override;
  void acknowledge(std::span<const AttemptId> attempts) override;
  void stop(const AttemptId& attempt, StopMode mode) override;
  ExecutorLimits limits() const override { return settings_.limits; }
  bool has_ended(const std::string& outside_name) override;
  std::optional<Error> trouble() override;
  /// What a person who waits should know, a line each: once.
  std::vector<std::string> take_notices();

 private:
  struct Attempt {
    std::shared_ptr<const Launch> launch;
    bool is_with_keeper = false;  ///< else it is being prepared
    bool is_start_told = false;
    bool is_ended = false;
    std::optional<StopMode> stop = {};
  };

  HostExecutor(HostParts parts, HostSettings settings, UniqueFd ending);
  bool add(const std::shared_ptr<const Launch>& launch);
  void prepare(const std::shared_ptr<const Launch>& launch);
  void stop_unprepared(const Launch& launch);
  Result<SpawnRequest> make_request(const Launch& launch, const Variables& python);
  void observe();
  void take(const ProcessEvent& event);
  void collect(const std::shared_ptr<const Launch>& launch, const ExitRecord& record);
  /// Errc::exhausted: it cannot be known before there is room on the disk.
  Result<std::variant<AttemptSucceeded, AttemptFailed>> outcome_of(const Launch& launch,
                                                                   const ExitRecord& record);
  void tell(const AttemptId& attempt, std::optional<Time> started_at,
            std::optional<AttemptEnded> ended);
  void tell_failure(const AttemptId& attempt, Cause cause, std::string message);
  void tell_not_started(const AttemptId& attempt, const Error& why);
  void notice(std::string line);
  std::string folder_of(const Launch& launch) const;

  HostParts parts_;
  HostSettings settings_;
  UniqueFd ending_;  ///< readable when the observer is to end
  std::mutex mutex_;
  std::map<AttemptId, Attempt> attempts_;
  std::unordered_map<std::string, AttemptId> by_name_;
  std::vector<AttemptEvent> events_;
  std::vector<std::pair<std::shared_ptr<const Launch>, ExitRecord>> untaken_;
  std::optional<Error> trouble_;
  bool is_cut_off_ = false;  ///< something was to be started, and nothing can be any more
  std::vector<std::string> notices_;
  SpareFolders spares_;
  // Last, and in this order: the observer posts to the workers, and both use what stands above.
  Workers workers_;
  std::jthread observer_;
};

}  // namespace gt
