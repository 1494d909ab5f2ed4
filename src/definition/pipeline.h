/// A pipeline as its author wrote it: names, expressions and settings with their positions, nothing
/// resolved yet. definition/ makes it from a file (definition/read_pipeline.h); plan/ turns it and
/// parameters into a Plan.
///
/// Invariant: a Pipeline that was read without problems needs no further check of its own shape:
/// names are valid and unique in their scope, every reference names something that exists, types
/// agree as far as they are known, and the graph of each scope has no cycle.
///
/// A pipeline may have 100,000 steps, so what few steps have stands behind one pointer.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "base/problem.h"
#include "calendar/overlap.h"
#include "calendar/written_schedule.h"
#include "definition/asset_rule.h"
#include "definition/notify.h"
#include "definition/wait.h"
#include "expression/shell_script.h"
#include "expression/template.h"

namespace gt {

/// `params:` one entry. `schema` holds the JSON-Schema words as they were written (type, minimum,
/// maximum, exclusiveMinimum, exclusiveMaximum, multipleOf, minLength, maxLength, pattern, enum,
/// items, minItems, maxItems, uniqueItems, properties, required, additionalProperties,
/// description).
struct Parameter {
  std::string name;
  JsonObject schema;
  std::optional<Json> default_value;  ///< none: must be given
  Position position;
};

/// What the bytes of an artifact are for; shown, and used by tracking. No influence on caching.
enum class ArtifactType { file, dataset, model, metrics, report };

/// The JSON type of a value.
enum class ValueType { any, boolean, integer, number, string, array, object };

/// An artifact has a path, a value has only a type.
struct Output {
  std::string name;
  std::variant<ArtifactType, ValueType> type = ArtifactType::file;
  std::string path;        ///< relative, inside the attempt's output folder; empty for a value
  bool is_folder = false;  ///< the path was written with a trailing '/'
  bool optional = false;   ///< may be missing after success: then null
  std::string asset = {};  ///< that a success updates; empty: none
  Position position;

