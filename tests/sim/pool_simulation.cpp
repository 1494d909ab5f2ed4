#include "sim/pool_simulation.h"

#include <algorithm>
#include <map>
#include <poll.h>

#include "definition/read_pipeline.h"
#include "engine/simulated_world.h"
#include "run/claim_store.h"

namespace gt {

namespace {

constexpr Capacity capacity = {3, 0};
const std::vector<Pool> pools = {{"a", 1, ""}, {"b", 3, ""}, {"c", 2, ""}};
const std::vector<std::string> devices = {"0", "1", "2"};
constexpr int faulty_lives_max = 60;
constexpr int turns_max = 200'000;

std::string pipeline_text(SeededEntropy& entropy) {
  std::string text = "name: simulated\n";
  if (entropy.below(3) == 0) text += fmt::format("priority: {}\n", entropy.below(3));
  text += "steps:\n";
  const auto count = 2 + entropy.below(4);
  for (std::uint64_t i = 0; i < count; ++i) {
    text += fmt::format("  s{}:\n    run: [work]\n", i);
    if (i > 0 && entropy.below(2) == 0)
      text += fmt::format("    needs: [s{}]\n    trigger_rule: all_done\n", entropy.below(i));
    if (entropy.below(2) == 0) {
      text += fmt::format("    matrix: {{x: \"${{{{ range({}) }}}}\"}}\n", 1 + entropy.below(5));
      if (entropy.below(3) == 0) text += "    max_parallel: 2\n";
    }
    switch (entropy.below(5)) {
      case 0:
        text += "    pool: a\n";
        break;
      case 1:
        text += fmt::format("    pool: {{b: {}}}\n", 1 + entropy.below(3));
        break;
      case 2:
        text += "    pool: [c, {b: 2}]\n";
        break;
      case 3:
        text += "    pool: {c: 2}\n";
        break;
      default:
        break;
    }
    if (entropy.below(4) == 0) text += fmt::format("    priority: {}\n", entropy.below(4));
    if (entropy.below(3) == 0)
      text += fmt::format("    retry: {{limit: 2, delay: {}s}}\n", entropy.below(10));
    text += fmt::format("    resources: {{cpu: {}, gpu: {}}}\n", 1 + entropy.below(4) / 3,
                        entropy.below(3) == 0 ? 1 + entropy.below(2) : 0);
  }
  return text;
}

/// What an attempt had while it ran.
struct Work {
  std::size_t member = 0;
  Time until{};
  double cpu = 0;
  Claim claim;
  std::vector<std::string> gpus;
};

class Home;

/// Attempts of all engines are on one machine: each can see whether another's have ended.
class MemberExecutor final : public Executor {
 public:
  MemberExecutor(Home& home, Clock& clock, SimulatedExecutor::Behaviour behaviour)
      : home_(home), own_(clock, {capacity.cpu, 0}, std::move(behaviour)) {}
  void start(Launch launch) override { own_.start(std::move(launch)); }
  void adopt(Launch launch) override { own_.adopt(std::move(launch)); }
  std::vector<AttemptEvent> poll() override { return own_.poll(); }
  void acknowledge(std::span<const AttemptId> attempts) override { own_.acknowledge(attempts); }
  void stop(const AttemptId& attempt, StopMode mode) override { own_.stop(attempt, mode); }
  ExecutorLimits limits() const override { return own_.limits(); }
  bool has_ended(const std::string& outside_name) override;

  SimulatedExecutor& own() { return own_; }

 private:
  Home& home_;
  SimulatedExecutor own_;
};

/// One geartrain: its runs, its part of the machine, and its engine as long as that lives.
struct Member {
  std::unique_ptr<MemberExecutor> executor;
  std::vector<RunId> runs;
  std::string id;
  std::unique_ptr<FaultyDatabase> database;
  std::unique_ptr<Presence> presence;
  std::optional<Bell> bell;
  std::unique_ptr<SimulatedWatcher> watcher;
  std::unique_ptr<Engine> engine;
  std::optional<Time> revives_at;
};

class Home {
 public:
  explicit Home(std::uint64_t seed) : entropy_(seed), cache_(blobs_) {
    auto opened = MemoryDatabase::open(clock_);
    GT_CHECK(opened.ok(), "a database in memory opens");
    memory_ = *std::move(opened);
    auto writer = memory_->begin_write();
    for (const Pool& pool : pools)
      GT_CHECK(claims_.set_pool(*writer, pool.name, pool.slots, {}, clock_.now()).ok(),
               "a pool is made");
    GT_CHECK(writer->commit().ok(), "pools are committed");
    members_.resize(2 + entropy_.below(2));
    for (std::size_t i = 0; i < members_.size(); ++i) {
      members_[i].executor = std::make_unique<MemberExecutor>(
          *this, clock_, [this, i](const Launch& launch) { return course_of(i, launch); });
      make_engine(members_[i]);
      for (std::uint64_t runs = 1 + entropy_.below(3); runs > 0; --runs) begin_run(members_[i]);
    }
  }

