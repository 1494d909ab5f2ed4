#include "definition/check_references.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/text.h"
#include "definition/limits.h"
#include "definition/problems.h"

namespace gt {
namespace {

/// Whether any step of the list, or inside its groups, has the name.
bool has_step_named(const std::vector<Step>& steps, std::string_view name) {
  return std::ranges::any_of(steps, [&](const Step& step) {
    return step.name == name ||
           (step.group() && !step.call() && has_step_named(step.group()->steps, name));
  });
}

class ReferenceChecker {
 public:
  ReferenceChecker(const PlaceTypes& types, Problems& problems)
      : types_(types), problems_(problems) {}

  bool check(const Reference& reference) {
    const std::size_t problems_before = problems_.size();
    position_ = reference.position;
    path_ = reference.path;
    if (check_root() && check_names()) check_meaning(reference.goes_on_by_index);
    return problems_.size() == problems_before;
  }

 private:
  void add(std::string message, std::string expected = {}, std::string hint = {}) {
    problems_.push_back(
        error_problem(position_, std::move(message), std::move(expected), std::move(hint)));
  }

  bool check_root();
  bool check_names();
  void check_meaning(bool goes_on_by_index);
  void check_artifact();
  void add_missing(std::size_t depth);
  std::string name_of_missing(std::size_t depth) const;