  bool is_artifact() const { return std::holds_alternative<ArtifactType>(type); }
};

struct Input {
  std::string name;
  Template from;
  bool copy = false;  ///< the step gets its own copy that it may change, instead of a link
  Position position;
};

/// Airflow's weight rules: what the priority of a step is besides its own.
enum class PriorityRule {
  absolute,    ///< nothing
  downstream,  ///< the sum of all that follows from it, so what much waits for comes first
  upstream,    ///< the sum of all that comes before it, so what is begun is brought to its end
};

/// Airflow 3's rules, spelled as there.
enum class TriggerRule {
  all_success,
  all_failed,
  all_done,
  all_done_min_one_success,
  all_done_setup_success,
  all_skipped,
  always,
  none_failed,
  none_failed_min_one_success,
  none_skipped,
  one_done,
  one_failed,
  one_success,
};

/// Why an attempt did not succeed; also the words for `retry: {on: [...]}`.
enum class Cause {
  exit,                ///< its main process ended with another code than 0
  signal,              ///< its main process was ended by a signal that we did not send
  timeout,             ///< the step's own timeout
  out_of_memory,       ///< killed for want of memory
  evicted,             ///< the executor took its place away
  image,               ///< the image or command could not be started
  environment,         ///< its environment could not be made
  modified_input,      ///< it changed an input
  missing_output,      ///< it ended well but a declared output is not there
  invalid_output,      ///< an output or value is not what was declared, or leaves its folder
  invalid_expression,  ///< an expression of the step could not be evaluated
  lost,                ///< its supervisor died; its tree was found and ended
  cancelled,           ///< somebody asked to stop it
  run_timeout,         ///< the run's timeout
  rejected,            ///< a person did not approve it
  marked,              ///< somebody has said that it failed
  no_capacity,         ///< it claims more of a pool, or more GPUs, than there are
  upstream,            ///< items of its matrix, steps of its group, or the run that it waits for
  internal,            ///< executor trouble: disk full, no processes, …
};

enum class Backoff { constant, linear, exponential };

/// `retry: {grow: …}`: what an attempt gets after one that ended as out_of_memory.
struct Growth {
  double memory_factor = 1;           ///< 1: no more than before
  std::int64_t memory_bytes_max = 0;  ///< 0: what the machine has
};

/// Of a step, or of a group, whose retry repeats what is inside.
struct Retry {
  std::uint32_t limit = 0;  ///< further attempts after the first
  Duration delay{0};
  Backoff backoff = Backoff::constant;
  Duration max_delay = std::chrono::hours(1);
  double jitter = 0;      ///< 0…1: the delay is drawn from [delay·(1-jitter), delay·(1+jitter)]
  std::vector<Cause> on;  ///< empty: every cause but cancelled, run_timeout and invalid_expression
  std::vector<int> exit_codes;  ///< with cause exit: only these; empty: any
  Growth growth = {};
  /// Of a group: all its steps are executed anew, not only those that did not succeed.
  bool whole = false;
};

/// One task per combination, first key varies slowest.
struct MatrixAxis {
  std::string name;
  Template values;                      ///< one expression that gives a list; or
  std::vector<Template> listed_values;  ///< the values written one by one
  bool is_listed = false;
  Position position;
};

struct Matrix {
  std::vector<MatrixAxis> axes;
  std::optional<std::uint32_t> max_parallel;
  bool fail_fast = false;  ///< the first failed item cancels the others
  Position position;
};

/// `environment:` of the pipeline or of a step.
struct PythonEnvironment {
  std::string requirements;  ///< path relative to the project's root
  std::string interpreter = "python3";
};
struct EnvironmentDefinition {
  std::optional<PythonEnvironment> python;  ///< none: `environment: none`, the host as it is
  Position position;
};

struct Variable {
  std::string name;
  Template value;
  Position position;
  bool is_default = false;  ///< written in `defaults:`
};

/// `env:` names declared by the step; `inherit` are passed on from the caller and part of the key.
struct VariableSettings {
  std::vector<Variable> variables;
  std::vector<std::string> inherit;
};

struct Resources {
  double cpu = 1;                 ///< slots of `-j`
  std::int64_t memory_bytes = 0;  ///< of the host's memory; 0: not counted
  std::uint32_t gpus = 0;         ///< devices that nobody else has meanwhile
};

/// What an attempt takes of a pool.
struct PoolSlots {
  std::string pool;
  std::int64_t slots = 1;
  bool operator==(const PoolSlots&) const = default;
};

/// A connection of the project whose address the step finds in its environment.
struct WantedConnection {
  std::string name;
  Position position;
};

struct CacheSetting {
  enum class Mode { by_declaration, always, never } mode = Mode::by_declaration;
  std::optional<Duration> expires;
};

/// What a step executes: an argv without a shell, or a script for bash.
struct Argv {
  std::vector<Template> items;
};
using Command = std::variant<Argv, ShellScript>;

/// Where a setting of a step was written.
struct SettingOrigin {
  std::string setting;  ///< "timeout", "env.THREADS"
  Position position;
  bool is_default = false;  ///< in `defaults:`, not in the step itself
};

/// `teardown:` of a step that ends what setup steps beside it have begun. What it waits for is told
/// by definition/teardowns.h.
struct Teardown {
  std::vector<std::string> of;  ///< the setup steps
  bool fails_run = false;       ///< its failure counts as that of any step
  Position position;
};

struct Group;
struct Pipeline;

/// A parameter that is given to another pipeline, or to the runs of a trigger.
struct Argument {
  std::string name;
  Template value;
  Position position;
};

/// `pipeline:` the steps of another file, with parameters of their own.
struct PipelineCall {
  std::shared_ptr<const Pipeline> pipeline;  ///< null only while what is wrong is collected
  std::vector<Argument> params;
  std::string path;  ///< relative to the project's root
  Position position;
};

/// What becomes of firings that passed while nobody was there to begin their runs.
enum class Catchup {
  none,  ///< they are forgotten
  last,  ///< the last one has its run
  all,   ///< each has its run, up to a number of the last ones
};

/// How a run can end.
enum class RunEnd { succeeded, failed, cancelled };

/// `pipeline:` of a trigger: it fires when a run of another pipeline has ended in one of these
/// ways.
struct RunEndRule {
  std::string pipeline;
  std::vector<RunEnd> states = {RunEnd::succeeded};  ///< each once
};

/// How a call shows that its sender knows the secret.
enum class WebhookForm {
  geartrain,  ///< a signature of the body and the time, in `Geartrain-Signature`
  github,     ///< a signature of the body, in `X-Hub-Signature-256`
  gitlab,     ///< the secret itself, in `X-Gitlab-Token`
};

/// `webhook:` of a trigger: it fires when a program calls that knows the secret.
struct WebhookRule {
  WebhookForm form = WebhookForm::geartrain;
  std::string secret;  ///< its name
};

/// `file:` of a trigger: it fires for each file that comes or changes.
struct FileRule {
  static constexpr Duration default_stable = std::chrono::seconds(2);

