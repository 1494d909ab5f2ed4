#include "engine/outside_answers.h"

namespace gt {

namespace {

/// A failed task tells its message alone.
Error with_hint(Error error) {
  if (!error.hint.empty()) error.message += fmt::format(" ({})", error.hint);
  return error;
}

Secret by_name(std::string name) {
  std::string text = "secret " + name;
  return {std::move(name), std::move(text)};
}

Value by_names(const Value& value) {
  if (const Secret* const secret = value.secret()) return Value(by_name(secret->name));
  const ValueObject* const object = value.object();
  if (object == nullptr) return value;
  ValueObject named;
  for (const auto& [key, member] : *object) named.append(key, by_names(member));
  return Value(std::move(named));
}

}  // namespace

OutsideSource OutsideAnswers::source() {
  return {.secret = [this](std::string_view name) { return secret(name); },
          .connection = [this](std::string_view name) { return connection(name); },
          .variable = [this](std::string_view name) { return variable(name); }};
}

Result<Secret> OutsideAnswers::secret(std::string_view name) {
  if (masks_ == nullptr) return by_name(std::string(name));
  Secret secret = TRY(facts_.secret(name));
  if (!secret.text.empty()) masks_->push_back(secret.text);
  return secret;
}

Result<Value> OutsideAnswers::connection(std::string_view name) {
  if (const auto known = connections_.find(name); known != connections_.end()) return known->second;
  const auto found = facts_.connection(name);
  if (!found) return with_hint(found.error());
  Value value = connection_value(std::string(name), *found);
  if (masks_ == nullptr) {
    value = by_names(value);
  } else {
    for (std::string& secret : secrets_of(*found)) masks_->push_back(std::move(secret));
  }
  return connections_.emplace(name, std::move(value)).first->second;
}

Result<Value> OutsideAnswers::variable(std::string_view name) {
  if (const auto known = variables_.find(name); known != variables_.end()) return known->second;
  auto value = facts_.project_variable(name);
  if (!value) return with_hint(value.error());
  if (const Secret* const secret = value->secret()) {
    if (masks_ == nullptr)
      value = by_names(*value);
    else if (!secret->text.empty())
      masks_->push_back(secret->text);
  }
  return variables_.emplace(name, *std::move(value)).first->second;
}

Result<Secret> OutsideAnswers::uri_of(const std::string& connection) {
  const Value parts = TRY(this->connection(connection).context("connections"));
  const Value* const uri = parts.object()->find("uri");
  GT_CHECK(uri != nullptr && uri->secret() != nullptr, "a connection has an address");
  return *uri->secret();
}

}  // namespace gt
