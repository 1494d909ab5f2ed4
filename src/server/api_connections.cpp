#include "base/text.h"
#include "connection/vault.h"
#include "server/answers.h"
#include "server/api_handlers.h"
#include "view/connection_view.h"

namespace gt {

namespace {

constexpr std::size_t etag_digits = 32;

/// What the API may show of one, and what it is known by.
struct Shown {
  std::string text;
  std::string etag;
};

Shown shown(const JsonObject& shape) {
  Shown one{compact_json(shape) + "\n", {}};
  one.etag = fmt::format("\"{}\"", sha256(one.text).hex().substr(0, etag_digits));
  return one;
}

Result<Shown> shown(const StoredConnection& stored) { return shown(connection_json(stored)); }
Result<Shown> shown(const StoredVariable& stored) {
  const JsonObject shape = TRY(variable_json(stored));
  return shown(shape);
}

HttpResponse answer_with(int status, Shown one) {
  HttpResponse answer = json_text_answer(status, std::move(one.text));
  answer.headers.add("ETag", std::move(one.etag));
  return answer;
}

Result<ProjectName> project_in(const ApiCall& call) {
  TRY(check_query(call.request, {"project"}));
  const std::string* const given = call.request.target.parameter("project");
  ProjectName project = given ? *given : "";
  TRY(check_project_name(project));
  return project;
}

Error there_is_none(std::string_view what, const std::string& name) {
  return error(Errc::not_found, "there is no {} {}", what, shell_quoted(printable(name)));
}

bool names_tag(const std::string& list, const std::string& tag) {
  for (const std::string_view one : split(list, ','))
    if (trim(one) == "*" || trim(one) == tag) return true;
  return false;
}

/// The answer to a change that its conditions forbid (RFC 9110, 13.1).
template <typename Row>
Result<std::optional<HttpResponse>> refused(const ApiCall& call, const std::optional<Row>& there) {
  const auto answer = [](std::string_view what) {
    return std::optional(problem_of(error(Errc::conflict, "{}", what), 412));
  };
  const HttpHeaders& headers = call.request.headers;
  if (const std::string* const wanted = headers.find("If-Match")) {
    if (!there) return answer("it is not there, and If-Match wants it to be");
    const Shown now = TRY(shown(*there));
    if (!names_tag(*wanted, now.etag)) return answer("it is not any more as If-Match says");
  }
  if (const std::string* const unwanted = headers.find("If-None-Match"); unwanted && there) {
    const Shown now = TRY(shown(*there));
    if (names_tag(*unwanted, now.etag)) return answer("it is there already");
  }
  return std::optional<HttpResponse>();
}

template <typename Store>
Answer list_of(const ApiCall& call, Store store, const char* member) {
  const ProjectName project = TRY(project_in(call));
  auto reader = TRY(call.parts.database.begin_read());
  std::string text;
  for (const auto& row : TRY(store.list(reader, project))) {
    const Shown one = TRY(shown(row));
    text += (text.empty() ? "" : ",") + std::string(trim(one.text));
  }
  return json_text_answer(200, fmt::format("{{\"{}\":[{}]}}\n", member, text));
}

template <typename Store>
Answer get_of(const ApiCall& call, Store store, std::string_view what) {
  const ProjectName project = TRY(project_in(call));
  auto reader = TRY(call.parts.database.begin_read());
  const auto found = TRY(store.find(reader, project, call.name(0)));
  if (!found) return there_is_none(what, call.name(0));
  Shown one = TRY(shown(*found));
  const std::string* const known = call.request.headers.find("If-None-Match");
  if (known != nullptr && names_tag(*known, one.etag))
    return HttpResponse{.status = 304, .headers = {{"ETag", one.etag}}, .body = {}};
  return answer_with(200, std::move(one));
}

template <typename Store>
Answer remove_of(const ApiCall& call, Store store, std::string_view what) {
  const ProjectName project = TRY(project_in(call));
  auto writer = TRY(call.parts.database.begin_write());
  const auto there = TRY(store.find(writer, project, call.name(0)));
  if (!there) return there_is_none(what, call.name(0));
  if (auto refusal = TRY(refused(call, there))) return *std::move(refusal);
  TRY(store.remove(writer, project, call.name(0)));
  TRY(writer.commit());
  return HttpResponse{.status = 204, .headers = {}, .body = {}};
}

/// `put` writes it; the answer is what is there then.
template <typename Store, typename Put>
Answer put_of(const ApiCall& call, Store store, const ProjectName& project, const Put& put) {
  auto writer = TRY(call.parts.database.begin_write());
  const auto there = TRY(store.find(writer, project, call.name(0)));
  if (auto refusal = TRY(refused(call, there))) return *std::move(refusal);
  TRY(put(writer));
  const auto now = TRY(store.find(writer, project, call.name(0)));
  GT_CHECK(now, "it was written in this transaction");
  Shown one = TRY(shown(*now));
  TRY(writer.commit());
  return answer_with(there ? 200 : 201, std::move(one));
}

}  // namespace

Answer list_connections(const ApiCall& call) {
  return list_of(call, ConnectionStore(), "connections");
}
Answer get_connection(const ApiCall& call) { return get_of(call, ConnectionStore(), "connection"); }
Answer remove_connection(const ApiCall& call) {
  return remove_of(call, ConnectionStore(), "connection");
}

Answer put_connection(const ApiCall& call) {
  const ProjectName project = TRY(project_in(call));
  TRY(check_value_name("connection", call.name(0)));
  JsonObject body = TRY(body_of(call.request));
  const Connection connection = TRY(connection_from_json(Json(std::move(body))));
  return put_of(call, ConnectionStore(), project, [&](Transaction& writer) {
    return Vault(call.parts.key_file, call.parts.entropy)
        .put(writer, project, call.name(0), connection, call.caller.name, call.parts.clock.now());
  });
}

Answer list_variables(const ApiCall& call) { return list_of(call, VariableStore(), "variables"); }
Answer get_variable(const ApiCall& call) { return get_of(call, VariableStore(), "variable"); }
Answer remove_variable(const ApiCall& call) { return remove_of(call, VariableStore(), "variable"); }

Answer put_variable(const ApiCall& call) {
  const ProjectName project = TRY(project_in(call));
  TRY(check_value_name("variable", call.name(0)));
  const JsonObject body = TRY(body_of(call.request));
  TRY(check_members(body, {"value", "secret", "description"}));
  const Json* const value = body.find("value");
  if (value == nullptr) return error(Errc::invalid, "a variable needs a value");
  StoredVariable wanted{.project = project, .name = call.name(0)};
  wanted.description = TRY(text_member(body, "description")).value_or("");
  const bool is_secret = TRY(flag_member(body, "secret"));
  if (is_secret && !value->string())
    return error(Errc::invalid, "the value of a secret has to be a string");
  wanted.kind = is_secret         ? VariableKind::secret
                : value->string() ? VariableKind::text
                                  : VariableKind::json;
  wanted.value = value->string() ? *value->string() : canonical_json(*value);
  return put_of(call, VariableStore(), project, [&](Transaction& writer) {
    return Vault(call.parts.key_file, call.parts.entropy)
        .put(writer, std::move(wanted), call.caller.name, call.parts.clock.now());
  });
}

}  // namespace gt
