#include "sim/simulation.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/text.h"
#include "engine/simulated_world.h"

namespace gt {

namespace {

constexpr Capacity capacity = {3, 0};

/// Whether the seed's pipeline ends the same whatever is faster. Not so with `fail_fast` (which
/// items are still there to cancel) and with equal tasks, of which the first does the work for all.
bool is_timeless(std::uint64_t seed) { return seed % 2 == 0; }

struct Written {
  std::string name;
  bool gives_list = false;
  bool gives_value = true;
};

/// What a step is, beside groups and calls.
enum class Work : std::uint8_t { process, wait, outside, approval };

class PipelineWriter {
 public:
  explicit PipelineWriter(std::uint64_t seed)
      : entropy_(seed),
        works_(seed ^ 0x3a17),
        is_timeless_(is_timeless(seed)),
        has_waits_(seed % 8 == 2 || seed % 8 == 3) {}

  std::string write() {
    text_ = "name: simulated\nparams:\n  n: {type: integer, default: 2}\nsteps:\n";
    write_steps(2 + entropy_.below(7), "  ", "s", true);
    if (entropy_.below(2) == 0) {
      text_ += "finally:\n  last: {run: [x, \"${{ run.state }}\"]";
      if (entropy_.below(3) == 0) text_ += ", retry: 1";
      text_ += "}\n";
    }
    return text_ + others_;
  }

 private:
  bool chance(std::uint64_t one_in) { return entropy_.below(one_in) == 0; }

  void write_steps(std::uint64_t count, const std::string& indent, const std::string& prefix,
                   bool groups_allowed) {
    std::vector<Written> before;
    for (std::uint64_t i = 0; i < count; ++i) {
      const std::string name = prefix + std::to_string(i);
      const bool is_group = groups_allowed && chance(5);
      const bool is_call = is_group && chance(2);
      text_ += indent + name + ":\n";
      const std::string in = indent + "  ";
      const Work work = is_group ? Work::process : choose_work();
      const bool has_rule = write_needs(in, before, !is_call && work == Work::process);
      const bool is_matrix = chance(3);
      // Under other rules the list may not be there yet.
      const std::string decided_by = is_matrix && !has_rule && chance(2) ? decider(before) : "";
      if (!decided_by.empty()) {
        text_ += in + "matrix: {k" + prefix + ": \"${{ steps." + decided_by + ".outputs.l }}\"}\n";
      } else if (is_matrix) {
        text_ += in + (chance(6) ? "matrix: {m" : "matrix: {k") + prefix +
                 (chance(8)   ? ": []}\n"
                  : chance(2) ? ": [1, 2, 3]}\n"
                              : ": \"${{ range(params.n) }}\"}\n");
      }
      if (is_matrix) {
        if (work == Work::process && chance(3)) text_ += in + "max_parallel: 1\n";
        if (chance(4) && !is_timeless_) text_ += in + "fail_fast: true\n";
      }
      if (chance(6))
        text_ += in + "if: ${{ params.n > " + std::to_string(entropy_.below(4)) + " }}\n";
      if (is_group) {
        if (chance(2))
          text_ += in + fmt::format("retry: {{limit: {}, delay: {}s, whole: {}}}\n",
                                    1 + entropy_.below(2), entropy_.below(20), chance(2));
      }
      if (is_call) {
        text_ += in + "pipeline: " + name + ".yaml\n";
        if (chance(2)) text_ += in + "params: {n: \"${{ params.n }}\"}\n";
        write_file(name);
      } else if (is_group) {
        text_ += in + "group:\n" + in + "  steps:\n";
        write_steps(1 + entropy_.below(3), in + "    ", name + "_", false);
        text_ += in + "  outputs: {v: \"${{ steps." + name + "_0.state }}\"}\n";
      } else if (work != Work::process) {
        write_wait(in, work);
      } else {
        if (chance(2))
          text_ += in + fmt::format("retry: {{limit: {}, delay: {}s}}\n", 1 + entropy_.below(2),
                                    entropy_.below(20));
        if (chance(4)) text_ += in + "resources: {cpu: 2}\n";
        if (is_timeless_) text_ += in + "cache: false\n";
        if (chance(3)) text_ += in + "code: [" + (chance(2) ? "a.py" : "b.py") + "]\n";
        text_ += in + "run: [work, " + (chance(3) ? "same" : name) + "]\n";
        text_ += in + "outputs: {v: {type: string}, f: {path: f}, l: {type: array}}\n";
      }
      before.push_back({name, !is_matrix && !is_group && work == Work::process,
                        work == Work::process || work == Work::approval});
    }
    for (std::uint64_t i = chance(2) ? 1 + entropy_.below(2) : 0; i > 0; --i)
      write_teardown(indent, fmt::format("{}t{}", prefix, i), before);
  }