  PoolSimulationReport live() {
    for (int turn = 0; turn < turns_max; ++turn) {
      if (turn_of_all()) {
        finish();
        return std::move(report_);
      }
      if (report_.broken_laws.size() > 5) return std::move(report_);
    }
    broken("the runs do not end: " + what_is_open());
    return std::move(report_);
  }

  bool has_ended(const std::string& outside_name) {
    return std::ranges::any_of(members_, [&](const Member& member) {
      return member.executor->own().has_ended(outside_name);
    });
  }

 private:
  void broken(std::string law) { report_.broken_laws.push_back(std::move(law)); }

  void make_engine(Member& member) {
    member.id = fmt::format("{:x}", ++engines_);
    member.database = std::make_unique<FaultyDatabase>(*memory_);
    if (engines_ <= faulty_lives_max)
      member.database->fail_at_commit(1 + static_cast<std::int64_t>(entropy_.below(25)),
                                      static_cast<Fault>(entropy_.below(3)));
    auto presence = memory_->enter(member.id);
    GT_CHECK(presence.ok(), "an engine enters");
    member.presence = *std::move(presence);
    auto bell = memory_->listen(Listener::engine, member.id);
    GT_CHECK(bell.ok(), "an engine listens");
    member.bell.emplace(*std::move(bell));
    member.watcher = std::make_unique<SimulatedWatcher>(clock_, all_is_there);
    member.engine = std::make_unique<Engine>(EngineParts{.database = *member.database,
                                                         .runs = runs_,
                                                         .cache = cache_,
                                                         .executor = *member.executor,
                                                         .watcher = *member.watcher,
                                                         .facts = facts_,
                                                         .clock = clock_,
                                                         .entropy = entropy_},
                                             EngineSettings{.engine_id = member.id,
                                                            .capacity = capacity,
                                                            .project_root = "/project",
                                                            .home = "/project/.geartrain",
                                                            .gpus = devices});
  }

  void begin_run(Member& member) {
    const std::string text = pipeline_text(entropy_);
    ReadResult read = read_pipeline(text, "pipeline.yaml");
    for (const Problem& problem : read.problems) broken(problem.message + "\n" + text);
    GT_CHECK(read.pipeline, "the pipeline of a simulation is free of problems");
    auto plan = Plan::build(std::make_shared<const Pipeline>(*std::move(read.pipeline)), {});
    auto writer = memory_->begin_write();
    NewRun wanted;
    wanted.pipeline = plan->pipeline().name;
    wanted.owner_engine = member.id;
    auto run = runs_.create(*writer, wanted, clock_.now(), entropy_);
    GT_CHECK(run.ok() && writer->commit().ok(), "a run is created");
    plans_[run->id] = plan;
    member.runs.push_back(run->id);
    Selection selection(*plan);
    GT_CHECK(member.engine->begin(*run, std::move(plan), std::move(selection)).ok(),
             "a run begins");
  }

  SimulatedCourse course_of(std::size_t member, const Launch& launch) {
    const Time now = clock_.now();
    SimulatedCourse course{std::chrono::microseconds(entropy_.below(2000)),
                           std::chrono::microseconds(entropy_.below(20'000'000)),
                           AttemptSucceeded{}};
    if (entropy_.below(6) == 0) course.outcome = AttemptFailed{Cause::exit, "exit code 1", 1, {}};
    std::erase_if(work_, [&](const Work& work) { return work.until <= now; });
    Work work{member, now + course.until_started + course.until_ended, launch.cpu, {}, {}};
    const Plan& plan = *plans_.at(launch.attempt.run);
    const std::string step = launch.task_path.substr(0, launch.task_path.find('['));
    work.claim = claim_of(plan.step(plan.find_path(step)));
    for (const auto& [name, value] : launch.variables)
      if (name == "CUDA_VISIBLE_DEVICES") work.gpus = devices_of(value);
    if (work.gpus.size() != work.claim.gpus)
      broken(fmt::format("{} has {} GPUs instead of {}", launch.task_path, work.gpus.size(),
                         work.claim.gpus));
    work_.push_back(std::move(work));
    check_limits();
    return course;
  }

  void check_limits() {
    std::map<std::size_t, double> cpu;
    std::map<std::string, std::int64_t> taken, gpus;
    for (const Work& work : work_) {
      cpu[work.member] += work.cpu;
      for (const PoolSlots& slots : work.claim.pools) taken[slots.pool] += slots.slots;
      for (const std::string& gpu : work.gpus) ++gpus[gpu];
    }
    for (const auto& [member, used] : cpu)
      if (used > capacity.cpu) broken(fmt::format("engine {} uses {} slots", member, used));
    for (const Pool& pool : pools)
      if (taken[pool.name] > pool.slots)
        broken(fmt::format("{} of {} slots of pool {} are in use", taken[pool.name], pool.slots,
                           pool.name));
    for (const auto& [gpu, users] : gpus)
      if (users > 1) broken(fmt::format("GPU {} is in use {} times", gpu, users));
  }

  /// The process is gone, with all that it knew; its attempts go on.
  void die(Member& member) {
    ++report_.crashes;
    member.engine.reset();
    member.bell.reset();
    member.presence.reset();
    member.revives_at = clock_.now() + std::chrono::seconds(entropy_.below(60));
  }

