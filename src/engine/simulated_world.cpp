#include "engine/simulated_world.h"

#include <algorithm>

#include "definition/pipeline_assets.h"
#include "definition/read_pipeline.h"
#include "engine/change_run.h"

namespace gt {

Result<std::shared_ptr<const SourceSet>> SimulatedFacts::source(
    const std::vector<std::string>* globs) {
  auto set = std::make_shared<SourceSet>();
  for (const auto& [path, content] : files)
    if (!globs || std::ranges::find(*globs, path) != globs->end())
      set->text += fmt::format("file {} {}\n", path, sha256(content).hex());
  set->digest = sha256(set->text);
  return std::shared_ptr<const SourceSet>(std::move(set));
}

Result<std::vector<std::string>> SimulatedFacts::changed_since(const SourceSet& set) {
  std::vector<std::string> changed;
  for (const auto& [path, content] : files) {
    const auto line = fmt::format("file {} ", path);
    const auto at = set.text.find(line);
    if (at != std::string::npos &&
        set.text.compare(at + line.size(), 64, sha256(content).hex()) != 0)
      changed.push_back(path);
  }
  return changed;
}

Result<std::variant<EnvironmentFacts, EnvironmentPending>> SimulatedFacts::environment(
    const std::optional<PythonEnvironment>& python, const std::string& argv0) {
  using Answer = std::variant<EnvironmentFacts, EnvironmentPending>;
  if (python && !environments_are_ready) return Answer(EnvironmentPending{});
  return Answer(EnvironmentFacts{python ? "python " + python->requirements : "program " + argv0});
}

Result<std::optional<EnvironmentFacts>> SimulatedFacts::environment_if_made(
    const std::optional<PythonEnvironment>& python, const std::string& argv0) {
  if (python && !environments_are_ready) return std::optional<EnvironmentFacts>();
  return std::optional(
      EnvironmentFacts{python ? "python " + python->requirements : "program " + argv0});
}

Result<Secret> SimulatedFacts::secret(std::string_view name) {
  const auto found = secrets.find(name);
  if (found == secrets.end()) return error(Errc::not_found, "secret {} is not set", name);
  return Secret{std::string(name), found->second};
}

Result<Connection> SimulatedFacts::connection(std::string_view name) {
  const auto found = connections.find(name);
  if (found == connections.end()) return error(Errc::not_found, "there is no connection {}", name);
  return found->second;
}

Result<Value> SimulatedFacts::project_variable(std::string_view name) {
  const auto found = project_variables.find(name);
  if (found == project_variables.end())
    return error(Errc::not_found, "there is no variable {}", name);
  return found->second;
}

std::optional<std::string> SimulatedFacts::inherited_variable(const std::string& name) {
  const auto found = variables.find(name);
  return found == variables.end() ? std::nullopt : std::optional(found->second);
}

namespace {

class Wished {
 public:
  Look operator()(const FilesWanted& files) const { return FilesFound{{files.glob}}; }
  Look operator()(const RunWanted& run) const { return RunFound{"0", run.pipeline + "/1"}; }
  Look operator()(const AssetWanted& asset) const { return AssetFound{1, Value(asset.asset)}; }
  Look operator()(const HttpWanted&) const { return HttpAnswered{200, "{}", ValueObject{}}; }
  Look operator()(const RowWanted&) const { return RowFound{ValueObject{{"found", Value(1)}}}; }
};

}  // namespace

Look all_is_there(const OutsideCondition& condition) {
  return std::visit(Wished(), condition.what);
}

class SimulatedWorld::Observer final : public RunObserver {
 public:
  explicit Observer(const SimulatedWorld& world) : world_(world) {}
  void committed(const LiveRun&, const RunChanges& changes) override { world_.on_commit(changes); }