  Work choose_work() {
    if (!has_waits_) return Work::process;
    const auto die = works_.below(7);
    return die == 0   ? Work::wait
           : die == 1 ? Work::approval
           : die == 2 ? Work::outside
                      : Work::process;
  }

  void write_wait(const std::string& in, Work work) {
    const auto seconds = works_.below(30);
    if (work == Work::wait) {
      text_ +=
          in + (works_.below(2) == 0 ? fmt::format("wait: {{for: {}s}}\n", seconds)
                                     : std::string("wait: {until: \"${{ run.logical_date }}\"}\n"));
      return;
    }
    if (work == Work::outside) return write_outside(in, seconds);
    const auto die = works_.below(4);
    text_ += in + fmt::format("timeout: {}s\n", 1 + seconds);
    if (die == 0) text_ += in + "on_timeout: skip\n";
    text_ += in + "approve: {message: Go on?, fields: {v: {default: x}}" +
             (die == 1   ? ", default: reject, on_reject: skip"
              : die == 2 ? ", default: approve"
                         : "") +
             "}\n";
  }

  /// Whether a look or the timeout comes first depends on time.
  void write_outside(const std::string& in, std::uint64_t seconds) {
    static constexpr const char* conditions[] = {
        "file: \"in/${{ run.number }}.csv\"", "run: other, on_failure: fail",
        "http: http://a/, every: 3s, when: response.json.n > 1",
        "sql: \"SELECT ${{ params.n }}\", database: a.db, every: 2s"};
    text_ += in + fmt::format("wait: {{{}}}\n", conditions[works_.below(std::size(conditions))]);
    if (is_timeless_ || works_.below(2) == 0) return;
    static constexpr const char* policies[] = {"fail", "skip", "succeed"};
    text_ += in + fmt::format("timeout: {}s\n", 1 + seconds);
    text_ += in + fmt::format("on_timeout: {}\n", policies[works_.below(3)]);
  }

  /// Behind the pipeline's own text, below a line with its name.
  void write_file(const std::string& name) {
    std::string outer = std::move(text_);
    text_ = "params:\n  n: {type: integer, default: 1}\n";
    if (chance(3)) text_ += "max_parallel: 1\n";
    if (chance(3) && !is_timeless_) text_ += "timeout: 20s\n";
    text_ += "steps:\n";
    const bool may_nest = name.find('_') == std::string::npos;
    write_steps(1 + entropy_.below(3), "  ", name + "_", may_nest);
    if (chance(2)) {
      text_ += "finally:\n  last: {run: [x, \"${{ run.state }}\"]";
      if (chance(3)) text_ += ", matrix: {z: [1, 2]}";
      text_ += "}\n";
    }
    text_ += "outputs: {v: \"${{ steps." + name + "_0.state }}\"}\n";
    others_ += "%%% " + name + ".yaml\n" + text_;
    text_ = std::move(outer);
  }

  /// A step before that gives a list; empty if there is none.
  std::string decider(const std::vector<Written>& before) {
    if (before.empty()) return {};
    const Written& chosen = before[entropy_.below(before.size())];
    return chosen.gives_list ? chosen.name : "";
  }

