#include "cli/wiring.h"

#include <thread>

#include "base/id.h"
#include "base/text.h"
#include "base/thread.h"
#include "blob/blob_journal.h"
#include "blob/folder_blobs.h"
#include "cache/cache.h"
#include "cli/claim_view.h"
#include "cli/host_watcher.h"
#include "cli/log_text.h"
#include "cli/machine_share.h"
#include "cli/server_client.h"
#include "cli/values_of_project.h"
#include "cli/version_facts.h"
#include "execute/host_executor.h"

namespace gt {

namespace {

/// Of earlier runs; each is a few MiB at most.
constexpr std::size_t blob_journals_max = 16;

std::string variable_or_empty(const Session& session, const char* name) {
  const char* const value = session.variable(name);
  return value == nullptr ? "" : value;
}

std::size_t log_tail_lines(const Settings& settings) {
  return static_cast<std::size_t>(settings.number(SettingId::log_tail));
}

/// Leads to the watcher of one run, or to somebody who watches many.
class Router final : public RunObserver {
 public:
  explicit Router(RunObserver* first) : observer(first) {}
  void committed(const LiveRun& run, const RunChanges& changes) override {
    observer->committed(run, changes);
  }
  void queued(const LiveRun& run, const std::vector<RunRecord>& before) override {
    observer->queued(run, before);
  }
  void waits(const LiveRun& run, TaskIndex task, const std::string& pool) override {
    observer->waits(run, task, pool);
  }

  RunObserver* observer;
};

}  // namespace

void declare_execution(Options& options) {
  for (const SettingId id :
       {SettingId::jobs, SettingId::memory, SettingId::secrets_file, SettingId::progress})
    options.setting(id);
}

Result<std::unique_ptr<HostFacts>> make_facts(Session& session, Records& records,
                                              const Project& project, std::function<void()> wake,
                                              std::function<void(const std::string&)> say,
                                              const ProjectName& pushed) {
  std::optional<std::string> file;
  if (const SettingValue* const set = session.settings().find(SettingId::secrets_file))
    file = set->text;
  Secrets secrets = TRY(Secrets::open(session.variable, file));
  const SourceKind kind = pushed.empty() ? SourceKind::project : SourceKind::version;
  Source source = TRY(Source::open(project.root, project.home, session.clock, kind));
  return std::make_unique<HostFacts>(HostFactsParts{
      .source = std::move(source),
      .secrets = std::move(secrets),
      .values = values_of_project(session, project.home, records.database.get(), pushed),
      .environments = PythonEnvironments(project.root, project.home,
                                         variable_or_empty(session, "PATH"), session.clock),
      .variable = session.variable,
      .wake = std::move(wake),
      .say = std::move(say)});
}

struct Workshop::State {
  State(Session& for_session, Records& with_records, Progress& with_progress, SignalWatch watch,
        Wake wakes)
      : session(for_session),
        records(with_records),
        progress(with_progress),
        signals(std::move(watch)),
        wake(std::move(wakes)),
        engine_id(make_uuid(session.clock.now(), session.entropy)),
        blobs(records.home, session.entropy, durability_of(session)),
        cache(blobs),
        watcher(
            progress,
            [this](const RunRecord& run, const AttemptId& attempt) {
              return log_tail(run, attempt);
            },
            [this](RunId run, TaskIndex task) { return wait_reason(run, task).value_or(""); }) {}

  Result<std::string> wait_reason(RunId run, TaskIndex task) {
    auto reader = TRY(records.database->begin_read());
    const RunRecord record = TRY(records.runs.get(reader, run));
    const RunView view = TRY(RunView::load(records.runs, reader, record));
    ClaimView claims = TRY(ClaimView::load(session, records, reader));
    return claims.reason(view, view.tasks()[task]);
  }

  std::vector<std::string> log_tail(const RunRecord& run, const AttemptId& attempt) const {
    return last_lines(records.home.at("attempts/" + outside_name(run.uuid, attempt)),
                      log_tail_lines(session.settings()));
  }
  Result<void> open();
  Result<RunPlace> place_of_version(const RunRecord& run);
  Result<Variables> python_of(const Launch& launch);

