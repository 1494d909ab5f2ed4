/// What the server's threads ask of the resident, which lives on the main one.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

#include "cli/inbox.h"
#include "cli/records.h"
#include "server/run_desk.h"

namespace gt {

class Resident;

/// Owner: the command; outlives the server. Threads: those of RunDesk; set_pipelines(), work_off()
/// and close() the main one.
class ServerDesk final : public RunDesk {
 public:
  ServerDesk(Session& session, Records& records, std::function<void()> wake)
      : session_(session), records_(records), inbox_(std::move(wake)) {}

  void serve(Resident& resident) { resident_ = &resident; }
  void set_pipelines(PublishedPipelines pipelines);
  /// Runs that several clients ask for meanwhile begin together.
  void work_off();
  /// Refuses what comes, and what waits.
  void close();

  std::shared_ptr<const PublishedPipelines> pipelines() const override;
  Result<BegunRun> begin(AskedRun asked) override;
  Result<CallAnswer> call(HeardCall heard) override;
  Result<std::string> secret(const std::string& name) const override;
  Result<void> retry(RunId run, const std::string& who) override;
  Result<void> change(RunId run, DriverRequest request) override;
  Result<ShownBackfill> backfill(AskedBackfill asked) override;
  Result<void> pause(RunId run, const std::string& who) override;
  Result<void> resume(RunId run, const std::string& who) override;
  Result<void> cancel(RunId run, CancelMode mode, const std::string& who) override;
  bool is_ending() const override { return is_ending_; }

 private:
  Result<RunRecord> look(RunId run);

  Session& session_;
  Records& records_;
  Inbox inbox_;
  Resident* resident_ = nullptr;
  std::vector<AskedRun> asked_;  ///< and who is to be told of them; the main thread's
  std::vector<Inbox::Reply<BegunRun>> replies_;
  std::atomic<bool> is_ending_ = false;
  mutable std::mutex mutex_;
  std::shared_ptr<const PublishedPipelines> pipelines_ =
      std::make_shared<const PublishedPipelines>();
};

}  // namespace gt
