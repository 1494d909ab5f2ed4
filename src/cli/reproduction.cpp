#include "cli/reproduction.h"

#include <algorithm>
#include <poll.h>

#include "base/file.h"
#include "base/id.h"
#include "base/text.h"
#include "blob/folder_blobs.h"
#include "cli/debug_folder.h"
#include "cli/signal_watch.h"
#include "cli/wake.h"
#include "execute/host_executor.h"
#include "execute/host_limits.h"
#include "reproduce/rehearsal.h"
#include "reproduce/scratch_blobs.h"

namespace gt {

struct Reproduction::State {
  State(Session& of, Records& in, SignalWatch watch, Wake wakes, DebugFolder place, Home scratch)
      : session(of),
        records(in),
        signals(std::move(watch)),
        wake(std::move(wakes)),
        folder(std::move(place)),
        home_blobs(in.home, of.entropy, Durability::none),
        scratch_blobs(scratch, of.entropy, Durability::none),
        blobs(home_blobs, scratch_blobs),
        attempts(scratch.at("attempts")) {}

  /// False once a person wants an end.
  bool wait() {
    pollfd waiting[] = {{wake.fd(), POLLIN, 0}, {signals.fd(), POLLIN, 0}};
    (void)::poll(waiting, std::size(waiting), -1);
    if (waiting[0].revents != 0) wake.clear();
    while (const auto signal = signals.next())
      if (*signal != SIGWINCH) return false;
    return true;
  }

  Session& session;
  Records& records;
  SignalWatch signals;
  Wake wake;
  DebugFolder folder;
  FolderBlobs home_blobs, scratch_blobs;
  ScratchBlobs blobs;
  std::string attempts, project_root;
  std::unique_ptr<HostFacts> facts;
  std::unique_ptr<KeeperClient> keeper;
  std::unique_ptr<HostExecutor> executor;
  std::uint32_t executions = 0;
};

Reproduction::Reproduction(std::unique_ptr<State> state) : state_(std::move(state)) {}

Reproduction::~Reproduction() {
  // What still tidies up behind an attempt comes first.
  state_->executor.reset();
  (void)remove_tree(state_->folder.path).ok();
  // Nobody else ever has its name.
  (void)remove_tree(state_->folder.path + ".lock").ok();
}

Result<std::unique_ptr<Reproduction>> Reproduction::open(Session& session, Records& records,
                                                         const Project& project,
                                                         const ProjectName& pushed) {
  GT_CHECK(session.keeper, "commands that execute steps have a keeper");
  // Before the first thread: whoever is made later inherits that signals are not for it.
  SignalWatch signals = TRY(SignalWatch::open());
  Wake wake = TRY(Wake::open());
  const std::string name = "verify-" + make_uuid(session.clock.now(), session.entropy);
  DebugFolder folder = TRY(claim_debug_folder(records.home.path(), name));
  Home scratch = TRY(Home::open(folder.path));
  auto state = std::make_unique<State>(session, records, std::move(signals), std::move(wake),
                                       std::move(folder), std::move(scratch));
  State& parts = *state;
  parts.facts = TRY(make_facts(
      session, records, project, [&parts] { parts.wake.ring(); },
      [&session](const std::string& line) { session.console.say(line); }, pushed));
  parts.project_root = project.root;
  parts.keeper = TRY(KeeperClient::open(*std::move(session.keeper)));
  session.keeper.reset();
  parts.executor = TRY(HostExecutor::open(
      {.keeper = *parts.keeper,
       .blobs = parts.blobs,
       .clock = session.clock,
       .chores = parts.scratch_blobs.chores(),
       .python =
           [&parts](const Launch& launch) { return parts.facts->python_variables(*launch.python); },
       .wake = [&parts] { parts.wake.ring(); }},
      {.attempts = parts.attempts,
       .caller_environment = own_environment(),
       .limits = host_limits()}));
  return std::unique_ptr<Reproduction>(new Reproduction(std::move(state)));
}

HostFacts& Reproduction::facts() { return *state_->facts; }

Result<Execution> Reproduction::execute(const LiveRun& live, const TaskRecord& task,
                                        const Conditions& conditions) {
  State& parts = *state_;
  const std::uint32_t attempt = std::max<std::uint32_t>(task.attempts, 1);
  const AttemptId id{live.record().id, task.index, attempt};
  const std::string name =
      fmt::format("{}-verify-{}", outside_name(live.record().uuid, id), ++parts.executions);
  std::vector<std::string> gpus;
  {
    auto reader = TRY(parts.records.database->begin_read());
    gpus = TRY(recorded_gpus(parts.records, reader, id));
  }
  Launch launch = TRY(recorded_launch(live, task, attempt, *parts.facts,
                                      {parts.project_root, parts.attempts, name, std::move(gpus)}));
  // Unique among ours; what the step is told of its number stays.
  launch.attempt.number = parts.executions;
  for (auto& variable : conditions.variables()) launch.variables.push_back(std::move(variable));
  Execution execution;
  execution.folder = name;
  execution.during.from = parts.session.clock.now();
  AttemptEnded ended =
      TRY(rehearse(*parts.executor, std::move(launch), [&parts] { return parts.wait(); }));
  execution.during.to = parts.session.clock.now();
  if (const auto* failed = std::get_if<AttemptFailed>(&ended.outcome))
    return error(Errc::conflict, "{}: {}", to_text(failed->cause), failed->message);
  execution.result = {std::get<AttemptSucceeded>(std::move(ended.outcome)).outputs,
                      [&parts](const BlobName& blob) { return parts.scratch_blobs.path_of(blob); }};
  return execution;
}

Result<void> Reproduction::pause() {
  constexpr int pause_milliseconds = 1100;
  pollfd waiting{state_->signals.fd(), POLLIN, 0};
  const Duration end =
      state_->session.clock.steady() + std::chrono::milliseconds(pause_milliseconds);
  for (;;) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(end - state_->session.clock.steady());
    if (left.count() <= 0) return {};
    (void)::poll(&waiting, 1, static_cast<int>(left.count()));
    while (const auto signal = state_->signals.next())
      if (*signal != SIGWINCH) return error(Errc::cancelled, "cancelled");
  }
}

Result<Execution> Reproduction::recorded(Transaction& reader, const RunView& view,
                                         const TaskRecord& task) {
  State& parts = *state_;
  const TaskResult* const result = view.result(task);
  GT_CHECK(result != nullptr, "what is compared has a result");
  const AttemptId from =
      result->cached_from.value_or(AttemptId{view.run().id, task.index, task.attempts});
  Execution execution;
  execution.result = {result->outputs,
                      [&parts](const BlobName& blob) { return parts.home_blobs.path_of(blob); }};
  for (const AttemptRecord& attempt :
       TRY(parts.records.runs.attempts(reader, from.run, from.task))) {
    if (attempt.id.number != from.number) continue;
    execution.during = {attempt.started_at.value_or(attempt.opened_at),
                        attempt.ended_at.value_or(attempt.opened_at)};
    execution.folder = attempt.outside_name;
  }
  return execution;
}

}  // namespace gt