  void write_teardown(const std::string& indent, const std::string& name,
                      const std::vector<Written>& before) {
    std::set<std::string> setups = {before[entropy_.below(before.size())].name};
    if (chance(3)) setups.insert(before[entropy_.below(before.size())].name);
    text_ += fmt::format("{}{}: {{teardown: {{of: [{}], fails_run: {}}}, run: [down, {}]", indent,
                         name, fmt::join(setups, ", "), chance(3), name);
    if (chance(3)) text_ += ", retry: 1";
    if (chance(5)) text_ += ", matrix: {i: [1, 2]}";
    text_ += "}\n";
  }

  /// Whether it wrote a trigger rule.
  bool write_needs(const std::string& in, const std::vector<Written>& before, bool inputs_allowed) {
    std::set<std::string> needs;
    bool gives_value = true;
    for (std::uint64_t i = entropy_.below(3); i > 0 && !before.empty(); --i) {
      const Written& needed = before[entropy_.below(before.size())];
      needs.insert(needed.name);
      gives_value = gives_value && needed.gives_value;
    }
    if (needs.empty()) return false;
    text_ += in + fmt::format("needs: [{}]\n", fmt::join(needs, ", "));
    static constexpr const char* rules[] = {
        "all_success",  "all_failed", "all_done",    "all_done_min_one_success",
        "all_skipped",  "always",     "none_failed", "none_failed_min_one_success",
        "none_skipped", "one_done",   "one_failed",  "one_success"};
    const bool has_rule = chance(3);
    if (has_rule) text_ += in + "trigger_rule: " + rules[entropy_.below(std::size(rules))] + "\n";
    if (inputs_allowed && gives_value && chance(2))
      text_ += in + "inputs: {i: \"${{ steps." + *needs.begin() + ".outputs.v }}\"}\n";
    return has_rule;
  }

  SeededEntropy entropy_, works_;
  bool is_timeless_, has_waits_;
  std::string text_, others_;
};

/// The pipeline's own text, and the files that it names.
std::pair<std::string, std::vector<FileText>> files_of(const std::string& text) {
  std::string own;
  std::vector<FileText> others;
  for (const std::string_view line : split(text, '\n')) {
    if (line.starts_with("%%% "))
      others.push_back({std::string(line.substr(4)), ""});
    else
      (others.empty() ? own : others.back().text) += std::string(line) + "\n";
  }
  return {std::move(own), std::move(others)};
}

std::uint64_t mix(std::uint64_t seed, const std::string& text) {
  for (const char letter : text)
    seed = (seed ^ static_cast<unsigned char>(letter)) * 1099511628211U;
  return SeededEntropy(seed).next64();
}

Value random_list(SeededEntropy& entropy) {
  ValueList list;
  for (std::int64_t i = 0; i < 4; ++i)
    if (entropy.below(2) == 0) list.emplace_back(i);
  return list;
}

/// What an attempt does follows from the seed, the task and its number alone, so that a life with
/// crashes must end like one without.
void set_behaviour(SimulatedWorld& world, std::uint64_t seed) {
  world.behaviour = [&world, seed](const Launch& launch) {
    SeededEntropy entropy(mix(seed, fmt::format("{}#{}", launch.task_path, launch.attempt.number)));
    SimulatedCourse course{Duration(static_cast<std::int64_t>(entropy.below(3000))),
                           Duration(static_cast<std::int64_t>(entropy.below(30'000'000))),
                           world.success_of(launch)};
    // Lists that other attempts of the task make longer or shorter.
    for (Value& value : std::get<AttemptSucceeded>(course.outcome).outputs)
      if (value.list()) value = random_list(entropy);
    const auto die = entropy.below(10);
    if (die == 0) course.outcome = AttemptFailed{Cause::exit, "exit code 1", 1, {}};
    if (die == 1) course.outcome = AttemptFailed{Cause::lost, "its supervisor died", {}, {}};
    return course;
  };
}

/// What is there outside follows from the seed and what is looked for; it may come later, and what
/// it is depends on no moment.
void set_outside(SimulatedWorld& world, std::uint64_t seed) {
  world.outside = [&world, seed,
                   begun = world.clock.steady()](const OutsideCondition& condition) -> Look {
    const std::string kind = std::to_string(condition.what.index());
    SeededEntropy entropy(mix(seed, kind + condition.root));
    if (world.clock.steady() - begun <
        Duration(static_cast<std::int64_t>(entropy.below(60'000'000))))
      return std::holds_alternative<HttpWanted>(condition.what) ? Look(HttpAnswered{503})
                                                                : Look(NothingFound{"not yet"});
    Look look = all_is_there(condition);
    if (auto* answer = std::get_if<HttpAnswered>(&look))
      answer->json = ValueObject{{"n", Value(2)}};
    auto* run = std::get_if<RunFound>(&look);
    if (run && entropy.below(2) == 0) run->state = RunState::failed;
    return look;
  };
}

/// Ended states by task path, with `cached` counted as success: which of two equal tasks does the
/// work depends on time.
std::map<std::string, std::string> outcome(SimulatedWorld& world, RunId run) {
  std::map<std::string, std::string> outcome;
  const std::string states = world.states(run);
  for (std::size_t begin = 0; begin < states.size();) {
    const std::size_t end = std::min(states.find(' ', begin), states.size());
    const std::string entry = states.substr(begin, end - begin);
    const std::size_t colon = entry.rfind(':');
    const std::string state = entry.substr(colon + 1);
    outcome[entry.substr(0, colon)] = state == "cached" ? "succeeded" : state;
    begin = end + 1;
  }
  return outcome;
}

class Life {
 public:
  explicit Life(std::uint64_t seed, const std::string& pipeline)
      : world_(seed, capacity),
        report_{pipeline, 0, 0, {}},
        entropy_(seed ^ 0xc1ea4),
        clears_at_end_(static_cast<int>(seed % 4)),
        clears_between_(!is_timeless(seed)) {
    world_.facts.files = {{"a.py", "a"}, {"b.py", "b"}};
    set_behaviour(world_, seed);
    set_outside(world_, seed);
    auto [own, others] = files_of(pipeline);
    world_.named = std::move(others);
    run_ = world_.start(own);
    sets_clock_ = seed % 3 == 0;
    // When a request comes decides what is there to cancel, so timeless lives have none.
    if (!is_timeless(seed) && seed % 5 == 0) cancel_at_turn_ = 2 + static_cast<int>(seed % 23);
  }

