#include "connection/connection.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "net/http_target.h"

namespace gt {

namespace {

constexpr std::size_t kind_bytes_max = 100;
constexpr std::int64_t port_max = 65'535;

bool is_there(const Json* member) { return member != nullptr && !member->is_null(); }

/// The member by our name or by Airflow's. Errc::invalid: it is no text, or there are both.
Result<std::string> text_of(const JsonObject& object, std::string_view name,
                            std::string_view airflow_name = {}) {
  const Json* member = object.find(name);
  const Json* const other = airflow_name.empty() ? nullptr : object.find(airflow_name);
  if (is_there(member) && is_there(other))
    return error(Errc::invalid, "{} and {} are the same: give one of them", name, airflow_name);
  const std::string_view called = is_there(other) ? airflow_name : name;
  if (is_there(other)) member = other;
  if (!is_there(member)) return std::string();
  if (member->string() == nullptr)
    return error(Errc::invalid, "{} is of type {}, and has to be a string", called,
                 type_name(*member));
  return *member->string();
}

Result<std::optional<std::uint16_t>> port_of(const JsonObject& object) {
  const Json* const member = object.find("port");
  if (!is_there(member)) return std::optional<std::uint16_t>();
  // Airflow writes it as a number, and people as either.
  const auto number = member->integer()  ? std::optional(*member->integer())
                      : member->string() ? parse_whole_number(*member->string())
                                         : std::nullopt;
  if (!number || *number < 1 || *number > port_max)
    return error(Errc::invalid, "port is no number from 1 to 65535");
  return std::optional(static_cast<std::uint16_t>(*number));
}

/// An object, or the JSON text of one, as Airflow exports it.
Result<JsonObject> options_of(const JsonObject& object) {
  const Json* const own = object.find("options");
  const Json* const airflow = object.find("extra");
  if (is_there(own) && is_there(airflow))
    return error(Errc::invalid, "options and extra are the same: give one of them");
  const std::string_view name = is_there(airflow) ? "extra" : "options";
  const Json* const member = is_there(airflow) ? airflow : own;
  if (!is_there(member) || (member->string() && member->string()->empty())) return JsonObject();
  if (member->object()) return *member->object();
  if (member->string()) {
    auto json = parse_json(*member->string());
    if (json && json->object()) return *json->object();
  }
  return error(Errc::invalid, "{} has to be an object", name);
}

Result<void> check_members(const JsonObject& object) {
  static const std::vector<std::string> known = {
      "uri",     "kind",      "host",  "port",   "user",  "password",   "path",
      "options", "conn_type", "login", "schema", "extra", "description"};
  for (const auto& [name, value] : object) {
    if (std::ranges::find(known, name) != known.end()) continue;
    const auto near = nearest(name, known);
    return Error{Errc::invalid,
                 fmt::format("a connection has no {}", shell_quoted(printable(name))),
                 near ? fmt::format("did you mean {}?", *near) : ""};
  }
  return {};
}

Result<void> check_text(std::string_view what, std::string_view text) {
  if (!is_utf8(text)) return error(Errc::invalid, "the {} is no UTF-8 text", what);
  if (text.find('\0') != std::string_view::npos)
    return error(Errc::invalid, "the {} has a NUL", what);
  return {};
}

Value text_or_null(const std::string& text) { return text.empty() ? Value() : Value(text); }

/// Options as text: of one that is none, its JSON.
std::string option_text(const Json& value) {
  return value.string() ? *value.string() : compact_json(value);
}

/// `sslmode=require` is no secret, and to mask each "require" in a log would hide much else; a
/// short text is one only where its name says so.
bool is_worth_masking(std::string_view name, std::string_view text) {
  constexpr std::size_t long_text = 8;
  if (text.size() >= long_text) return true;
  constexpr std::string_view words[] = {"pass", "secret", "token", "key", "credential", "auth"};
  std::string lower(name);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return !text.empty() && std::ranges::any_of(words, [&](std::string_view word) {
    return lower.find(word) != std::string::npos;
  });
}

void collect_texts(std::string_view name, const Json& value, std::vector<std::string>& texts) {
  if (value.string()) {
    if (is_worth_masking(name, *value.string())) texts.push_back(*value.string());
  } else if (const JsonList* const list = value.list()) {
    for (const Json& item : *list) collect_texts(name, item, texts);
  } else if (const JsonObject* const object = value.object()) {
    for (const auto& [inner, member] : *object) collect_texts(inner, member, texts);
  }
}

}  // namespace

Result<Connection> parse_connection(std::string_view text) {
  text = trim(text);
  if (text.empty())
    return Error{Errc::invalid, "the text is empty", "a URI, as in postgres://host/database"};
  if (!text.starts_with('{')) return connection_from_uri(text);
  if (text.size() > connection_bytes_max)
    return Error{Errc::invalid, "a connection of more than 64 KiB",
                 "the limit is connection_bytes_max"};
  const Json json = TRY(parse_json(text));
  return connection_from_json(json);
}

Result<Connection> connection_from_json(const Json& json) {
  const JsonObject* const object = json.object();
  if (object == nullptr)
    return error(Errc::invalid, "a connection is an object or a URI, not {}", type_name(json));
  TRY(check_members(*object));
  const std::string uri = TRY(text_of(*object, "uri"));
  if (!uri.empty()) {
    if (object->size() > (object->find("description") ? 2U : 1U))
      return Error{Errc::invalid, "a connection is given by its uri or by its parts, not by both",
                   ""};
    return connection_from_uri(trim(uri));
  }
  Connection connection;
  connection.kind = TRY(text_of(*object, "kind", "conn_type"));
  std::ranges::replace(connection.kind, '-', '_');
  if (connection.kind == "postgresql") connection.kind = "postgres";
  connection.host = TRY(text_of(*object, "host"));
  connection.user = TRY(text_of(*object, "user", "login"));
  connection.password = TRY(text_of(*object, "password"));
  connection.path = TRY(text_of(*object, "path", "schema"));
  connection.port = TRY(port_of(*object));
  connection.options = TRY(options_of(*object));
  TRY(check_connection(connection));
  return connection;
}

Result<void> check_connection(const Connection& connection) {
  const auto is_of_kind = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '.' || c == '_';
  };
  if (connection.kind.empty())
    return Error{Errc::invalid, "a connection needs a kind", "as postgres, s3, http or ssh"};
  if (connection.kind.size() > kind_bytes_max ||
      !std::ranges::all_of(connection.kind, is_of_kind) || connection.kind[0] < 'a' ||
      connection.kind[0] > 'z')
    return Error{Errc::invalid,
                 "the kind of a connection is a letter, then letters, digits, +, . "
                 "and _, all in lower case and at most 100",
                 "as postgres, s3, http or ssh"};
  TRY(check_text("host", connection.host));
  TRY(check_text("user", connection.user));
  TRY(check_text("password", connection.password));
  TRY(check_text("path", connection.path));
  for (const auto& [name, value] : connection.options) {
    if (name.empty()) return error(Errc::invalid, "an option has no name");
    TRY(check_text("name of an option", name));
    TRY(check_text("value of an option", option_text(value)));
  }
  if (connection_uri(connection).size() > connection_bytes_max)
    return Error{Errc::invalid, "the connection is longer than 64 KiB as a URI",
                 "the limit is connection_bytes_max"};
  return {};
}

