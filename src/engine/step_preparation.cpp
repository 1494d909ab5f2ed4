#include "engine/step_preparation.h"

#include <algorithm>
#include <set>

#include "base/json.h"
#include "base/text.h"
#include "definition/connection_names.h"
#include "engine/outside_answers.h"

namespace gt {

namespace {

using NamedValues = std::vector<std::pair<std::string, Value>>;

/// Gives every artifact in the value its place below `folder`; in a list each element has a folder
/// of its own, since their names may be equal.
void place_artifacts(Value& value, const std::string& root, const std::string& folder, bool copy,
                     std::vector<InputPlacement>& placements) {
  if (const Artifact* artifact = value.artifact()) {
    Artifact placed = *artifact;
    const std::string path = folder + "/" + placed.file_name;
    placed.path = root + path;
    placements.push_back({path, placed.digest, placed.is_folder, copy});
    value = Value(std::move(placed));
  } else if (ValueList* list = value.list()) {
    for (std::size_t i = 0; i < list->size(); ++i)
      place_artifacts((*list)[i], root, fmt::format("{}/{}", folder, i), copy, placements);
  } else if (const ValueObject* object = value.object()) {
    ValueObject placed;
    for (const auto& [key, member] : *object) {
      Value copy_of_member = member;
      // Keys may be anything; a digest of them is a safe name for a folder.
      place_artifacts(copy_of_member, root, folder + "/" + sha256(key).hex().substr(0, 16), copy,
                      placements);
      placed.append(key, std::move(copy_of_member));
    }
    value = Value(std::move(placed));
  }
}

Result<NamedValues> evaluate_inputs(const LiveRun& run, TaskIndex task) {
  NamedValues inputs;
  const TaskContext context(run, task, Viewpoint::settings);
  for (const Input& input : run.step_of(task).inputs)
    inputs.emplace_back(input.name,
                        TRY(input.from.evaluate(context).context("input {}", input.name)));
  return inputs;
}

/// The pipeline's variables, replaced by the step's own of the same name.
std::vector<const Variable*> declared_variables(const Pipeline& pipeline, const Step& step) {
  std::vector<const Variable*> declared;
  for (const Variable& variable : pipeline.variables.variables) {
    const auto& own = step.settings->variables.variables;
    if (std::ranges::find(own, variable.name, &Variable::name) == own.end())
      declared.push_back(&variable);
  }
  for (const Variable& variable : step.settings->variables.variables) declared.push_back(&variable);
  return declared;
}

std::set<std::string> inherited_names(const Pipeline& pipeline, const Step& step) {
  std::set<std::string> names(pipeline.variables.inherit.begin(), pipeline.variables.inherit.end());
  names.insert(step.settings->variables.inherit.begin(), step.settings->variables.inherit.end());
  return names;
}

Result<NamedValues> evaluate_variables(const LiveRun& run, TaskIndex task, const Places& places,
                                       const OutsideSource& outside) {
  NamedValues values;
  const TaskContext context(run, task, Viewpoint::variables, &places, &outside);
  for (const Variable* variable : declared_variables(run.pipeline_of(task), run.step_of(task))) {
    Value value = TRY(variable->value.evaluate(context).context("env {}", variable->name));
    values.emplace_back(variable->name, std::move(value));
  }
  return values;
}

const Template& command_text(const ShellScript& script) { return script.source(); }

template <typename Visit>
void for_each_command_reference(const Pipeline& pipeline, const Step& step, const Visit& visit) {
  if (const Command* command = step.command()) {
    if (const Argv* argv = std::get_if<Argv>(command))
      for (const Template& item : argv->items) item.for_each_reference(visit);
    else
      command_text(std::get<ShellScript>(*command)).for_each_reference(visit);
  }
  for (const Variable* variable : declared_variables(pipeline, step))
    variable->value.for_each_reference(visit);
}

/// The parameters or matrix axes that the command mentions; a mention of all of them, or by a
/// computed name, counts as all.
struct Mentions {
  std::set<std::string, std::less<>> names;
  bool all = false;
  bool contain(std::string_view name) const { return all || names.contains(name); }
};

Mentions mentions_of(const LiveRun& run, TaskIndex task, std::string_view root) {
  Mentions mentions;
  for_each_command_reference(run.pipeline_of(task), run.step_of(task),
                             [&](const Reference& reference) {
                               if (reference.path.empty() || reference.path[0] != root) return;
                               if (reference.path.size() == 1)
                                 mentions.all = true;
                               else
                                 mentions.names.emplace(reference.path[1]);
                             });
  return mentions;
}

Result<std::string> manifest_json(const Value& value, std::string_view what) {
  if (const Unknown* unknown = find_unknown(value))
    return error(Errc::unavailable, "{}", unknown->why);
  // A secret is a fact by its name alone.
  if (const Secret* secret = value.secret())
    return canonical_json(Json(JsonObject{{"secret", Json(secret->name)}}));
  return canonical_json(TRY(to_record(value).context("{}", what)));
}

std::string output_text(const Output& output) {
  const char* type = output.is_artifact() ? to_text(std::get<ArtifactType>(output.type))
                                          : to_text(std::get<ValueType>(output.type));
  return fmt::format("{}{} {}{}", output.optional ? "optional " : "", type, output.path,
                     output.is_folder ? "/" : "");
}

struct CommandText {
  std::variant<std::vector<std::string>, std::string> command;
};

Result<CommandText> evaluate_command(const Step& step, const Context& context) {
  const Command& command = *step.command();
  if (const ShellScript* script = std::get_if<ShellScript>(&command))
    return CommandText{TRY(script->instantiate(context).context("run"))};
  std::vector<std::string> argv;
  for (const Template& item : std::get<Argv>(command).items) {
    std::vector<std::string> words = TRY(item.words(context).context("run"));
    std::ranges::move(words, std::back_inserter(argv));
  }
  if (argv.empty() || argv[0].empty()) return error(Errc::invalid, "run: the command is empty");
  return CommandText{std::move(argv)};
}

Json command_json(const CommandText& text) {
  if (const auto* script = std::get_if<std::string>(&text.command))
    return JsonObject{{"script", Json(*script)}};
  JsonList items;
  for (const std::string& word : std::get<0>(text.command)) items.emplace_back(word);
  return JsonObject{{"argv", Json(std::move(items))}};
}

std::string joined(const std::string& folder, const std::string& path) {
  return path == "." || path.empty() ? folder : folder + "/" + path;
}

/// Programs see the devices that are theirs; those of a step that wants none see none.
void add_gpu_variables(const std::vector<std::string>& gpus, const NamedValues& declared,
                       const std::set<std::string>& inherited, Launch& launch) {
  const auto add = [&](const char* name, std::string value) {
    const bool is_declared =
        std::ranges::find(declared, name, &NamedValues::value_type::first) != declared.end();
    if (!is_declared && !inherited.contains(name))
      launch.variables.emplace_back(name, std::move(value));
  };
  const std::string devices = fmt::format("{}", fmt::join(gpus, ","));
  add("CUDA_VISIBLE_DEVICES", devices);
  add("HIP_VISIBLE_DEVICES", devices);
  // Numbers are those of nvidia-smi then.
  if (!gpus.empty()) add("CUDA_DEVICE_ORDER", "PCI_BUS_ID");
  // ROCm counts the devices for HIP among those that this one lets through, so it may only hide
  // all.
  if (gpus.empty()) add("ROCR_VISIBLE_DEVICES", "");
  launch.variables.emplace_back("GEARTRAIN_GPUS", devices);
}

/// A caller's variable may hold any bytes, and two of them must not look alike in a manifest.
std::string inherited_text(const std::optional<std::string>& value) {
  if (!value) return "unset";
  return is_utf8(*value) ? json_quoted(*value) : "bytes " + escaped(*value);
}

/// Texts of a secret value itself and of each of its parts, for masking.
void collect_secret(const Value& value, std::vector<std::string>& masks) {
  if (const Secret* secret = value.secret()) {
    if (!secret->text.empty()) masks.push_back(secret->text);
  } else if (const ValueList* list = value.list()) {
    for (const Value& element : *list) collect_secret(element, masks);
  } else if (const ValueObject* object = value.object()) {
    for (const auto& [key, member] : *object) collect_secret(member, masks);
  }
}

}  // namespace

std::string uncached_reason(const LiveRun& run, TaskIndex task) {
  // What a setup begins is gone after its teardown, so there is nothing that could be kept.
  for (TaskIndex at = task; at != no_task; at = run.task(at).parent) {
    if (run.step_of(at).is_setup) return "it is a setup: runs every time";
    if (run.step_of(at).is_teardown()) return "it is a teardown: runs every time";
  }
  const Step& step = run.step_of(task);
  const StepSettings& settings = *step.settings;
  if (settings.cache.mode == CacheSetting::Mode::never) return "cache: false";
  if (settings.cache.mode == CacheSetting::Mode::always) return "";
  if (step.outputs.empty()) return "it has no outputs, so it acts on the world: runs every time";
  if (step.inputs.empty() && !settings.has_code)
    return "it declares neither inputs nor code, so it may read anything: runs every time";
  return "";
}

const std::optional<PythonEnvironment>& python_of(const Plan& plan, StepIndex step) {
  static const std::optional<PythonEnvironment> none;
  const auto& own = plan.step(step).settings->environment;
  const auto& counts = own ? own : plan.pipeline_of(plan.at(step).scope).environment;
  return counts ? counts->python : none;
}

Result<PreparedKey> prepare_key(const LiveRun& run, TaskIndex task, StepFacts& facts,
                                bool may_start_work) {
  const Step& step = run.step_of(task);
  const Pipeline& pipeline = run.pipeline_of(task);
  PreparedKey prepared;
  StepManifest& manifest = prepared.manifest;

  Places places;
  places.inputs = TRY(evaluate_inputs(run, task));
  std::vector<InputPlacement> placements;
  for (auto& [name, value] : places.inputs) {
    manifest.inputs.emplace_back(name, TRY(manifest_json(value, "input " + name)));
    place_artifacts(value, "", "inputs/" + name, false, placements);
  }
  for (const Output& output : step.outputs) {
    manifest.outputs.emplace_back(output.name, output_text(output));
    if (output.is_artifact()) places.outputs.emplace_back(output.name, "outputs/" + output.path);
  }
  OutsideAnswers answers(facts);
  const OutsideSource by_name = answers.source();
  for (const WantedConnection& wanted : step.settings->connections) {
    const Secret uri = TRY(answers.uri_of(wanted.name));
    std::string fact = TRY(manifest_json(Value(uri), wanted.name));
    manifest.variables.emplace_back(
        fmt::format("{}{}", connection_prefix, variable_suffix(wanted.name)), std::move(fact));
  }
  places.variables = TRY(evaluate_variables(run, task, places, by_name));
  for (const auto& [name, value] : places.variables)
    manifest.variables.emplace_back(name, TRY(manifest_json(value, "env " + name)));
  for (const std::string& name : inherited_names(pipeline, step)) {
    manifest.variables.emplace_back(name, inherited_text(facts.inherited_variable(name)));
  }
  const TaskContext context(run, task, Viewpoint::command, &places, &by_name);
  const CommandText command = TRY(evaluate_command(step, context));
  manifest.command = canonical_json(command_json(command));
  manifest.working_directory = step.settings->working_directory.value_or(".");

  const Mentions params = mentions_of(run, task, "params");
  if (const TaskIndex caller = run.caller(task); caller != no_task) {
    for (const auto& [name, value] : run.arguments(caller))
      if (params.contain(name))
        manifest.params.emplace_back(name, TRY(manifest_json(value, "params " + name)));
  } else {
    for (const auto& [name, value] : run.plan().params())
      if (params.contain(name)) manifest.params.emplace_back(name, canonical_json(value));
  }
  const Mentions axes = mentions_of(run, task, "matrix");
  for (const TaskIndex index : visible_items(run, task)) {
    const auto& declared = run.step_of(index).settings->matrix->axes;
    for (std::size_t i = 0; i < declared.size(); ++i)
      if (axes.contain(declared[i].name))
        manifest.matrix.emplace_back(
            declared[i].name,
            TRY(manifest_json(run.item_values(index)[i], "matrix " + declared[i].name)));
  }
  manifest.source = TRY(facts.source(step.settings->has_code ? &step.settings->code : nullptr));

  const auto& python = python_of(run.plan(), run.task(task).step);
  const auto* argv = std::get_if<0>(&command.command);
  const std::string program = argv ? argv->front() : "bash";
  if (!may_start_work) {
    auto known = TRY(facts.environment_if_made(python, program));
    if (!known)
      return error(Errc::unavailable, "its environment {} is not made yet", python->requirements);
    manifest.environment = *std::move(known);
    return prepared;
  }
  auto environment = TRY(facts.environment(python, program));
  if (auto* known = std::get_if<EnvironmentFacts>(&environment))
    manifest.environment = std::move(*known);
  else
    prepared.environment_pending = true;
  return prepared;
}

Result<Launch> prepare_launch(const LiveRun& run, const AttemptId& attempt, StepFacts& facts,
                              const LaunchPlaces& places_on_host) {
  const TaskIndex task = attempt.task;
  const Step& step = run.step_of(task);
  const Pipeline& pipeline = run.pipeline_of(task);
  const StepSettings& settings = *step.settings;

  Launch launch;
  launch.attempt = attempt;
  launch.outside_name =
      places_on_host.outside_name.value_or(outside_name(run.record().uuid, attempt));
  launch.task_path = run.task_path(task);
  launch.python = python_of(run.plan(), run.task(task).step);
  launch.project_root = places_on_host.project_root;
  launch.working_directory =
      joined(places_on_host.project_root, settings.working_directory.value_or("."));
  launch.timeout = settings.timeout;
  launch.cpu = settings.resources.cpu;
  launch.memory_bytes = run.resources_of(task).memory_bytes;
  const std::string folder = places_on_host.attempts + "/" + launch.outside_name + "/";

  Places places;
  places.inputs = TRY(evaluate_inputs(run, task));
  for (std::size_t i = 0; i < places.inputs.size(); ++i) {
    auto& [name, value] = places.inputs[i];
    place_artifacts(value, folder, "inputs/" + name, step.inputs[i].copy, launch.inputs);
    collect_secret(value, launch.masks);
  }
  for (const Output& output : step.outputs) {
    launch.outputs.push_back(
        {output.name, output.type, output.path, output.is_folder, output.optional});
    if (output.is_artifact())
      places.outputs.emplace_back(output.name, folder + "outputs/" + output.path);
  }
  // Every secret that is asked for is masked, also one that ends up inside other text.
  OutsideAnswers answers(facts, launch.masks);
  const OutsideSource outside = answers.source();
  // First, so that a variable that the step declares wins.
  for (const WantedConnection& wanted : settings.connections) {
    const Secret uri = TRY(answers.uri_of(wanted.name));
    const std::string suffix = variable_suffix(wanted.name);
    for (const std::string_view prefix : {connection_prefix, airflow_connection_prefix})
      launch.variables.emplace_back(std::string(prefix) + suffix, uri.text);
  }
  places.variables = TRY(evaluate_variables(run, task, places, outside));
  for (const std::string& name : inherited_names(pipeline, step))
    if (auto value = facts.inherited_variable(name))
      launch.variables.emplace_back(name, *std::move(value));
  for (const auto& [name, value] : places.variables)
    launch.variables.emplace_back(name, TRY(render(value).context("env {}", name)));
  add_gpu_variables(places_on_host.gpus.value_or(run.gpus_of(task)), places.variables,
                    inherited_names(pipeline, step), launch);
  launch.variables.emplace_back("GEARTRAIN_RUN_ID", run.record().uuid);
  launch.variables.emplace_back("GEARTRAIN_RUN_NAME", run.record().name());
  launch.variables.emplace_back("GEARTRAIN_TASK", launch.task_path);
  launch.variables.emplace_back("GEARTRAIN_ATTEMPT", launch.outside_name);
  launch.variables.emplace_back("GEARTRAIN_ATTEMPT_NUMBER", std::to_string(attempt.number));
  if (launch.memory_bytes > 0)
    launch.variables.emplace_back("GEARTRAIN_MEMORY", std::to_string(launch.memory_bytes));
  launch.variables.emplace_back("GEARTRAIN_VALUES", folder + "values");
  launch.variables.emplace_back("GEARTRAIN_OUTPUTS", folder + "outputs");

  const TaskContext context(run, task, Viewpoint::command, &places, &outside);
  launch.command = TRY(evaluate_command(step, context)).command;
  std::ranges::sort(launch.masks);
  const auto repeated = std::ranges::unique(launch.masks);
  launch.masks.erase(repeated.begin(), repeated.end());
  return launch;
}

}  // namespace gt