  /// Drives to the end; `before_life` sets the fault of each engine's life.
  template <typename BeforeLife>
  void live(const BeforeLife& before_life) {
    constexpr int lives_max = 400;
    for (int lives = 0; lives < lives_max; ++lives) {
      before_life(*world_.database, lives);
      const auto driven = world_.drive([this] { return observe(); });
      report_.commits += world_.database->commits();
      if (driven && world_.load(run_).run.ended_at) {
        finish();
        if (clears_at_end_ == 0) return;
        --clears_at_end_;
        clear_one(world_.load(run_).tasks);
        continue;
      }
      // A refused commit leaves the engine in place; a crash does not.
      if (world_.database->has_crashed() || !driven) {
        ++report_.crashes;
        world_.crash();
      }
    }
    broken("the run does not end");
  }

  SimulationReport take_report() { return std::move(report_); }
  std::map<std::string, std::string> take_outcome() { return outcome(world_, run_); }
  void compare(const std::map<std::string, std::string>& expected) {
    for (const auto& [path, state] : take_outcome()) {
      const auto found = expected.find(path);
      if (found == expected.end() || found->second != state)
        broken(fmt::format("{} is {}, without faults it is {}", path, state,
                           found == expected.end() ? "absent" : found->second));
    }
  }

 private:
  void broken(std::string law) {
    if (report_.broken_laws.size() < 10) report_.broken_laws.push_back(std::move(law));
  }

  /// A task of an ended run that this life and one with other faults have in common.
  void clear_one(const std::vector<TaskRecord>& tasks) {
    std::vector<std::string> paths;
    for (const auto& [path, state] : outcome(world_, run_))
      if (state != "removed") paths.push_back(path);
    GT_CHECK(!tasks.empty() && !paths.empty(), "a run has tasks");
    const ClearRequest request{
        {paths[entropy_.below(paths.size())]}, entropy_.below(2) == 0, false, "simulation"};
    const std::string refused = world_.ask(run_, request);
    if (!refused.empty()) broken("an ended run cannot be cleared: " + refused);
    ended_.clear();
  }