  void revive(Member& member) {
    member.revives_at.reset();
    make_engine(member);
    for (const RunId run : member.runs) {
      auto writer = memory_->begin_write();
      const auto record = runs_.get(*writer, run);
      GT_CHECK(record.ok(), "a run is found");
      if (is_ended(record->state)) {
        // A new process knows nothing of attempts whose run has ended.
        const auto attempts = runs_.attempts(*writer, run);
        GT_CHECK(attempts.ok(), "attempts are read");
        for (const AttemptRecord& attempt : *attempts)
          member.executor->acknowledge(std::span(&attempt.id, 1));
        continue;
      }
      GT_CHECK(runs_.claim(*writer, run, record->fence, member.id).ok() && writer->commit().ok(),
               "a run is claimed");
      const auto plan = plans_.at(run);
      GT_CHECK(member.engine->take_over(run, plan, Selection(*plan)).ok(), "a run is taken over");
    }
  }

  /// True when all runs have ended.
  bool turn_of_all() {
    std::optional<Time> next;
    const auto wait_for = [&](std::optional<Time> time) {
      if (time) next = std::min(next.value_or(*time), *time);
    };
    bool all_idle = true;
    for (Member& member : members_) {
      if (member.revives_at && *member.revives_at <= clock_.now()) revive(member);
      if (member.revives_at) {
        wait_for(member.revives_at);
        all_idle = false;
        continue;
      }
      pollfd bell{member.bell->fd(), POLLIN, 0};
      if (::poll(&bell, 1, 0) > 0) {
        member.bell->clear();
        member.engine->claims_changed();
      }
      (void)member.engine->turn().ok();  // a refused commit is tried again
      if (member.database->has_crashed()) {
        die(member);
        all_idle = false;
        continue;
      }
      if (member.engine->is_idle()) continue;
      all_idle = false;
      wait_for(member.engine->next_turn());
      wait_for(member.executor->own().next_event());
    }
    if (all_idle) return true;
    // Whoever was rung by one that came later has its turn first.
    for (const Member& member : members_) {
      pollfd bell{member.bell ? member.bell->fd() : -1, POLLIN, 0};
      if (member.bell && ::poll(&bell, 1, 0) > 0) return false;
    }
    for (const Member& member : members_)
      if (member.engine)
        for (const RunId run : member.runs)
          if (const LiveRun* live = member.engine->find(run)) count_refusals(*live);
    if (next && *next > clock_.now()) clock_.advance(*next - clock_.now());
    return false;
  }

  std::string what_is_open() {
    auto reader = memory_->begin_read();
    const auto ledger = claims_.ledger(*reader);
    std::string text;
    for (const RunRecord& run : *runs_.open_runs(*reader))
      text += fmt::format("run {} of {}, ", run.id, run.owner_engine);
    for (const HeldSlots& held : ledger->slots)
      text += fmt::format("{} holds {} of {}, ", held.task, held.slots, held.pool);
    for (const HeldGpu& held : ledger->gpus)
      text += fmt::format("{} holds GPU {}, ", held.task, held.device);
    for (const ClaimWait& wait : ledger->waits)
      text += fmt::format("{} of {} waits for {}{}, ", wait.task, wait.engine,
                          claim_text(wait.claim), wait.is_ready ? "" : " (not ready)");
    return text;
  }

  void count_refusals(const LiveRun& live) {
    for (TaskIndex task = 0; task < live.tasks().size(); ++task)
      if (live.task(task).state == TaskState::ready && !claim_of(live.step_of(task)).empty())
        ++report_.refusals;
  }

  void finish() {
    auto reader = memory_->begin_read();
    const auto ledger = claims_.ledger(*reader);
    GT_CHECK(ledger.ok(), "claims are read");
    if (!ledger->slots.empty()) broken("slots of a pool are still held");
    if (!ledger->gpus.empty()) broken("a GPU is still held");
    for (const ClaimWait& wait : ledger->waits)
      for (const Member& member : members_)
        if (member.id == wait.engine) broken("somebody still waits");
    const auto open = runs_.open_runs(*reader);
    if (!open || !open->empty()) broken("a run has not ended");
    for (const Member& member : members_)
      for (const std::string& violation : member.executor->own().violations()) broken(violation);
  }

  FakeClock clock_;
  SeededEntropy entropy_;
  MemoryBlobs blobs_;
  Cache cache_;
  RunStore runs_;
  ClaimStore claims_;
  SimulatedFacts facts_;
  std::unique_ptr<MemoryDatabase> memory_;
  std::map<RunId, std::shared_ptr<const Plan>> plans_;
  std::vector<Member> members_;
  std::vector<Work> work_;
  PoolSimulationReport report_;
  int engines_ = 0;
};

bool MemberExecutor::has_ended(const std::string& outside_name) {
  return home_.has_ended(outside_name);
}

}  // namespace

PoolSimulationReport simulate_pools(std::uint64_t seed) { return Home(seed).live(); }

}  // namespace gt
