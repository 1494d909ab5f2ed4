#include "engine/asked_facts.h"

#include "base/json.h"

namespace gt {

namespace {

Digest digest_of(const EnvironmentFacts& facts) {
  std::string text;
  for (const std::string& fact : facts) text += fact + "\n";
  return sha256(text);
}

Digest digest_of(const std::optional<std::string>& variable) {
  return sha256(variable ? "=" + *variable : "unset");
}

/// Of what is no secret in it.
Digest digest_of(const Connection& connection) { return sha256(public_uri(connection)); }

Digest digest_of(const Value& variable) {
  if (variable.secret()) return sha256("secret");
  const auto json = to_json(variable);
  return sha256(json ? "=" + canonical_json(*json) : "unset");
}

std::string question(const char* kind, Json about) {
  JsonObject object;
  object.set(kind, std::move(about));
  return compact_json(object);
}

Json list_of(const std::vector<std::string>& texts) {
  JsonList list;
  for (const std::string& text : texts) list.emplace_back(text);
  return list;
}

std::optional<std::string> text_in(const Json& json, std::string_view name) {
  const Json* const member = json.find(name);
  return member && member->string() ? std::optional(*member->string()) : std::nullopt;
}

std::optional<Digest> source_now(StepFacts& facts, const Json& globs) {
  std::vector<std::string> texts;
  if (const JsonList* const list = globs.list())
    for (const Json& glob : *list)
      if (glob.string()) texts.push_back(*glob.string());
  const auto set = facts.source(globs.list() ? &texts : nullptr);
  return set ? std::optional((*set)->digest) : std::nullopt;
}

std::optional<Digest> environment_now(StepFacts& facts,
                                      const std::optional<PythonEnvironment>& python,
                                      const std::string& program) {
  const auto known = facts.environment_if_made(python, program);
  if (!known || !*known) return std::nullopt;
  return digest_of(**known);
}

/// What the answer is today; nullopt where there is none.
std::optional<Digest> answer_now(StepFacts& facts, const std::string& text) {
  const auto asked = parse_json(text);
  if (!asked) return std::nullopt;
  if (const Json* const globs = asked->find("source")) return source_now(facts, *globs);
  if (const auto name = text_in(*asked, "variable"))
    return digest_of(facts.inherited_variable(*name));
  if (const auto name = text_in(*asked, "connection")) {
    const auto connection = facts.connection(*name);
    return connection ? std::optional(digest_of(*connection)) : std::nullopt;
  }
  if (const auto name = text_in(*asked, "project_variable")) {
    const auto variable = facts.project_variable(*name);
    return variable ? std::optional(digest_of(*variable)) : std::nullopt;
  }
  if (const auto program = text_in(*asked, "program"))
    return environment_now(facts, std::nullopt, *program);
  const Json* const python = asked->find("python");
  if (!python) return std::nullopt;
  const auto requirements = text_in(*python, "requirements");
  const auto interpreter = text_in(*python, "interpreter");
  if (!requirements || !interpreter) return std::nullopt;
  return environment_now(
      facts, PythonEnvironment{.requirements = *requirements, .interpreter = *interpreter}, "");
}

}  // namespace

Result<std::shared_ptr<const SourceSet>> AskedFacts::source(const std::vector<std::string>* globs) {
  auto set = TRY(facts_.source(globs));
  sources_.try_emplace(globs ? std::optional(*globs) : std::nullopt, set->digest);
  return set;
}

Result<std::variant<EnvironmentFacts, EnvironmentPending>> AskedFacts::environment(
    const std::optional<PythonEnvironment>& python, const std::string& argv0) {
  auto answer = TRY(facts_.environment(python, argv0));
  const auto* known = std::get_if<EnvironmentFacts>(&answer);
  if (!known) return answer;
  if (!python) {
    if (!programs_.contains(argv0)) programs_.emplace(argv0, digest_of(*known));
  } else if (const std::pair names(python->requirements, python->interpreter);
             !environments_.contains(names)) {
    environments_.emplace(names, digest_of(*known));
  }
  return answer;
}

Result<std::optional<EnvironmentFacts>> AskedFacts::environment_if_made(
    const std::optional<PythonEnvironment>& python, const std::string& argv0) {
  return facts_.environment_if_made(python, argv0);
}

std::optional<std::string> AskedFacts::inherited_variable(const std::string& name) {
  auto value = facts_.inherited_variable(name);
  variables_.try_emplace(name, digest_of(value));
  return value;
}

Result<Connection> AskedFacts::connection(std::string_view name) {
  auto connection = TRY(facts_.connection(name));
  connections_.try_emplace(std::string(name), digest_of(connection));
  return connection;
}

Result<Value> AskedFacts::project_variable(std::string_view name) {
  auto value = TRY(facts_.project_variable(name));
  project_variables_.try_emplace(std::string(name), digest_of(value));
  return value;
}

Digest AskedFacts::outside() const {
  std::string text;
  for (const auto& [name, answer] : connections_)
    text += fmt::format("connection {} {}\n", name, answer.hex());
  for (const auto& [name, answer] : project_variables_)
    text += fmt::format("variable {} {}\n", name, answer.hex());
  return sha256(text);
}

std::vector<AskedFact> AskedFacts::asked() const {
  std::vector<AskedFact> asked;
  for (const auto& [globs, answer] : sources_)
    asked.push_back({question("source", globs ? list_of(*globs) : Json()), answer});
  for (const auto& [names, answer] : environments_)
    asked.push_back({question("python", JsonObject{{"requirements", names.first},
                                                   {"interpreter", names.second}}),
                     answer});
  for (const auto& [program, answer] : programs_)
    asked.push_back({question("program", program), answer});
  for (const auto& [name, answer] : variables_)
    asked.push_back({question("variable", name), answer});
  for (const auto& [name, answer] : connections_)
    asked.push_back({question("connection", name), answer});
  for (const auto& [name, answer] : project_variables_)
    asked.push_back({question("project_variable", name), answer});
  return asked;
}

bool still_hold(StepFacts& facts, std::span<const AskedFact> asked) {
  for (const AskedFact& fact : asked)
    if (answer_now(facts, fact.question) != fact.answer) return false;
  return true;
}

}  // namespace gt