 private:
  const SimulatedWorld& world_;
};

SimulatedWorld::SimulatedWorld(std::uint64_t seed, Capacity with_capacity,
                               std::vector<std::string> with_gpus)
    : entropy(seed),
      cache(blobs),
      capacity(with_capacity),
      gpus(std::move(with_gpus)),
      observer_(std::make_unique<Observer>(*this)) {
  auto opened = MemoryDatabase::open(clock);
  GT_CHECK(opened.ok(), "a database in memory opens");
  memory = *std::move(opened);
  database = std::make_unique<FaultyDatabase>(*memory);
  behaviour = [this](const Launch& launch) {
    return SimulatedCourse{std::chrono::microseconds(entropy.below(2000)),
                           std::chrono::microseconds(entropy.below(5'000'000)), success_of(launch)};
  };
  outside = all_is_there;
  executor = std::make_unique<SimulatedExecutor>(
      clock, ExecutorLimits{capacity.cpu, capacity.memory_bytes},
      [this](const Launch& launch) { return behaviour(launch); });
  make_engine();
}

SimulatedWorld::~SimulatedWorld() = default;

void SimulatedWorld::make_engine() {
  watcher = std::make_unique<SimulatedWatcher>(
      clock, [this](const OutsideCondition& condition) { return outside(condition); });
  engine = std::make_unique<Engine>(EngineParts{.database = *database,
                                                .runs = runs,
                                                .cache = cache,
                                                .executor = *executor,
                                                .watcher = *watcher,
                                                .facts = facts,
                                                .clock = clock,
                                                .entropy = entropy,
                                                .observer = observer_.get()},
                                    EngineSettings{.engine_id = fmt::format("{:x}", ++engines_),
                                                   .capacity = capacity,
                                                   .project_root = "/project",
                                                   .home = "/project/.geartrain",
                                                   .gpus = gpus});
}

AttemptSucceeded SimulatedWorld::success_of(const Launch& launch) {
  AttemptSucceeded success;
  for (const OutputExpectation& output : launch.outputs) {
    if (!std::holds_alternative<ValueType>(output.type)) {
      const std::string bytes = launch.task_path + " " + output.name;
      auto blob = blobs.put_bytes(bytes);
      GT_CHECK(blob.ok(), "bytes are kept in memory");
      success.outputs.push_back(Artifact{blob->name.digest, false, blob->bytes, output.path, {}});
      continue;
    }
    switch (std::get<ValueType>(output.type)) {
      case ValueType::boolean:
        success.outputs.push_back(true);
        break;
      case ValueType::number:
        success.outputs.push_back(0.5);
        break;
      case ValueType::string:
        success.outputs.push_back(launch.task_path);
        break;
      case ValueType::array:
        success.outputs.push_back(ValueList{1, 2, 3});
        break;
      case ValueType::object:
        success.outputs.push_back(ValueObject{});
        break;
      case ValueType::integer:
      case ValueType::any:
        success.outputs.push_back(std::int64_t{7});
        break;
    }
  }
  return success;
}

RunId SimulatedWorld::start(const std::string& text, JsonObject params, RunOptions options) {
  ReadResult read = read_pipeline(text, "pipeline.yaml", named_files("pipeline.yaml", named));
  for (const Problem& problem : read.problems)
    fmt::print(stderr, "{}:{}: {}\n", problem.position.line, problem.position.column,
               problem.message);
  GT_CHECK(read.pipeline, "the pipeline of a simulation is free of problems");
  for (const Parameter& parameter : read.pipeline->params)
    if (!params.find(parameter.name) && parameter.default_value)
      params.set(parameter.name, *parameter.default_value);
  return start(
      Plan::build(std::make_shared<const Pipeline>(*std::move(read.pipeline)), std::move(params)),
      std::move(options));
}

RunId SimulatedWorld::start(std::shared_ptr<const Plan> plan, RunOptions options,
                            const RunChanges* beginning) {
  auto transaction = memory->begin_write();
  GT_CHECK(transaction.ok(), "a database in memory begins");
  NewRun wanted;
  wanted.pipeline = plan->pipeline().name;
  wanted.params = plan->params();
  wanted.options = options;
  wanted.logical_date = clock.now();
  wanted.owner_engine = fmt::format("{:x}", engines_);
  wanted.assets = used_assets(plan->pipeline());
  auto run = runs.create(*transaction, wanted, clock.now(), entropy);
  GT_CHECK(run.ok(), "a run is created");
  if (beginning)
    GT_CHECK(runs.commit(*transaction, run->id, run->fence, *beginning).ok(), "a run has begun");
  GT_CHECK(transaction->commit().ok(), "a run's creation is committed");
  plans_[run->name()] = plan;
  auto selection = Selection::make(*plan, {options.only, options.from, options.refresh});
  GT_CHECK(selection.ok(), "a simulation selects steps that exist");
  if (beginning)
    GT_CHECK(engine->take_over(run->id, std::move(plan), *std::move(selection)).ok(),
             "a run goes on");
  else
    GT_CHECK(engine->begin(*run, std::move(plan), *std::move(selection)).ok(), "a run begins");
  return run->id;
}

std::shared_ptr<const Plan> SimulatedWorld::plan_of(const RunRecord& run) {
  if (run.same_as && !plans_.contains(run.name()))
    plans_[run.name()] = plan_of(load(*run.same_as).run);
  return plans_.at(run.name());
}

Result<void> SimulatedWorld::drive(const std::function<bool()>& until) {
  while (!until()) {
    TRY(engine->turn());
    if (engine->is_idle()) return {};
    std::optional<Time> next = engine->next_turn();
    for (const auto event : {executor->next_event(), watcher->next_event()})
      if (event) next = std::min(next.value_or(*event), *event);
    GT_CHECK(next, "a run that is open waits for something that will come");
    if (*next > clock.now()) clock.advance(*next - clock.now());
  }
  return {};
}

void SimulatedWorld::crash() {
  engine.reset();
  database = std::make_unique<FaultyDatabase>(*memory);
  make_engine();
  std::vector<RunRecord> open;
  {
    auto reader = memory->begin_read();
    GT_CHECK(reader.ok(), "a database in memory can be read");
    auto found = runs.open_runs(*reader);
    GT_CHECK(found.ok(), "open runs are found");
    open = *std::move(found);
  }
  for (const RunRecord& run : open) {
    auto transaction = memory->begin_write();
    GT_CHECK(transaction.ok(), "a database in memory begins");
    GT_CHECK(runs.claim(*transaction, run.id, run.fence, fmt::format("{:x}", engines_)).ok(),
             "a run without owner is free");
    GT_CHECK(transaction->commit().ok(), "a claim is committed");
    const auto plan = plan_of(run);
    auto selection =
        Selection::make(*plan, {run.options.only, run.options.from, run.options.refresh});
    const auto taken = engine->take_over(run.id, plan, *std::move(selection));
    GT_CHECK(taken.ok(), "a run is taken over");
  }
}

void SimulatedWorld::reopen(RunId run) {
  const RunRecord record = load(run).run;
  const auto plan = plan_of(record);
  GT_CHECK(engine->reopen(run, plan, Selection(*plan), "test").ok(), "an ended run is reopened");
}

std::string SimulatedWorld::ask(RunId run, const DriverRequest& request) {
  const RunRecord record = load(run).run;
  const auto plan = plan_of(record);
  auto transaction = memory->begin_write();
  GT_CHECK(transaction.ok(), "a database in memory begins");
  if (!is_ended(record.state)) {
    const auto id = runs.request(*transaction, run, request, clock.now());
    GT_CHECK(id.ok() && transaction->commit().ok(), "a request is recorded");
    GT_CHECK(engine->take_requests(run).ok(), "the engine reads its requests");
    return {};
  }
  const Selection selection(*plan);
  const auto changed = change_run(*memory, *transaction, runs, record, plan, selection, request,
                                  "next", clock.now());
  if (!changed) return changed.error().message;
  GT_CHECK(transaction->commit().ok(), "what is changed is committed");
  GT_CHECK(engine->take_over(run, plan, selection).ok(), "a run is taken over");
  return {};
}

LoadedRun SimulatedWorld::load(RunId run) {
  auto reader = memory->begin_read();
  GT_CHECK(reader.ok(), "a database in memory can be read");
  auto loaded = runs.load(*reader, run);
  GT_CHECK(loaded.ok(), "a run is loaded");
  return *std::move(loaded);
}

RunState SimulatedWorld::state(RunId run) { return load(run).run.state; }

std::string SimulatedWorld::states(RunId run) {
  LoadedRun loaded = load(run);
  const auto plan = plan_of(loaded.run);
  const LiveRun live = LiveRun::resume(plan, Selection(*plan), std::move(loaded));
  std::string text;
  for (TaskIndex task = 0; task < live.tasks().size(); ++task)
    text += fmt::format("{}{}:{}", text.empty() ? "" : " ", live.task_path(task),
                        to_text(live.task(task).state));
  return text;
}

TaskState SimulatedWorld::state_of(RunId run, const std::string& path) {
  LoadedRun loaded = load(run);
  const auto plan = plan_of(loaded.run);
  const LiveRun live = LiveRun::resume(plan, Selection(*plan), std::move(loaded));
  for (TaskIndex task = 0; task < live.tasks().size(); ++task)
    if (live.task_path(task) == path) return live.task(task).state;
  GT_CHECK(false, "a test asks for tasks that exist");
  return TaskState::waiting;
}

}  // namespace gt
