#include "definition/keys.h"

#include <algorithm>
#include <array>
#include <utility>

namespace gt {
namespace {

constexpr std::string_view text = R"({"type": "string"})";
constexpr std::string_view boolean = R"({"type": "boolean"})";
constexpr std::string_view number = R"({"type": "number"})";
constexpr std::string_view count = R"({"type": "integer", "minimum": 0})";
constexpr std::string_view texts = R"({"type": "array", "items": {"type": "string"}})";
constexpr std::string_view name_or_names = R"({"$ref": "#/$defs/texts"})";
constexpr std::string_view duration = R"({"$ref": "#/$defs/duration"})";
constexpr std::string_view steps = R"({"$ref": "#/$defs/steps"})";
constexpr std::string_view variables = R"({"$ref": "#/$defs/variables"})";
constexpr std::string_view environment =
    R"({"anyOf": [{"const": "none"}, {"$ref": "#/$defs/environment"}]})";
constexpr std::string_view max_active = R"({"type": "integer", "minimum": 1, "maximum": 1000})";
constexpr std::string_view max_parallel = R"({"type": "integer", "minimum": 1, "maximum": 100000})";
constexpr std::string_view inputs = R"({"$ref": "#/$defs/inputs"})";
constexpr std::string_view condition = R"({"type": ["string", "boolean"]})";
constexpr std::string_view trigger_rule = R"({"$ref": "#/$defs/trigger_rule"})";
constexpr std::string_view matrix = R"({"$ref": "#/$defs/matrix"})";
constexpr std::string_view defaults = R"({"$ref": "#/$defs/defaults"})";
constexpr std::string_view resources = R"({"$ref": "#/$defs/resources"})";
constexpr std::string_view pool =
    R"({"anyOf": [{"$ref": "#/$defs/name"}, {"$ref": "#/$defs/pool_slots"}, {"type": "array", "items": {"anyOf": [{"$ref": "#/$defs/name"}, {"$ref": "#/$defs/pool_slots"}]}}]})";
constexpr std::string_view priority =
    R"({"type": "integer", "minimum": -1000000, "maximum": 1000000})";
constexpr std::string_view cache = R"({"anyOf": [{"type": "boolean"}, {"$ref": "#/$defs/cache"}]})";
constexpr std::string_view retry =
    R"({"anyOf": [{"type": "integer", "minimum": 0, "maximum": 1000}, {"$ref": "#/$defs/retry"}]})";

constexpr std::string_view teardown =
    R"({"anyOf": [{"$ref": "#/$defs/texts"}, {"$ref": "#/$defs/teardown"}]})";
constexpr std::string_view group_retry =
    R"({"anyOf": [{"type": "integer", "minimum": 0, "maximum": 1000}, {"$ref": "#/$defs/group_retry"}]})";
constexpr std::string_view step_deadline =
    "After which a task of it that has not ended is late, from the start of its run.";
constexpr std::string_view notify = R"({"type": "array", "items": {"$ref": "#/$defs/notify"}})";
constexpr std::string_view template_text = R"({"type": ["string", "number", "boolean"]})";
constexpr std::string_view group_outputs =
    R"({"type": "object", "additionalProperties": {"type": ["string", "number", "boolean", "array", "null"]}})";
constexpr std::string_view bytes = R"({"type": ["string", "integer"], "minimum": 0})";

constexpr auto pipeline_key_list = std::to_array<Key>({
    {"name", R"({"$ref": "#/$defs/name"})",
     "How runs of the pipeline are called; default: the name of its folder."},
    {"description", text, "For people."},
    {"include", name_or_names,
     "Files whose parameters, settings and steps are part of this one, as paths from the project's "
     "root."},
    {"params", R"({"$ref": "#/$defs/params"})",
     "What a run can be given, each with JSON-Schema words."},
    {"environment", environment, "Where steps find their packages."},
    {"env", variables, "Environment variables of every step."},
    {"secrets", texts, "Names of the secrets that the steps may use; default: any."},
    {"defaults", defaults, "Settings of every step that does not say them itself."},
    {"triggers", R"({"$ref": "#/$defs/triggers"})", "What begins runs by itself."},
    {"timeout", duration, "How long a run may take."},
    {"max_parallel", max_parallel, "How many tasks of a run may run at once."},
    {"max_active", max_active, "How many of its runs may be active at once; others wait."},
    {"deadline", duration, "After which a run that has not ended is late, from its logical date."},
    {"notify", notify, "Who is told of what becomes of its runs."},
    {"priority", priority, "Of its runs: those with a higher one come first; default: 0."},
    {"priority_rule", R"({"$ref": "#/$defs/priority_rule"})",
     "What the priority of a step is besides its own; default: absolute."},
    {"steps", steps, "The work.", true},
    {"finally", steps, "Steps that run when all others have ended, however they ended."},
    {"outputs", group_outputs,
     "What a run gives, and a step that runs this file as a pipeline, each an expression."},
});

constexpr auto fragment_key_list = std::to_array<Key>({
    {"description", text, "For people."},
    {"include", name_or_names, "Further files, as paths from the project's root."},
    {"params", R"({"$ref": "#/$defs/params"})", "Parameters of the pipeline."},
    {"environment", environment, "Where steps find their packages."},
    {"env", variables, "Environment variables of every step."},
    {"secrets", texts, "Names of secrets that the steps may use."},
    {"defaults", defaults, "Settings of every step that does not say them itself."},
    {"timeout", duration, "How long a run may take."},
    {"max_parallel", max_parallel, "How many tasks of a run may run at once."},
    {"steps", steps, "Steps of the pipeline."},
    {"finally", steps, "Steps that run when all others have ended."},
});

constexpr auto parameter_key_list = std::to_array<Key>({
    {"type", R"({"$ref": "#/$defs/types"})", "The JSON type."},
    {"default", "{}",
     "The value of a run that gives none; without it the parameter must be given."},
    {"description", text, "For people."},
    {"enum", R"({"type": "array", "minItems": 1})", "All values that are allowed."},
    {"minimum", number, "The smallest number allowed."},
    {"maximum", number, "The largest number allowed."},
    {"exclusiveMinimum", number, "The number must be larger."},
    {"exclusiveMaximum", number, "The number must be smaller."},
    {"multipleOf", R"({"type": "number", "exclusiveMinimum": 0})",
     "The number must be a multiple of it."},
    {"minLength", count, "The fewest characters of a text."},
    {"maxLength", count, "The most characters of a text."},
    {"pattern", R"({"type": "string", "format": "regex"})",
     "A regular expression that is found in the text."},
    {"items", R"({"$ref": "#/$defs/parameter"})", "The schema of each item of an array."},
    {"minItems", count, "The fewest items of an array."},
    {"maxItems", count, "The most items of an array."},
    {"uniqueItems", boolean, "No two items of an array may be equal."},
    {"properties", R"({"$ref": "#/$defs/members"})", "The schemas of an object's members."},
    {"required", texts, "Members that an object must have."},
    {"additionalProperties", R"({"anyOf": [{"type": "boolean"}, {"$ref": "#/$defs/parameter"}]})",
     "Whether an object may have other members, or their schema."},
});

constexpr auto environment_key_list = std::to_array<Key>({
    {"python", R"({"$ref": "#/$defs/python"})",
     "A virtual environment, made once per content of the requirements.", true},
});

constexpr auto python_key_list = std::to_array<Key>({
    {"requirements", text, "A requirements file, relative to the project's root.", true},
    {"interpreter", text, "The Python to make it with; default: python3."},
});

constexpr auto step_key_list = std::to_array<Key>({
    {"description", text, "For people."},
    {"run",
     R"({"anyOf": [{"type": "string"}, {"type": "array", "minItems": 1, "items": {"type": ["string", "number", "boolean"]}}]})",
     "A list is a command with its arguments, without a shell; a text is a script for bash.", true},
    {"inputs", inputs, "What the step reads: artifacts and values of other steps, and parameters."},
    {"outputs", R"({"$ref": "#/$defs/outputs"})", "What the step makes."},
    {"needs", name_or_names, "Steps that must have ended before, without data from them."},
    {"if", condition, "An expression; the step is skipped when it is false."},
    {"trigger_rule", trigger_rule, "Which ends of the steps before let this one start."},
    {"teardown", teardown,
     "Ends what these steps have begun, once the work that uses it has ended."},
    {"matrix", matrix, "One task for each combination of the values of its axes."},
    {"max_parallel", max_parallel, "How many tasks of the matrix may run at once."},
    {"fail_fast", boolean, "The first failed task of the matrix cancels the others."},
    {"retry", retry, "How often and when a failed attempt is repeated."},
    {"timeout", duration, "How long an attempt may take."},
    {"deadline", duration, step_deadline},
    {"resources", resources, "What an attempt takes of the machine."},
    {"pool", pool, "Pools of which an attempt takes slots, across all runs of the home."},
    {"priority", priority, "Tasks with a higher one are launched first; default: 0."},
    {"env", variables, "Environment variables of the step."},
    {"connections", name_or_names,
     "Connections of the project whose addresses the step finds in its environment."},
    {"environment", environment, "Another environment than the pipeline's."},
    {"cache", cache, "Whether a result that is there already is used again."},
    {"code", name_or_names,
     "Source files that the step reads, as glob patterns; default: all of the project."},
    {"working_directory", text, "Where the command starts, relative to the project's root."},
});

constexpr auto defaults_key_list = std::to_array<Key>({
    {"retry", retry, "How often and when a failed attempt is repeated."},
    {"timeout", duration, "How long an attempt may take."},
    {"resources", resources, "What an attempt takes of the machine."},
    {"pool", pool, "Pools of which an attempt takes slots, across all runs of the home."},
    {"priority", priority, "Tasks with a higher one are launched first; default: 0."},
    {"env", variables, "Environment variables; those of a step are added, and win."},
    {"connections", name_or_names,
     "Connections of the project whose addresses a step finds in its environment."},
    {"environment", environment, "Where steps find their packages."},
    {"cache", cache, "Whether a result that is there already is used again."},
    {"code", name_or_names, "Source files that a step reads, as glob patterns."},
    {"working_directory", text, "Where a command starts, relative to the project's root."},
});

constexpr auto group_step_key_list = std::to_array<Key>({
    {"description", text, "For people."},
    {"group", R"({"$ref": "#/$defs/group"})", "Steps with a scope of their own.", true},
    {"inputs", inputs, "What the steps inside see as `inputs`."},
    {"needs", name_or_names, "Steps that must have ended before, without data from them."},
    {"if", condition, "An expression; the group is skipped when it is false."},
    {"trigger_rule", trigger_rule, "Which ends of the steps before let this one start."},
    {"teardown", teardown,
     "Ends what these steps have begun, once the work that uses it has ended."},
    {"matrix", matrix, "The whole group once for each combination of the values of its axes."},
    {"max_parallel", max_parallel, "How many groups of the matrix may run at once."},
    {"fail_fast", boolean, "The first failed group of the matrix cancels the others."},
    {"deadline", duration, step_deadline},
    {"retry", group_retry, "How often what failed inside is repeated."},
});

constexpr auto pipeline_step_key_list = std::to_array<Key>({
    {"description", text, "For people."},
    {"pipeline", text, "Another pipeline file, as a path from the project's root.", true},
    {"params", R"({"type": "object"})", "Its parameters, values with expressions."},
    {"needs", name_or_names, "Steps that must have ended before, without data from them."},
    {"if", condition, "An expression; the pipeline is skipped when it is false."},
    {"trigger_rule", trigger_rule, "Which ends of the steps before let this one start."},
    {"teardown", teardown,
     "Ends what these steps have begun, once the work that uses it has ended."},
    {"matrix", matrix, "The whole pipeline once for each combination of the values of its axes."},
    {"max_parallel", max_parallel, "How many pipelines of the matrix may run at once."},
    {"fail_fast", boolean, "The first failed pipeline of the matrix cancels the others."},
    {"deadline", duration, step_deadline},
    {"retry", group_retry, "How often what failed inside is repeated."},
});

constexpr auto wait_step_key_list = std::to_array<Key>({
    {"description", text, "For people."},
    {"wait", R"({"$ref": "#/$defs/wait"})", "What is waited for, without a process.", true},
    {"needs", name_or_names, "Steps that must have ended before, without data from them."},
    {"if", condition, "An expression; the step is skipped when it is false."},
    {"trigger_rule", trigger_rule, "Which ends of the steps before let this one start."},
    {"matrix", matrix, "One task for each combination of the values of its axes."},
    {"fail_fast", boolean, "The first failed task of the matrix cancels the others."},
    {"deadline", duration, step_deadline},
    {"timeout", duration, "How long something outside has to come; default: as long as the run."},
    {"on_timeout", R"({"$ref": "#/$defs/overdue"})",
     "What the step ends as when it has not come in time; default: fail."},
});

constexpr auto approve_step_key_list = std::to_array<Key>({
    {"description", text, "For people."},
    {"approve", R"({"$ref": "#/$defs/approve"})", "What a person decides.", true},
    {"needs", name_or_names, "Steps that must have ended before, without data from them."},
    {"if", condition, "An expression; the step is skipped when it is false."},
    {"trigger_rule", trigger_rule, "Which ends of the steps before let this one start."},
    {"matrix", matrix, "One decision for each combination of the values of its axes."},
    {"fail_fast", boolean, "The first failed task of the matrix cancels the others."},
    {"deadline", duration, step_deadline},
    {"timeout", duration, "How long a person has to decide; default: as long as the run goes on."},
    {"on_timeout", R"({"$ref": "#/$defs/unmet"})",
     "What the step ends as when nobody has decided in time; default: fail."},
});

constexpr auto wait_key_list = std::to_array<Key>({
    {"for", text, "A duration, as in 10m."},
    {"until", text, "A date and time with its offset, as in 2026-11-23T06:00Z."},
    {"file", text, "A path or glob: such files are there and have come to rest."},
    {"stable", duration, "With `file`: for how long a file must not have changed; default: 2s."},
    {"run", text, "The name of a pipeline: a run of it has succeeded."},
    {"logical_date", text,
     "With `run` or `asset`: only the run of this date and time counts, or a version of it or a "
     "later one."},
    {"since", text, "With `run` or `asset`: only what ended or came then or later counts."},
    {"on_failure", R"({"$ref": "#/$defs/run_failure"})",
     "With `run`: what a run that failed or was cancelled means; default: wait."},
    {"asset", text, "The name of an asset: it has a new version."},
    {"http", text, "A URL: its server answers as it is to."},
    {"method", R"({"$ref": "#/$defs/wait_method"})", "With `http`: default: GET."},
    {"headers", R"({"type": "object", "additionalProperties": {"type": ["string", "number"]}})",
     "With `http`: fields of the request, also with secrets."},
    {"body", text, "With `http`: what is sent, also with secrets."},
    {"status", R"({"$ref": "#/$defs/statuses"})",
     "With `http`: which answers count; default: 200 to 299, or any with `when`."},
    {"sql", text, "A query: the first column of its first row is neither null, 0 nor empty."},
    {"database", text, "With `sql`: the path of a SQLite file."},
    {"when", condition, "With `http` or `sql`: an expression over `response` or `row`."},
    {"every", duration, "How long after a look the next one comes; default: 30s."},
});

constexpr auto approve_key_list = std::to_array<Key>({
    {"message", text, "What the person is asked.", true},
    {"fields", R"({"$ref": "#/$defs/params"})",
     "What the person fills in, each with JSON-Schema words; the step's outputs."},
    {"default", R"({"$ref": "#/$defs/decision"})",
     "What counts when nobody has decided within the timeout."},
    {"on_reject", R"({"$ref": "#/$defs/unmet"})",
     "What the step ends as when it is rejected; default: fail."},
});

constexpr auto group_key_list = std::to_array<Key>({
    {"defaults", defaults, "Settings of every step inside that does not say them itself."},
    {"steps", steps, "The work.", true},
    {"outputs", group_outputs,
     "What the steps outside see as the group's outputs, each an expression."},
});

constexpr auto input_key_list = std::to_array<Key>({
    {"from", "{}", "What is read, as in the short form.", true},
    {"copy", boolean, "The step gets its own copy, which it may change, instead of a link."},
});

constexpr auto output_key_list = std::to_array<Key>({
    {"path", text,
     "Makes the output an artifact: a file, or with a trailing `/` a folder, inside the step's "
     "output folder."},
    {"type", R"({"$ref": "#/$defs/output_type"})",
     "With a path: what the artifact is for. Without: the JSON type of the value."},
    {"optional", boolean, "The step may succeed without it; it is null then."},
    {"asset", R"({"$ref": "#/$defs/name"})",
     "The asset of which it is a new version when the step has succeeded."},
});

constexpr auto retry_key_list = std::to_array<Key>({
    {"limit", R"({"type": "integer", "minimum": 0, "maximum": 1000})",
     "Further attempts after the first.", true},
    {"delay", duration, "Before the second attempt; default: none."},
    {"backoff", R"({"$ref": "#/$defs/backoff"})", "How the delay grows; default: constant."},
    {"max_delay", duration, "What the delay grows to at most; default: 1h."},
    {"jitter", R"({"type": "number", "minimum": 0, "maximum": 1})",
     "The part of the delay that is left to chance."},
    {"on", R"({"$ref": "#/$defs/causes"})",
     "Only these causes; default: all that another attempt may heal."},
    {"exit_codes",
     R"({"anyOf": [{"$ref": "#/$defs/exit_code"}, {"type": "array", "items": {"$ref": "#/$defs/exit_code"}}]})",
     "Of cause `exit` only these exit codes; default: any."},
    {"grow", R"({"anyOf": [{"type": "number"}, {"$ref": "#/$defs/grow"}]})",
     "After `out_of_memory` the next attempt gets so many times the memory."},
});

constexpr auto group_retry_key_list = std::to_array<Key>({
    {"limit", R"({"type": "integer", "minimum": 0, "maximum": 1000})",
     "Further attempts after the first.", true},
    {"delay", duration, "Before the second attempt; default: none."},
    {"backoff", R"({"$ref": "#/$defs/backoff"})", "How the delay grows; default: constant."},
    {"max_delay", duration, "What the delay grows to at most; default: 1h."},
    {"whole", boolean, "All steps inside are executed anew; default: those that did not succeed."},
});

constexpr auto grow_key_list = std::to_array<Key>({
    {"memory", R"({"type": "number", "exclusiveMinimum": 1, "maximum": 100})", "The factor.", true},
    {"memory_max", bytes, "What it grows to at most; default: what the machine has."},
});

constexpr auto resources_key_list = std::to_array<Key>({
    {"cpu", R"({"type": "number", "exclusiveMinimum": 0, "maximum": 10000})",
     "Processors; default: 1."},
    {"memory", bytes, "Bytes, as in 512Mi or 2Gi; default: not counted."},
    {"gpu", R"({"type": "integer", "minimum": 0, "maximum": 1024})",
     "GPUs that no other attempt has meanwhile; default: none."},
});

constexpr auto cache_key_list = std::to_array<Key>({
    {"expires", duration, "How old a result may be to be used again.", true},
});

constexpr auto teardown_key_list = std::to_array<Key>({
    {"of", name_or_names, "The steps whose work it ends.", true},
    {"fails_run", boolean, "Its failure fails the run, as that of any other step."},
});

constexpr auto trigger_key_list = std::to_array<Key>({
    {"schedule", text,
     "A cron expression: minute, hour, day of month, month, day of week; or @daily and the like."},
    {"every", duration, "In place of `schedule`: the time from one run to the next."},
    {"timezone", text, "The IANA name of the zone whose clocks count; default: UTC."},
    {"start", text, "It fires from this date, or date and time, on."},
    {"end", text, "It fires before this date, or date and time, only."},
    {"missing", R"({"$ref": "#/$defs/missing_time"})",
     "What to do with a time that the clocks skip."},
    {"duplicate", R"({"$ref": "#/$defs/duplicate_time"})",
     "What to do with a time that the clocks show twice."},
    {"catchup", R"({"$ref": "#/$defs/catchup"})",
     "Which firings that nobody was there for have a run later; default: none."},
    {"catchup_max", R"({"type": "integer", "minimum": 1, "maximum": 10000})",
     "How many runs `catchup: all` begins at most, of the last firings; default: 100."},
    {"overlap", R"({"$ref": "#/$defs/overlap"})",
     "What to do while an earlier run has not ended; default: queue."},
    {"pipeline", R"({"$ref": "#/$defs/name"})",
     "In place of `schedule`: it fires when a run of this pipeline has ended."},
    {"states", R"({"$ref": "#/$defs/run_ends"})",
     "With `pipeline`: how the run must have ended; default: succeeded."},
    {"webhook", R"({"$ref": "#/$defs/webhook"})",
     "In place of `schedule`: it fires when a program calls that knows a secret."},
    {"file", text, "In place of `schedule`: a glob; it fires for each file that comes or changes."},
    {"assets", R"({"$ref": "#/$defs/assets"})",
     "In place of `schedule`: it fires when these assets were updated; a list: all of them."},
    {"stable", duration, "With `file`: for how long the file must not have changed; default: 2s."},
    {"if", condition, "Of an event: an expression; it fires only if that is true."},
    {"params", R"({"type": "object"})", "Parameters of its runs, values with expressions."},
});

constexpr auto asset_rule_key_list = std::to_array<Key>({
    {"all", R"({"$ref": "#/$defs/asset_rules"})", "Each of these was updated."},
    {"any", R"({"$ref": "#/$defs/asset_rules"})", "At least one of these was updated."},
});

constexpr auto webhook_key_list = std::to_array<Key>({
    {"form", R"({"$ref": "#/$defs/webhook_form"})", "How a call is signed; default: geartrain."},
    {"secret", R"({"$ref": "#/$defs/name"})", "The name of the secret that both sides know.", true},
});

constexpr auto notify_key_list = std::to_array<Key>({
    {"on", R"({"$ref": "#/$defs/notification_kinds"})", "What is told.", true},
    {"to", name_or_names, "The names of receivers, of receivers.yaml.", true},
});

constexpr auto receivers_key_list = std::to_array<Key>({
    {"receivers", R"({"$ref": "#/$defs/receivers"})", "Who can be told, each by a name."},
    {"default", notify, "Who is told of the runs of pipelines without a `notify` of their own."},
});

constexpr auto receiver_key_list = std::to_array<Key>({
    {"webhook", R"({"$ref": "#/$defs/webhook_receiver"})", "A POST with JSON, signed."},
    {"slack", R"({"$ref": "#/$defs/slack_receiver"})", "A message, as Slack takes it."},
    {"mail", R"({"$ref": "#/$defs/mail_receiver"})", "An e-mail, by SMTP."},
    {"template", template_text, "What is sent, a text with expressions; default: the usual one."},
    {"subject", template_text, "Of a mail, a text with expressions; default: the usual one."},
});

constexpr auto webhook_receiver_key_list = std::to_array<Key>({
    {"url", text, "Where to: an http or https address.", true},
    {"secret", text, "A secret that both sides know, and that signs each call."},
    {"headers", R"({"type": "object", "additionalProperties": {"type": ["string", "number"]}})",
     "Further fields of the call's header."},
    {"content_type", text, "Of what `template` gives; default: application/json."},
});

constexpr auto slack_receiver_key_list = std::to_array<Key>({
    {"url", text, "The address of an incoming webhook, a secret.", true},
});

constexpr auto mail_receiver_key_list = std::to_array<Key>({
    {"server", text, "The name of the SMTP server.", true},
    {"port", R"({"type": "integer", "minimum": 1, "maximum": 65535})",
     "Its port; default: 587, with `tls: tls` 465, with `tls: none` 25."},
    {"tls", R"({"$ref": "#/$defs/mail_encryption"})", "How it is encrypted; default: starttls."},
    {"user", text, "Whom to sign in as; default: nobody signs in."},
    {"password", text, "A secret."},
    {"from", text, "Whom it is from, as in Geartrain <geartrain@example.org>.", true},
    {"to", name_or_names, "The addresses that get it.", true},
});

constexpr auto foreign_keys = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"approval", "approve"},
    {"arguments", "params"},
    {"args", "run"},
    {"cleanup", "teardown"},
    {"cmd", "run"},
    {"command", "run"},
    {"concurrencyPolicy", "overlap"},
    {"condition", "if"},
    {"cron", "schedule"},
    {"cwd", "working_directory"},
    {"dependencies", "needs"},
    {"depends", "needs"},
    {"depends_on", "needs"},
    {"dependsOn", "needs"},
    {"default_args", "defaults"},
    {"conn_id", "connections"},
    {"connection", "connections"},
    {"deps", "inputs"},
    {"end_date", "end"},
    {"envs", "env"},
    {"fail-fast", "fail_fast"},
    {"foreach", "matrix"},
    {"interval", "every"},
    {"jobs", "steps"},
    {"max-parallel", "max_parallel"},
    {"max_active_runs", "max_active"},
    {"concurrency", "max_active"},
    {"on", "triggers"},
    {"on_exit", "finally"},
    {"onExit", "finally"},
    {"outs", "outputs"},
    {"poke_interval", "every"},
    {"pools", "pool"},
    {"priority_weight", "priority"},
    {"weight_rule", "priority_rule"},
    {"sla", "deadline"},
    {"parameters", "params"},
    {"retries", "retry"},
    {"schedule", "triggers"},
    {"script", "run"},
    {"stages", "steps"},
    {"soft_fail", "on_timeout"},
    {"sensor", "wait"},
    {"stable_for", "stable"},
    {"start_date", "start"},
    {"strategy", "matrix"},
    {"suspend", "approve"},
    {"tasks", "steps"},
    {"timeout-minutes", "timeout"},
    {"timeZone", "timezone"},
    {"tz", "timezone"},
    {"upstream", "needs"},
    {"variables", "env"},
    {"wdir", "working_directory"},
    {"when", "if"},
    {"withItems", "matrix"},
    {"workdir", "working_directory"},
    {"working-directory", "working_directory"},
});

}  // namespace

const Key* KeyTable::find(std::string_view key) const {
  const auto found = std::ranges::find(keys, key, &Key::name);
  return found == keys.end() ? nullptr : &*found;
}

std::vector<std::string> KeyTable::names() const {
  std::vector<std::string> all;
  for (const Key& key : keys) all.emplace_back(key.name);
  return all;
}

constinit const KeyTable pipeline_keys = {"pipeline", pipeline_key_list};
constinit const KeyTable fragment_keys = {"fragment", fragment_key_list};
constinit const KeyTable parameter_keys = {"parameter", parameter_key_list};
constinit const KeyTable environment_keys = {"environment", environment_key_list};
constinit const KeyTable python_keys = {"python", python_key_list};
constinit const KeyTable step_keys = {"step", step_key_list};
constinit const KeyTable defaults_keys = {"defaults", defaults_key_list};
constinit const KeyTable group_step_keys = {"group_step", group_step_key_list};
constinit const KeyTable pipeline_step_keys = {"pipeline_step", pipeline_step_key_list};
constinit const KeyTable wait_step_keys = {"wait_step", wait_step_key_list};
constinit const KeyTable approve_step_keys = {"approve_step", approve_step_key_list};
constinit const KeyTable wait_keys = {"wait", wait_key_list};
constinit const KeyTable approve_keys = {"approve", approve_key_list};
constinit const KeyTable group_keys = {"group", group_key_list};
constinit const KeyTable input_keys = {"input", input_key_list};
constinit const KeyTable output_keys = {"output", output_key_list};
constinit const KeyTable retry_keys = {"retry", retry_key_list};
constinit const KeyTable group_retry_keys = {"group_retry", group_retry_key_list};
constinit const KeyTable grow_keys = {"grow", grow_key_list};
constinit const KeyTable resources_keys = {"resources", resources_key_list};
constinit const KeyTable cache_keys = {"cache", cache_key_list};
constinit const KeyTable teardown_keys = {"teardown", teardown_key_list};
constinit const KeyTable trigger_keys = {"trigger", trigger_key_list};
constinit const KeyTable webhook_keys = {"webhook", webhook_key_list};
constinit const KeyTable asset_rule_keys = {"asset_rule", asset_rule_key_list};
constinit const KeyTable notify_keys = {"notify", notify_key_list};
constinit const KeyTable receivers_keys = {"receivers_file", receivers_key_list};
constinit const KeyTable receiver_keys = {"receiver", receiver_key_list};
constinit const KeyTable webhook_receiver_keys = {"webhook_receiver", webhook_receiver_key_list};
constinit const KeyTable slack_receiver_keys = {"slack_receiver", slack_receiver_key_list};
constinit const KeyTable mail_receiver_keys = {"mail_receiver", mail_receiver_key_list};

std::span<const KeyTable* const> key_tables() {
  static constexpr auto all = std::to_array<const KeyTable*>(
      {&pipeline_keys, &fragment_keys,     &parameter_keys,   &environment_keys,   &python_keys,
       &step_keys,     &defaults_keys,     &group_step_keys,  &pipeline_step_keys, &wait_step_keys,
       &wait_keys,     &approve_step_keys, &approve_keys,     &group_keys,         &input_keys,
       &output_keys,   &retry_keys,        &group_retry_keys, &grow_keys,          &resources_keys,
       &cache_keys,    &teardown_keys,     &trigger_keys,     &webhook_keys,       &asset_rule_keys,
       &notify_keys});
  return all;
}

std::span<const KeyTable* const> receivers_key_tables() {
  static constexpr auto all =
      std::to_array<const KeyTable*>({&receivers_keys, &receiver_keys, &webhook_receiver_keys,
                                      &slack_receiver_keys, &mail_receiver_keys, &notify_keys});
  return all;
}

std::string_view familiar_key(std::string_view foreign) {
  const auto found = std::ranges::find(foreign_keys, foreign,
                                       &std::pair<std::string_view, std::string_view>::first);
  return found == foreign_keys.end() ? std::string_view() : found->second;
}

}  // namespace gt