  std::string glob;  ///< from the project's root, or absolute
  /// For so long a file must not have changed: who writes it may not be done.
  Duration stable = default_stable;
};

/// `triggers:` one entry: what begins runs by itself.
struct Trigger {
  static constexpr std::int64_t catchup_runs = 100;

  std::string name;
  std::variant<WrittenSchedule, RunEndRule, WebhookRule, FileRule, AssetRule> rule;
  Catchup catchup = Catchup::none;          ///< of schedules, as all of catching up
  std::int64_t catchup_max = catchup_runs;  ///< of Catchup::all
  Overlap overlap = Overlap::queue;
  /// `if:` of those that an event fires: whether it does.
  std::optional<Template> condition;
  Position condition_position;
  /// May see `run.logical_date`; of a schedule `run.interval`; of an event `event`.
  std::vector<Argument> params;
  Position position;

  /// nullptr: an event fires it.
  const WrittenSchedule* schedule() const { return std::get_if<WrittenSchedule>(&rule); }
};

/// What few steps have. What `defaults:` say is in the settings of each step that they reach.
struct StepSettings {
  std::optional<Matrix> matrix;
  std::optional<Teardown> teardown;
  std::optional<Template> condition;  ///< `if:`, one expression without ${{ }} or with
  Position condition_position;
  Retry retry;
  std::optional<Duration> timeout;
  /// After which a task that has not ended is late, from the start of its run.
  std::optional<Duration> deadline;
  Resources resources;
  std::vector<PoolSlots> pools;  ///< each pool once
  std::int64_t priority = 0;     ///< higher ones are launched first
  CacheSetting cache;
  VariableSettings variables;
  std::vector<WantedConnection> connections;  ///< each once
  std::optional<EnvironmentDefinition> environment;
  std::vector<std::string> code;  ///< globs of source files; without has_code: whole snapshot
  bool has_code = false;
  std::optional<std::string> working_directory;  ///< relative to the project's root
  std::string description;
  std::vector<SettingOrigin> origins;  ///< of what `defaults:` may hold, as far as it is set
};

struct Step {
  std::string name;
  Position position;
  /// A process, a group of steps, the steps of another file, or a wait without a process.
  std::variant<Command, std::unique_ptr<Group>, std::unique_ptr<PipelineCall>,
               std::unique_ptr<Wait>, std::unique_ptr<Approval>>
      body;
  std::vector<std::string> needs;
  std::vector<Input> inputs;
  /// Of a group: empty, see Group::outputs. Of an approval: its fields.
  std::vector<Output> outputs;
  TriggerRule trigger_rule = TriggerRule::all_success;
  bool is_setup = false;  ///< a teardown beside it ends what it begins
  /// Shared by all steps that say nothing of the kind; never null.
  std::shared_ptr<const StepSettings> settings;