  Session& session;
  Records& records;
  Progress& progress;
  SignalWatch signals;
  Wake wake;
  std::string engine_id;
  std::unique_ptr<Presence> presence;
  std::optional<Bell> bell;
  FolderBlobs blobs;
  Cache cache;
  RunWatcher watcher;
  Router router{&watcher};
  std::unique_ptr<HostFacts> facts;
  std::optional<VersionFacts> version_facts;
  std::function<std::optional<ApiAccess>(const RunRecord&, const AttemptId&)> access;
  std::optional<AskedFacts> asked;
  std::unique_ptr<KeeperClient> keeper;
  std::unique_ptr<HostExecutor> executor;
  std::unique_ptr<HostWatcher> host_watcher;
  std::unique_ptr<Engine> engine;
  std::jthread tidying;
};

Result<void> Workshop::State::open() {
  GT_CHECK(session.keeper, "commands that execute steps have a keeper");
  presence = TRY(records.database->enter(engine_id));
  // Without a thread the next run does it.
  if (count_blob_journals(records.home) >= blob_journals_max)
    if (auto started =
            start_thread([this] { static_cast<void>(settle_blob_journals(records.home).ok()); }))
      tidying = *std::move(started);
  bell.emplace(TRY(records.database->listen(Listener::engine, engine_id)));
  facts = TRY(make_facts(
      session, records, records.project, [this] { wake.ring(); },
      [this](const std::string& line) { progress.say(line); }));
  version_facts.emplace(records, [this](const Project& project, const ProjectName& pushed) {
    return make_facts(
        session, records, project, [this] { wake.ring(); },
        [this](const std::string& line) { progress.say(line); }, pushed);
  });
  keeper = TRY(KeeperClient::open(*std::move(session.keeper)));
  session.keeper.reset();
  const std::string home = records.home.path();
  blobs.chores().set_listener([this, home] { keeper->do_chores(home); });
  // What an earlier command left, or nobody had time for.
  if (has_chores(home)) keeper->do_chores(home);
  const ExecutorLimits limits = slots_of(session.settings());
  executor =
      TRY(HostExecutor::open({.keeper = *keeper,
                              .blobs = blobs,
                              .clock = session.clock,
                              .chores = blobs.chores(),
                              .python = [this](const Launch& launch) { return python_of(launch); },
                              .wake = [this] { wake.ring(); }},
                             {.attempts = records.home.at("attempts"),
                              .caller_environment = own_environment(),
                              .limits = limits,
                              .log_bytes_max = session.settings().number(SettingId::log_limit),
                              .grace = Duration(session.settings().number(SettingId::grace))}));
  host_watcher = TRY(HostWatcher::open({.database = *records.database,
                                        .runs = records.runs,
                                        .clock = session.clock,
                                        .listener = make_uuid(session.clock.now(), session.entropy),
                                        .ca_file = variable_or_empty(session, authorities_variable),
                                        .wake = [this] { wake.ring(); }}));
  engine = std::make_unique<Engine>(
      EngineParts{
          .database = *records.database,
          .runs = records.runs,
          .cache = cache,
          .executor = *executor,
          .watcher = *host_watcher,
          .facts = asked.emplace(*facts),
          .clock = session.clock,
          .entropy = session.entropy,
          .observer = &router,
          .announce = [this] { records.database->ring_followers(); },
          .place_of_version = [this](const RunRecord& run) { return place_of_version(run); },
          .access_of =
              [this](const RunRecord& run, const AttemptId& attempt) {
                return access ? access(run, attempt) : std::nullopt;
              }},
      EngineSettings{.engine_id = engine_id,
                     .capacity = {limits.cpu, limits.memory_bytes},
                     .project_root = records.project.root,
                     .home = records.home.path(),
                     .gpus = gpus_of(session)});
  return {};
}

Result<RunPlace> Workshop::State::place_of_version(const RunRecord& run) {
  VersionPlace place = TRY(version_facts->of(run.project_version));
  return RunPlace{*place.facts, std::move(place.root)};
}

Result<Variables> Workshop::State::python_of(const Launch& launch) {
  HostFacts* const pushed = version_facts->at(launch.project_root);
  return (pushed != nullptr ? *pushed : *facts).python_variables(*launch.python);
}

Workshop::Workshop(std::unique_ptr<State> state) : state_(std::move(state)) {}

Workshop::~Workshop() { state_->facts->remember_source(); }

Result<std::unique_ptr<Workshop>> Workshop::open(Session& session, Records& records,
                                                 Progress& progress) {
  // Before the first thread: whoever is made later inherits that signals are not for it.
  SignalWatch signals = TRY(SignalWatch::open());
  Wake wake = TRY(Wake::open());
  auto state =
      std::make_unique<State>(session, records, progress, std::move(signals), std::move(wake));
  TRY(state->open());
  return std::unique_ptr<Workshop>(new Workshop(std::move(state)));
}

Engine& Workshop::engine() { return *state_->engine; }
void Workshop::wake() { state_->wake.ring(); }
const std::string& Workshop::engine_id() const { return state_->engine_id; }
const RunWatcher& Workshop::watcher() const { return state_->watcher; }
HostFacts& Workshop::facts() { return *state_->facts; }
Result<HostFacts*> Workshop::facts_of(const ProjectVersion& version) {
  return TRY(state_->version_facts->of(version.name())).facts;
}
std::vector<AskedFact> Workshop::asked() const { return state_->asked->asked(); }

Result<void> Workshop::claim(const RunRecord& run) {
  auto writer = TRY(state_->records.database->begin_write());
  TRY(state_->records.runs.claim(writer, run.id, run.fence, state_->engine_id));
  return writer.commit();
}

Result<void> Workshop::drive(RunId run) {
  OneRun work(*state_->engine, state_->records.runs, state_->progress, state_->watcher, run);
  return drive(work);
}

Result<void> Workshop::drive(DrivenWork& work) {
  return gt::drive(
      {.engine = *state_->engine,
       .database = *state_->records.database,
       .clock = state_->session.clock,
       .wake = state_->wake,
       .bell = *state_->bell,
       .signals = state_->signals,
       .record_wait_max = Duration(state_->session.settings().number(SettingId::disk_wait)),
       .took_environments =
           [this] {
             const bool has_pushed = state_->version_facts->took_environments();
             return state_->facts->took_environments() || has_pushed;
           },
       .take_notices = [this] { return state_->executor->take_notices(); }},
      work);
}

void Workshop::set_access(
    std::function<std::optional<ApiAccess>(const RunRecord&, const AttemptId&)> access) {
  state_->access = std::move(access);
}

void Workshop::observe(RunObserver& observer) { state_->router.observer = &observer; }

std::string Workshop::wait_reason(RunId run, TaskIndex task) const {
  return state_->wait_reason(run, task).value_or("");
}

std::vector<std::string> Workshop::log_tail(const RunRecord& run, const AttemptId& attempt) const {
  return state_->log_tail(run, attempt);
}

}  // namespace gt
