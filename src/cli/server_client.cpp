#include "cli/server_client.h"

#include "base/text.h"
#include "net/url.h"

namespace gt {

namespace {

Errc code_of(int status) {
  switch (status) {
    case 401:
    case 403:
      return Errc::denied;
    case 404:
      return Errc::not_found;
    case 409:
    case 412:
      return Errc::conflict;
    case 503:
      return Errc::unavailable;
    default:
      return status >= 500 ? Errc::unavailable : Errc::invalid;
  }
}

std::string text_of(const JsonObject& object, std::string_view name) {
  const Json* const member = object.find(name);
  return member != nullptr && member->string() != nullptr ? *member->string() : std::string();
}

std::string variable_of(const Session& session, const char* name) {
  const char* const value = session.variable(name);
  return value == nullptr ? "" : value;
}

}  // namespace

Result<ServerClient> ServerClient::open(const Session& session, const std::string& url) {
  const auto parsed = parse_url(url);
  if (!parsed || parsed->target.find('?') != std::string::npos)
    return Error{Errc::invalid, fmt::format("{} is no address of a server", printable(url)),
                 "write it as http://127.0.0.1:4207 or https://trains.example.com"};
  std::string base = url;
  while (base.ends_with('/')) base.pop_back();
  ServerClient client(std::move(base));
  client.token_ = variable_of(session, token_variable);
  client.ca_file_ = variable_of(session, authorities_variable);
  return client;
}

Result<HttpReply> ServerClient::call(HttpMethod method, const std::string& path, std::string body,
                                     HttpHeaders headers, Duration time_max,
                                     std::stop_token stop) const {
  HttpCall call{.method = method,
                .url = url_ + path,
                .headers = std::move(headers),
                .body = std::move(body),
                .time_max = time_max,
                .ca_file = ca_file_};
  if (!token_.empty()) call.headers.add("Authorization", "Bearer " + token_);
  auto reply = http_call(call, std::move(stop));
  if (!reply && reply.error().code == Errc::unavailable)
    return Error{Errc::unavailable, std::move(reply).error().message,
                 "is `geartrain up` running there?"};
  return reply;
}

Result<JsonObject> ServerClient::ask(HttpMethod method, const std::string& path,
                                     const JsonObject& body) const {
  const bool has_body = method != HttpMethod::get && method != HttpMethod::delete_;
  HttpHeaders headers;
  if (has_body) headers.add("Content-Type", "application/json");
  const HttpReply reply =
      TRY(call(method, path, has_body ? compact_json(body) : "", std::move(headers)));
  if (reply.status < 200 || reply.status > 299) return error_of(reply);
  if (reply.body.empty()) return JsonObject();
  const auto json = parse_json(reply.body);
  if (!json || json->object() == nullptr)
    return error(Errc::unavailable, "{} does not answer as a geartrain server does", url_);
  return *json->object();
}

Error error_of(const HttpReply& reply) {
  const auto json = parse_json(reply.body);
  if (!json || json->object() == nullptr)
    return error(code_of(reply.status), "the server answers with status {}", reply.status);
  const std::string detail = text_of(*json->object(), "detail");
  Error problem{
      code_of(reply.status),
      detail.empty() ? fmt::format("the server answers with status {}", reply.status) : detail,
      text_of(*json->object(), "hint")};
  if (reply.status == 401)
    problem.hint = fmt::format(
        "{} holds the token; `geartrain token create` makes one on the "
        "server's machine",
        token_variable);
  return problem;
}

}  // namespace gt