  /// Of a step that holds others, the group, or the other pipeline as one.
  const Group* group() const;
  const PipelineCall* call() const { return held<PipelineCall>(); }
  const Command* command() const { return std::get_if<Command>(&body); }
  const Wait* wait() const { return held<Wait>(); }
  const Approval* approval() const { return held<Approval>(); }
  /// Its tasks are deferred instead of executed.
  bool is_waiting() const { return wait() || approval(); }
  bool is_teardown() const { return settings->teardown.has_value(); }

 private:
  template <typename Body>
  const Body* held() const {
    const auto* pointer = std::get_if<std::unique_ptr<Body>>(&body);
    return pointer ? pointer->get() : nullptr;
  }
};

struct GroupOutput {
  std::string name;
  Template from;
  Position position;
};

/// A closed scope: `steps` are siblings, `inputs` the group's own.
struct Group {
  /// What its `defaults:` and those around it say together; never null.
  std::shared_ptr<const StepSettings> defaults;
  std::vector<Step> steps;
  std::vector<GroupOutput> outputs;
};

/// The group of a file's steps, with what only a file has.
struct Pipeline : Group {
  std::string name;
  std::string description;
  std::vector<Parameter> params;
  std::optional<EnvironmentDefinition> environment;
  VariableSettings variables;  ///< for every step
  std::optional<Duration> timeout;
  std::optional<Duration> deadline;           ///< after which a run that has not ended is late
  std::optional<std::uint32_t> max_parallel;  ///< of the run
  std::optional<std::uint32_t> max_active;    ///< runs of it that may go on at once
  std::int64_t priority = 0;                  ///< of its runs, if they are given none
  PriorityRule priority_rule = PriorityRule::absolute;  ///< of its steps
  std::vector<std::string> secrets;                     ///< names declared under `secrets:`
  std::vector<Trigger> triggers;                        ///< of runs of its own, not of a call
  std::vector<NotifyRule> notify;                       ///< the same; else those of the project
  std::vector<Step> finally_steps;
};

inline const Group* Step::group() const {
  if (const PipelineCall* called = call()) return called->pipeline.get();
  const auto* pointer = std::get_if<std::unique_ptr<Group>>(&body);
  return pointer ? pointer->get() : nullptr;
}

/// Words as in the file, SQL, JSON and UI.
const char* to_text(TriggerRule rule);
const char* to_text(PriorityRule rule);
const char* to_text(Cause cause);
const char* to_text(Backoff backoff);
const char* to_text(ArtifactType type);
const char* to_text(ValueType type);
const char* to_text(MissingTime missing);
const char* to_text(DuplicateTime duplicate);
const char* to_text(Catchup catchup);
const char* to_text(Overlap overlap);
const char* to_text(RunEnd end);
const char* to_text(WebhookForm form);
std::optional<TriggerRule> parse_trigger_rule(std::string_view text);
std::optional<PriorityRule> parse_priority_rule(std::string_view text);
std::optional<Cause> parse_cause(std::string_view text);
std::optional<Backoff> parse_backoff(std::string_view text);
std::optional<ArtifactType> parse_artifact_type(std::string_view text);
std::optional<ValueType> parse_value_type(std::string_view text);
std::optional<MissingTime> parse_missing_time(std::string_view text);
std::optional<DuplicateTime> parse_duplicate_time(std::string_view text);
std::optional<Catchup> parse_catchup(std::string_view text);
std::optional<Overlap> parse_overlap(std::string_view text);
std::optional<RunEnd> parse_run_end(std::string_view text);
std::optional<WebhookForm> parse_webhook_form(std::string_view text);

/// All of them, for messages and the file format's schema.
std::vector<std::string> trigger_rule_words();
std::vector<std::string> priority_rule_words();
std::vector<std::string> cause_words();
std::vector<std::string> backoff_words();
std::vector<std::string> artifact_type_words();
std::vector<std::string> value_type_words();
std::vector<std::string> missing_time_words();
std::vector<std::string> duplicate_time_words();
std::vector<std::string> catchup_words();
std::vector<std::string> overlap_words();
std::vector<std::string> run_end_words();
std::vector<std::string> webhook_form_words();

}  // namespace gt
