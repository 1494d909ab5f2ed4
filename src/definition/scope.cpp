#include "definition/scope.h"

#include <algorithm>
#include <array>

namespace gt {
namespace {

constexpr auto run_texts = std::to_array<std::string_view>({"id", "name", "logical_date"});
constexpr auto step_members = std::to_array<std::string_view>({"outputs", "state", "error"});

Type type_of(const Output& output) {
  const auto* value = std::get_if<ValueType>(&output.type);
  if (!value) return Type::Kind::artifact;
  switch (*value) {
    case ValueType::any:
      return {};
    case ValueType::boolean:
      return Type::Kind::boolean;
    case ValueType::integer:
      return Type::Kind::integer;
    case ValueType::number:
      return Type::Kind::number;
    case ValueType::string:
      return Type::Kind::string;
    case ValueType::array:
      return Type::list_of(Type());
    case ValueType::object:
      return Type::any_object();
  }
  return {};
}

void append_names(std::vector<std::string>& names, const TypeFields* fields) {
  if (!fields) return;
  for (const auto& [name, type] : *fields) names.push_back(name);
}

TypeContext::Found found_field(const TypeFields* fields, std::string_view name) {
  const Type* type = fields ? find_field(*fields, name) : nullptr;
  if (type) return *type;
  return Missing{};
}

/// `response` of a wait for a server; docs/reference/waits.md has the same.
const TypeFields& response_fields() {
  static const TypeFields fields = {
      {"status", Type::Kind::integer}, {"text", Type::Kind::string}, {"json", Type()}};
  return fields;
}

/// What `when` of a wait sees besides.
bool is_found_by(const Wait& wait, std::string_view root) {
  return (root == "response" && std::holds_alternative<WaitHttp>(wait.condition)) ||
         (root == "row" && std::holds_alternative<WaitSql>(wait.condition));
}

bool is_trigger(Place place) {
  return place == Place::trigger || place == Place::run_end_trigger ||
         place == Place::webhook_trigger || place == Place::file_trigger ||
         place == Place::asset_trigger;
}

bool is_receiver(Place place) {
  return place == Place::message || place == Place::address || place == Place::credential;
}

/// What an event tells; docs/reference/triggers.md has the same.
const TypeFields& event_fields(Place place) {
  const Type text = Type::Kind::string;
  static const TypeFields run_end = {{"run", Type::object_of({{"id", text},
                                                              {"name", text},
                                                              {"pipeline", text},
                                                              {"number", Type::Kind::integer},
                                                              {"state", text},
                                                              {"logical_date", text},
                                                              {"interval", Type()},
                                                              {"trigger", Type()},
                                                              {"params", Type()}})}};
  static const TypeFields webhook = {{"body", Type()}, {"kind", text}, {"delivery", text}};
  static const TypeFields file = {{"file", Type::object_of({{"path", text},
                                                            {"name", text},
                                                            {"bytes", Type::Kind::integer},
                                                            {"modified_at", text}})}};
  static const TypeFields assets = {{"assets", Type::any_object()},
                                    {"updates", Type::list_of(Type())}};
  if (place == Place::file_trigger) return file;
  if (place == Place::asset_trigger) return assets;
  if (is_receiver(place)) return notification_fields();
  return place == Place::run_end_trigger ? run_end : webhook;
}

/// docs/reference/expressions.md has the same. What may be missing is null then.
const Type& connection_type() {
  const Type text = Type::Kind::string, secret = Type::Kind::secret;
  static const Type type = Type::object_of({{"kind", text},
                                            {"host", text},
                                            {"port", Type::Kind::integer},
                                            {"user", text},
                                            {"password", secret},
                                            {"path", text},
                                            {"uri", secret},
                                            {"options", Type::any_object()}});
  return type;
}

}  // namespace

const TypeFields& notification_fields() {
  static const TypeFields fields = [] {
    TypeFields all;
    for (const char* text :
         {"kind", "at", "run", "run_id", "pipeline", "project", "project_version", "state",
          "trigger", "logical_date", "created_at", "started_at", "ended_at", "task", "cause",
          "error", "message", "deadline", "url"})
      all.emplace_back(text, Type::Kind::string);
    all.emplace_back("seconds", Type::Kind::number);
    return all;
  }();
  return fields;
}

const Type* find_field(const TypeFields& fields, std::string_view name) {
  const auto found = std::ranges::find(fields, name, &Type::Field::first);
  return found == fields.end() ? nullptr : &found->second;
}

StepScope::StepScope(const std::vector<Step>& siblings) : steps(&siblings) {
  index_of.reserve(siblings.size());
  for (std::uint32_t i = 0; i < siblings.size(); ++i) index_of.emplace(siblings[i].name, i);
}

const Step* StepScope::find(std::string_view name) const {
  const auto found = index_of.find(name);
  return found == index_of.end() ? nullptr : &(*steps)[found->second];
}

std::optional<Type> output_type(const StepScope& scope, const Step& step, std::string_view name,
                                const Damage& damage) {
  const auto with_matrix = [&](Type type) {
    return step.settings->matrix ? Type::list_of(std::move(type)) : type;
  };
  if (step.group()) {
    const auto outputs = scope.group_outputs.find(&step);
    // A step on a cycle is not known when another one asks.
    if (outputs == scope.group_outputs.end()) return Type();
    if (const Type* type = find_field(outputs->second, name)) return with_matrix(*type);
  }
  for (const Output& output : step.outputs) {
    if (output.name != name) continue;
    return with_matrix(damage.has(output.position) ? Type() : type_of(output));
  }
  if (damage.has(step.position)) return Type();
  return std::nullopt;
}

std::vector<std::string> PlaceTypes::roots() const {
  std::vector<std::string> names;
  for (const char* root : {"params", "inputs", "outputs", "steps", "matrix", "run", "assets", "env",
                           "secrets", "connections", "variables", "event", "response", "row"}) {
    if (!std::holds_alternative<Missing>(find_root(root))) names.emplace_back(root);
  }
  return names;
}

TypeContext::Found PlaceTypes::find_root(std::string_view root) const {
  if (is_trigger(place_)) {
    const bool is_there = root == "run" || (root == "event" && place_ != Place::trigger);
    return is_there ? Found(Scope{}) : Found(Missing{});
  }
  if (is_receiver(place_)) {
    const bool is_there = root == "event"     ? place_ != Place::credential
                          : root == "secrets" ? place_ != Place::message
                                              : false;
    return is_there ? Found(Scope{}) : Found(Missing{});
  }
  const bool is_inside = place_ == Place::command || place_ == Place::variable;
  const bool is_of_step = place_ != Place::pipeline_variable;
  if (root == "params" || root == "run") return Scope{};
  if (root == "steps" && is_of_step) return Scope{};
  if (root == "inputs" && visible_inputs()) return Scope{};
  if ((root == "matrix" || root == "assets") && is_of_step) return Scope{};
  if (root == "outputs" && is_inside) return Scope{};
  if (root == "env" && place_ == Place::command) return Scope{};
  const bool is_of_world = root == "secrets" || root == "connections" || root == "variables";
  if (is_of_world &&
      (is_inside || place_ == Place::pipeline_variable || place_ == Place::wait_request))
    return Scope{};
  if (place_ == Place::wait_condition && is_found_by(*step_->wait(), root)) return Scope{};
  return Missing{};
}

const TypeFields* PlaceTypes::visible_inputs() const {
  if (place_ == Place::command || place_ == Place::variable) return own_inputs;
  return scope_ ? &scope_->inputs : nullptr;
}

const Step* PlaceTypes::visible_step(std::string_view name) const {
  if (const Step* step = scope_->find(name)) return step;
  return scope_->ended ? scope_->ended->find(name) : nullptr;
}

TypeContext::Found PlaceTypes::find(NamePath path) const {
  const Found root = find_root(path[0]);
  if (path.size() == 1 || std::holds_alternative<Missing>(root)) return root;
  const std::string_view name = path[1];
  if (path[0] == "params") return found_field(&file_.params, name);
  if (path[0] == "inputs") return found_field(visible_inputs(), name);
  if (path[0] == "steps") return find_step(path);
  if (path[0] == "run") return find_run(name);
  // What an asset holds is known when the run begins.
  if (path[0] == "assets") return Type();
  if (path[0] == "event") return found_field(&event_fields(place_), name);
  if (path[0] == "response") return found_field(&response_fields(), name);
  // Which columns there are, the query says.
  if (path[0] == "row") return Type();
  if (path[0] == "env") return find_variable(name);
  if (path[0] == "secrets") return Type(Type::Kind::secret);
  if (path[0] == "connections") return connection_type();
  if (path[0] == "variables") return Type();
  if (path[0] == "matrix") {
    const Found own = found_field(own_axes, name);
    return std::holds_alternative<Missing>(own) ? found_field(&scope_->outer_axes, name) : own;
  }
  for (const Output& output : step_->outputs) {
    if (output.name == name) return Type(Type::Kind::string);
  }
  return Missing{};
}

TypeContext::Found PlaceTypes::find_step(NamePath path) const {
  const Step* step = visible_step(path[1]);
  if (!step) return Missing{};
  if (path.size() == 2) return Scope{};
  if (path[2] == "state") return Type(Type::Kind::string);
  if (path[2] == "error") {
    return Type::object_of({{"cause", Type::Kind::string},
                            {"message", Type::Kind::string},
                            {"exit_code", Type::Kind::integer}});
  }
  if (path[2] != "outputs") return Missing{};
  if (path.size() == 3) return Scope{};
  const bool is_sibling = scope_->find(path[1]) != nullptr;
  const auto type =
      output_type(is_sibling ? *scope_ : *scope_->ended, *step, path[3], file_.damage);
  if (type) return *type;
  return Missing{};
}

TypeContext::Found PlaceTypes::find_run(std::string_view name) const {
  // Before the run is there, it has no more than its place in time.
  const bool is_there = !is_trigger(place_) || name == "logical_date" ||
                        (name == "interval" && place_ == Place::trigger);
  if (!is_there) return Missing{};
  if (std::ranges::find(run_texts, name) != run_texts.end()) return Type(Type::Kind::string);
  if (name == "number") return Type(Type::Kind::integer);
  if (name == "state" && is_below_finally()) return Type(Type::Kind::string);
  if (name == "interval") {
    return Type::object_of({{"start", Type::Kind::string}, {"end", Type::Kind::string}});
  }
  return Missing{};
}

TypeContext::Found PlaceTypes::find_variable(std::string_view name) const {
  const Found own = found_field(own_variables, name);
  return std::holds_alternative<Missing>(own) ? found_field(&file_.variables, name) : own;
}

std::vector<std::string> PlaceTypes::names(NamePath scope) const {
  std::vector<std::string> all;
  if (scope.empty()) return roots();
  if (scope[0] == "params") {
    append_names(all, &file_.params);
  } else if (scope[0] == "inputs") {
    append_names(all, visible_inputs());
  } else if (scope[0] == "matrix") {
    append_names(all, own_axes);
    append_names(all, &scope_->outer_axes);
  } else if (scope[0] == "env") {
    append_names(all, own_variables);
    append_names(all, &file_.variables);
  } else if (scope[0] == "secrets") {
    all = file_.pipeline.secrets;
  } else if (scope[0] == "outputs") {
    for (const Output& output : step_->outputs) all.push_back(output.name);
  } else if (scope[0] == "run" && is_trigger(place_)) {
    all = {"logical_date"};
    if (place_ == Place::trigger) all.emplace_back("interval");
  } else if (scope[0] == "event") {
    append_names(all, &event_fields(place_));
  } else if (scope[0] == "response") {
    append_names(all, &response_fields());
  } else if (scope[0] == "run") {
    all.assign(run_texts.begin(), run_texts.end());
    all.emplace_back("number");
    all.emplace_back("interval");
    if (is_below_finally()) all.emplace_back("state");
  } else if (scope[0] == "steps" && scope.size() == 1) {
    for (const Step& step : *scope_->steps) all.push_back(step.name);
    if (scope_->ended) {
      for (const Step& step : *scope_->ended->steps) all.push_back(step.name);
    }
  } else if (scope[0] == "steps" && scope.size() == 2) {
    all.assign(step_members.begin(), step_members.end());
  } else if (scope[0] == "steps") {
    const Step* step = visible_step(scope[1]);
    if (!step) return all;
    for (const Output& output : step->outputs) all.push_back(output.name);
    if (step->group()) {
      for (const GroupOutput& output : step->group()->outputs) all.push_back(output.name);
    }
  }
  return all;
}

}  // namespace gt