JsonObject airflow_json(const Connection& connection, bool has_secrets) {
  const auto text = [](const std::string& part) { return part.empty() ? Json() : Json(part); };
  JsonObject object{{"conn_type", connection.kind},
                    {"host", text(connection.host)},
                    {"port", connection.port ? Json(std::int64_t{*connection.port}) : Json()},
                    {"login", text(connection.user)},
                    {"schema", text(connection.path)}};
  if (!has_secrets) return object;
  object.set("password", text(connection.password));
  object.set("extra", connection.options.empty() ? Json() : Json(connection.options));
  return object;
}

Value connection_value(const std::string& name, const Connection& connection) {
  const std::string way = "connections." + name;
  ValueObject options;
  for (const auto& [option, value] : connection.options)
    options.append(option, Secret{fmt::format("{}.options.{}", way, option), option_text(value)});
  ValueObject parts;
  parts.append("kind", connection.kind);
  parts.append("host", text_or_null(connection.host));
  parts.append("port", connection.port ? Value(std::int64_t{*connection.port}) : Value());
  parts.append("user", text_or_null(connection.user));
  parts.append("password", Secret{way + ".password", connection.password});
  parts.append("path", text_or_null(connection.path));
  // What can be known of it belongs to its name, so that another host is another fact.
  parts.append("uri", Secret{fmt::format("{}.uri {}", way, public_uri(connection)),
                             connection_uri(connection)});
  parts.append("options", std::move(options));
  return Value(std::move(parts));
}

std::vector<std::string> secrets_of(const Connection& connection) {
  std::vector<std::string> secrets;
  if (connection.password.empty() && connection.options.empty()) return secrets;
  secrets.push_back(connection_uri(connection));
  if (!connection.password.empty()) secrets.push_back(connection.password);
  for (const auto& [name, value] : connection.options) collect_texts(name, value, secrets);
  return secrets;
}

}  // namespace gt
