/// The triggers of a served project that events fire.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "cli/file_arrivals.h"
#include "cli/new_runs.h"
#include "cli/served_project.h"
#include "cli/watched_run.h"
#include "engine/fire_assets.h"
#include "engine/fire_event.h"
#include "server/run_desk.h"

namespace gt {

/// What has fired, of one trigger.
struct FiredTrigger {
  std::shared_ptr<const ServedPipeline> pipeline;
  std::string trigger;
  Fired fired;
};

/// Threads: the main one.
class EventTriggers {
 public:
  EventTriggers(Session& session, Records& records, Workshop& workshop, FiringStore& firings,
                Say say);

  /// After the pipelines may have changed; true if a trigger is new, which is to be heard at once:
  /// what comes before that counts as there already. Triggers that wait for each other in a circle,
  /// without an `if` in it that could end that, are said and left out.
  bool watch(const std::map<std::string, std::shared_ptr<const ServedPipeline>>& pipelines);
  /// Whether something is waited for that commits of engines bring: ends of runs, versions of
  /// assets.
  bool waits_for_commits() const { return !run_ends_.empty() || !assets_.empty(); }
  /// Decides what ended since the last call, whoever drove it.
  Result<std::vector<FiredTrigger>> hear_run_ends();
  /// The same of assets that were updated.
  Result<std::vector<FiredTrigger>> hear_assets();
  bool waits_for_files() const { return !files_.empty(); }
  /// Looks for files, and decides those that have come to rest.
  Result<std::vector<FiredTrigger>> hear_files();
  /// How long until another look is worth it, by what the last one found; nullopt: nothing is in
  /// the making.
  std::optional<Duration> until_files_rest() const;
  /// Readable when files may have come; -1 where the system cannot tell.
  int files_fd() const { return files_watch_.get(); }
  /// Takes in what files_fd() has to tell; true if there was something.
  bool drain_files();
  /// What a trigger of a pipeline makes of a call; `answer` is what its sender hears. Errors:
  /// not_found.
  Result<FiredTrigger> hear_call(const std::shared_ptr<const ServedPipeline>& pipeline,
                                 const HeardCall& call, CallAnswer& answer);

 private:
  struct Watched {
    std::shared_ptr<const ServedPipeline> served;
    std::size_t index;  ///< of the trigger in there

    const Pipeline& pipeline() const { return *served->source.pipeline; }
    const Trigger& trigger() const { return pipeline().triggers[index]; }
    bool operator==(const Watched&) const = default;
  };
  struct RunEnds {
    Watched watched;
    /// nullopt: nobody has looked yet.
    std::optional<std::int64_t> heard = {};
  };
  struct Assets {
    Watched watched;
    /// Up to this update nothing fires; nullopt: nobody has looked yet.
    std::optional<std::int64_t> looked_at = {};
  };
  struct Files {
    Watched watched;
    FileArrivals arrivals;
    std::string trouble = {};  ///< what was said last
  };

  FireParts parts() { return {*records_.database, records_.runs, firings_, session_.entropy}; }
  Result<Fired> hear_files_of(Files& files);
  /// Leaves out those that wait for each other in a circle.
  void drop_circles(const std::map<std::string, std::shared_ptr<const ServedPipeline>>& pipelines);

  Session& session_;
  Records& records_;
  Workshop& workshop_;
  FiringStore& firings_;
  Say say_;
  std::vector<RunEnds> run_ends_;
  std::vector<Assets> assets_;
  std::string told_circle_;
  std::vector<Files> files_;
  UniqueFd files_watch_;
};

}  // namespace gt