  ApprovalRequest decision_of(const std::string& task) {
    const bool is_yes = entropy_.below(2) == 0;
    return {.task = task,
            .decision = is_yes ? ApprovalDecision::approve : ApprovalDecision::reject,
            .values = {},
            .comment = {},
            .by = "simulation"};
  }

  /// A request to the engine that drives the run, at any moment.
  void clear_between(const LiveRun& live) {
    if (asked_ == answered_ && entropy_.below(20) == 0) {
      const auto task = static_cast<TaskIndex>(entropy_.below(live.tasks().size()));
      const bool is_decided = live.task(task).state == TaskState::deferred &&
                              live.step_of(task).approval() && entropy_.below(2) == 0;
      if (is_decided)
        world_.ask(run_, decision_of(live.task_path(task)));
      else
        world_.ask(run_, ClearRequest{
                             {live.task_path(task)}, entropy_.below(2) == 0, false, "simulation"});
      ++asked_;
    }
    GT_CHECK(world_.engine->take_requests(run_).ok() || world_.database->has_crashed(),
             "requests are read");
    auto writer = world_.memory->begin_write();
    GT_CHECK(writer.ok(), "a database in memory begins");
    for (; answered_ < asked_; ++answered_) {
      const auto answer = world_.runs.take_answer(*writer, 1);
      // Whoever changes an ended run sweeps away what was asked before.
      if (!answer && answer.error().code == Errc::not_found) continue;
      GT_CHECK(answer.ok(), "answers are read");
      if (!*answer) break;
      if ((*answer)->empty()) ended_.clear();
    }
    GT_CHECK(writer->commit().ok(), "an answer is taken");
  }

  void check_teardowns() {
    LoadedRun loaded = world_.load(run_);
    const LiveRun* const driven = world_.engine->find(run_);
    if (!driven || is_killed_) return;
    const LiveRun live =
        LiveRun::resume(driven->shared_plan(), driven->selection(), std::move(loaded));
    for (TaskIndex task = 0; task < live.tasks().size(); ++task) {
      const TaskState state = live.task(task).state;
      if (live.task(task).item >= 0 || !live.step_of(task).is_teardown()) continue;
      if (state != TaskState::cancelled && state != TaskState::upstream_failed) continue;
      for (const StepIndex setup : live.plan().setups(live.task(task).step))
        if (is_success(live.task(live.sibling(task, setup)).state))
          broken(fmt::format("{} is {} although a setup of it succeeded", live.task_path(task),
                             to_text(state)));
    }
  }

  /// Called before each turn.
  bool observe() {
    const LiveRun* live = world_.engine->find(run_);
    if (!live) return false;
    if (sets_clock_ && ++clock_turns_ % 7 == 0)
      world_.clock.jump(std::chrono::hours(clock_turns_ % 2 == 0 ? -24 : 24 * 365));
    if (clears_between_ && !world_.database->has_crashed() && !live->is_ended() &&
        !live->tasks().empty())
      clear_between(*live);
    if (cancel_at_turn_ > 0 && ++turns_ % cancel_at_turn_ == 0) {
      const CancelMode mode = turns_ > cancel_at_turn_ ? CancelMode::kill : CancelMode::terminate;
      if (!world_.engine->request_cancel(run_, mode, "simulation"))
        broken("nobody takes a request");
      is_killed_ = is_killed_ || mode == CancelMode::kill;
    }
    double cpu = 0;
    for (TaskIndex task = 0; task < live->tasks().size(); ++task) {
      const auto& seen = live->task(task);
      if (seen.kind == TaskKind::step &&
          (seen.state == TaskState::queued || seen.state == TaskState::running))
        cpu += live->step_of(task).settings->resources.cpu;
    }
    if (cpu > capacity.cpu) broken("more places are taken than there are");
    if (world_.database->has_crashed()) return true;
    const LoadedRun loaded = world_.load(run_);
    for (const TaskRecord& task : loaded.tasks) {
      // A group that is tried again takes up what is inside.
      if (task.kind == TaskKind::group && task.attempts != group_attempts_[task.index]) {
        group_attempts_[task.index] = task.attempts;
        std::erase_if(ended_, [&](const auto& entry) {
          TaskIndex above = entry.first;
          while (above != no_task && above != task.index) above = loaded.tasks[above].parent;
          return above == task.index;
        });
      }
      const auto known = ended_.find(task.index);
      // A matrix that is entered again may have lost an item that had ended.
      if (known != ended_.end() && known->second != task.state && task.state != TaskState::removed)
        broken(fmt::format("task {} was {} and is {}", task.index, to_text(known->second),
                           to_text(task.state)));
      if (is_ended(task.state)) ended_[task.index] = task.state;
    }
    return false;
  }