  const PlaceTypes& types_;
  Problems& problems_;
  Position position_;
  std::vector<std::string_view> path_;
};

bool holds_artifact(const Type& type) {
  return type.kind() == Type::Kind::artifact ||
         (type.kind() == Type::Kind::list && holds_artifact(type.item()));
}

const char* field_of(Place place) {
  switch (place) {
    case Place::input:
      return "inputs";
    case Place::argument:
      return "params";
    case Place::condition:
      return "if";
    case Place::wait:
    case Place::wait_request:
    case Place::wait_condition:
      return "wait";
    case Place::approve:
      return "approve";
    case Place::matrix:
      return "matrix";
    case Place::command:
      return "run";
    case Place::variable:
      return "env";
    case Place::group_output:
      return "outputs";
    case Place::pipeline_variable:
      return "env";
    case Place::trigger:
    case Place::run_end_trigger:
    case Place::webhook_trigger:
    case Place::file_trigger:
    case Place::asset_trigger:
      return "triggers";
    case Place::message:
      return "template";
    case Place::address:
      return "url";
    case Place::credential:
      return "secret";
  }
  return "";
}

bool ReferenceChecker::check_root() {
  const std::string_view root = path_[0];
  if (!std::holds_alternative<Missing>(types_.find(NamePath(path_).first(1)))) return true;
  const auto visible = types_.roots();
  constexpr std::string_view all =
      " params inputs outputs steps matrix run assets env secrets connections variables event "
      "response row ";
  if (all.find(fmt::format(" {} ", root)) != std::string_view::npos) {
    const bool is_of_world = root == "secrets" || root == "connections" || root == "variables";
    add(fmt::format("`{}` cannot be used in `{}`", root, field_of(types_.place())),
        fmt::format("one of {}", fmt::join(visible, ", ")),
        !is_of_world                       ? ""
        : types_.place() == Place::message ? "who gets a message may show it to anybody"
        : types_.place() == Place::wait && root == "secrets"
            ? "here a secret is for `headers` and `body`"
            : fmt::format("{} for `env` and `run`",
                          root == "secrets" ? "a secret is" : fmt::format("{} are", root)));
    return false;
  }
  const auto near = nearest(root, visible);
  add(fmt::format("unknown name `{}`", printable(root)),
      near ? "" : fmt::format("one of {}", fmt::join(visible, ", ")),
      near ? fmt::format("did you mean `{}`?", *near) : "");
  return false;
}

bool ReferenceChecker::check_names() {
  for (std::size_t size = 2; size <= path_.size(); ++size) {
    const auto found = types_.find(NamePath(path_).first(size));
    if (std::holds_alternative<Type>(found)) return true;
    if (std::holds_alternative<Scope>(found)) continue;
    add_missing(size);
    return false;
  }
  return true;
}

std::string ReferenceChecker::name_of_missing(std::size_t depth) const {
  const std::string name = printable(path_[depth - 1]);
  const std::string_view root = path_[0];
  const bool is_inside = types_.place() == Place::command || types_.place() == Place::variable;
  if (root == "params") return fmt::format("unknown parameter `{}`", name);
  if (root == "inputs") {
    return fmt::format("{} has no input `{}`", is_inside ? "the step" : "the group around it",
                       name);
  }
  if (root == "outputs") return fmt::format("the step has no output `{}`", name);
  if (root == "matrix") return fmt::format("no matrix has an axis `{}` here", name);
  if (root == "env") return fmt::format("the step has no variable `{}`", name);
  if (root == "steps" && depth == 3) return fmt::format("a step has no `{}`", name);
  if (root == "steps")
    return fmt::format("step `{}` has no output `{}`", printable(path_[1]), name);
  return fmt::format("`{}` has no `{}`", root, name);
}

void ReferenceChecker::add_missing(std::size_t depth) {
  if (path_[0] == "steps" && depth == 2) {
    add_unknown_step(types_.file().pipeline, *types_.scope(), path_[1], position_, problems_);
    return;
  }
  if (path_[0] == "run" && path_[1] == "state") {
    return add("`run.state` is known below `finally` only");
  }
  const auto names = types_.names(NamePath(path_).first(depth - 1));
  const auto near = nearest(path_[depth - 1], names);
  std::string hint = near ? fmt::format("did you mean `{}`?", *near) : "";
  if (path_[0] == "inputs" && types_.step()) {
    const auto& own = types_.step()->inputs;
    const auto found = std::ranges::find(own, path_[1], &Input::name);
    const bool is_literal = found == own.end() || found->from.is_literal();
    if (!is_literal && types_.place() != Place::command && types_.place() != Place::variable) {
      hint = fmt::format("the step's own inputs are there for `run`; here write {}",
                         found->from.source());
    }
  }
  constexpr std::size_t listed_max = 12;
  const bool has_list = hint.empty() && !names.empty() && names.size() <= listed_max;
  add(name_of_missing(depth), has_list ? fmt::format("one of {}", fmt::join(names, ", ")) : "",
      std::move(hint));
}

/// Only inputs of the step are placed somewhere.
void ReferenceChecker::check_artifact() {
  const bool is_inside = types_.place() == Place::command || types_.place() == Place::variable;
  const std::size_t size = path_[0] == "steps" ? 4 : 2;
  if (!is_inside || path_[0] == "inputs" || path_.size() < size) return;
  const auto found = types_.find(NamePath(path_).first(size));
  const Type* type = std::get_if<Type>(&found);
  if (!type || !holds_artifact(*type)) return;
  const std::string name(path_[size - 1]);
  const std::string path = to_text(NamePath(path_).first(size));
  add(fmt::format("{} is an artifact of another step and not an input", path),
      "an input, which has a path",
      fmt::format("write {0}: \"${{{{ {1} }}}}\" below `inputs`, and here ${{{{ inputs.{0} }}}}",
                  name, path));
}

void ReferenceChecker::check_meaning(bool goes_on_by_index) {
  const std::string_view root = path_[0];
  if (root == "steps" && path_.size() == 1) {
    return add(goes_on_by_index ? "a step is chosen by a computed name" : "`steps` as a whole",
               "`steps.NAME`: dependencies must be known before anything runs");
  }
  if (root == "steps" && types_.step() && path_[1] == types_.step()->name &&
      types_.place() != Place::group_output) {
    return add(fmt::format("step `{}` refers to itself", path_[1]));
  }
  check_artifact();
  if (root == "secrets") {
    const auto& declared = types_.file().pipeline.secrets;
    if (path_.size() == 1) {
      return add("`secrets` as a whole", "`secrets.NAME`");
    }
    if (!declared.empty() && std::ranges::find(declared, path_[1]) == declared.end()) {
      const auto near = nearest(path_[1], declared);
      return add(fmt::format("secret `{}` is not declared", printable(path_[1])),
                 "a name of the pipeline's `secrets`",
                 near ? fmt::format("did you mean `{}`?", *near) : "");
    }
  }
  if ((root == "connections" || root == "variables") && path_.size() == 1)
    return add(fmt::format("`{}` as a whole", root), fmt::format("`{}.NAME`", root));
  if (root == "connections" && path_.size() == 2 && !goes_on_by_index)
    return add(fmt::format("connection `{}` as a whole", printable(path_[1])),
               "a part of it, as in `connections.NAME.host`", "`uri` is all of it as one text");
  if (root == "outputs" && path_.size() > 1) {
    const auto output = std::ranges::find(types_.step()->outputs, path_[1], &Output::name);
    if (output != types_.step()->outputs.end() && !output->is_artifact() &&
        !types_.file().damage.has(output->position)) {
      add(fmt::format("output `{}` is a value and has no path", path_[1]), "",
          fmt::format("write a line {}=… to the file named by $GEARTRAIN_VALUES", path_[1]));
    }
  }
}

}  // namespace

void add_unknown_step(const Pipeline& pipeline, const StepScope& scope, std::string_view name,
                      Position position, Problems& problems) {
  const std::string shown = printable(name);
  const auto add = [&](std::string message, std::string expected = {}, std::string hint = {}) {
    problems.push_back(
        error_problem(position, std::move(message), std::move(expected), std::move(hint)));
  };
  // Looking at all steps for each of 100,000 unknown ones would take hours, for problems that are
  // not shown.
  if (problems.size() > definition_limits::problems_max) {
    return add(fmt::format("unknown step `{}`", shown));
  }
  if (has_step_named(pipeline.steps, name)) {
    return add(fmt::format("step `{}` belongs to another scope", shown), "a step beside this one",
               "what goes into a group are its `inputs`, what comes out its `outputs`");
  }
  if (has_step_named(pipeline.finally_steps, name)) {
    return add(fmt::format("step `{}` stands below `finally`: it runs after this one", shown));
  }
  std::vector<std::string> names;
  for (const StepScope* visible = &scope; visible; visible = visible->ended) {
    for (const Step& step : *visible->steps) names.push_back(step.name);
  }
  const auto near = nearest(name, names);
  add(fmt::format("unknown step `{}`", shown), "",
      near ? fmt::format("did you mean `{}`?", *near) : "");
}

bool check_references(const Template& text, const PlaceTypes& types, Problems& problems) {
  if (text.is_literal()) return true;
  bool are_good = true;
  ReferenceChecker checker(types, problems);
  text.for_each_reference(
      [&](const Reference& reference) { are_good &= checker.check(reference); });
  return are_good;
}

}  // namespace gt