  void finish() {
    const LoadedRun loaded = world_.load(run_);
    if (!is_ended(loaded.run.state)) broken("the run has an end but no ended state");
    for (const TaskRecord& task : loaded.tasks)
      if (!is_ended(task.state)) broken(fmt::format("task {} has not ended", task.index));
    if (!loaded.open_attempts.empty()) broken("an attempt is still open");
    if (world_.watcher->watched() > 0) broken("somebody still looks for what nobody waits for");
    check_teardowns();
    for (const std::string& violation : world_.executor->violations()) broken(violation);
  }

  SimulatedWorld world_;
  SimulationReport report_;
  RunId run_ = 0;
  std::map<TaskIndex, TaskState> ended_;
  std::map<TaskIndex, std::uint32_t> group_attempts_;
  SeededEntropy entropy_;
  int clears_at_end_ = 0;
  bool clears_between_ = false;
  bool is_killed_ = false;
  int asked_ = 0, answered_ = 0;
  int cancel_at_turn_ = 0;
  bool sets_clock_ = false;
  int clock_turns_ = 0;
  int turns_ = 0;
};

}  // namespace

std::string random_pipeline(std::uint64_t seed) { return PipelineWriter(seed).write(); }

SimulationReport simulate(std::uint64_t seed) {
  const std::string pipeline = random_pipeline(seed);
  Life calm(seed, pipeline);
  calm.live([](FaultyDatabase&, int) {});
  Life hard(seed, pipeline);
  SeededEntropy entropy(seed ^ 0x5eed);
  hard.live([&](FaultyDatabase& database, int lives) {
    if (lives > 300) return;
    const auto fault = static_cast<Fault>(entropy.below(3));
    database.fail_at_commit(database.commits() + 1 + static_cast<std::int64_t>(entropy.below(6)),
                            fault);
  });
  if (is_timeless(seed)) hard.compare(calm.take_outcome());
  SimulationReport report = hard.take_report();
  const SimulationReport calm_report = calm.take_report();
  report.broken_laws.insert(report.broken_laws.end(), calm_report.broken_laws.begin(),
                            calm_report.broken_laws.end());
  return report;
}

SimulationReport simulate_every_crash(std::uint64_t seed) {
  const std::string pipeline = random_pipeline(seed);
  Life calm(seed, pipeline);
  calm.live([](FaultyDatabase&, int) {});
  const auto expected = calm.take_outcome();
  SimulationReport total = calm.take_report();
  const std::int64_t commits = total.commits;
  for (std::int64_t number = 1; number <= commits && total.broken_laws.empty(); ++number) {
    for (const Fault fault : {Fault::refused, Fault::crashed_before, Fault::crashed_after}) {
      Life life(seed, pipeline);
      life.live([&](FaultyDatabase& database, int lives) {
        if (lives == 0) database.fail_at_commit(number, fault);
      });
      if (is_timeless(seed)) life.compare(expected);
      SimulationReport report = life.take_report();
      total.crashes += report.crashes;
      for (const std::string& law : report.broken_laws)
        total.broken_laws.push_back(
            fmt::format("{} (fault {} at commit {})", law, static_cast<int>(fault), number));
    }
  }
  return total;
}

}  // namespace gt
