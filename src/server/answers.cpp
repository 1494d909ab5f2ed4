#include "server/answers.h"

#include <algorithm>

#include "base/text.h"

namespace gt {

namespace {

int status_of(Errc code) {
  switch (code) {
    case Errc::invalid:
      return 400;
    case Errc::not_found:
      return 404;
    case Errc::conflict:
      return 409;
    case Errc::denied:
      return 403;
    case Errc::unavailable:
    case Errc::exhausted:
    case Errc::cancelled:
      return 503;
    case Errc::internal:
      return 500;
  }
  return 500;
}

Error wrong_type(std::string_view name, std::string_view expected) {
  return error(Errc::invalid, "{} is not {}", printable(name), expected);
}

Error unknown(std::string_view what, std::string_view name, const std::vector<std::string>& known) {
  Error problem = error(Errc::invalid, "there is no {} {}", what, shell_quoted(printable(name)));
  if (const auto near = nearest(name, known))
    problem.hint = fmt::format("did you mean {}?", *near);
  else
    problem.hint =
        known.empty() ? "there are none" : fmt::format("there are {}", fmt::join(known, ", "));
  return problem;
}

}  // namespace

HttpResponse json_answer(int status, const Json& body) {
  return json_text_answer(status, compact_json(body) + "\n");
}

HttpResponse json_text_answer(int status, std::string text) {
  return {.status = status,
          .headers = {{"Content-Type", "application/json"}, {"Cache-Control", "no-store"}},
          .body = std::move(text)};
}

HttpResponse problem_of(const Error& error) { return problem_of(error, status_of(error.code)); }

HttpResponse problem_of(const Error& error, int status) {
  JsonObject body{{"status", status},
                  {"title", reason_of(status)},
                  {"detail", error.message},
                  {"code", to_text(error.code)}};
  if (!error.hint.empty()) body.set("hint", error.hint);
  return {.status = status,
          .headers = {{"Content-Type", "application/problem+json"}, {"Cache-Control", "no-store"}},
          .body = compact_json(std::move(body)) + "\n"};
}

Result<JsonObject> body_of(const HttpRequest& request) {
  if (request.body.empty()) return JsonObject();
  Json body = TRY(parse_json(request.body).context("the body"));
  if (body.object() == nullptr) return error(Errc::invalid, "the body is not an object");
  return std::move(*body.object());
}

Result<void> check_members(const JsonObject& object, const std::vector<std::string>& known) {
  for (const auto& [name, value] : object)
    if (std::ranges::find(known, name) == known.end()) return unknown("member", name, known);
  return {};
}

Result<std::optional<std::string>> text_member(const JsonObject& object, std::string_view name) {
  const Json* const value = object.find(name);
  if (value == nullptr || value->is_null()) return std::optional<std::string>();
  if (value->string() == nullptr) return wrong_type(name, "a string");
  return std::optional(*value->string());
}

Result<bool> flag_member(const JsonObject& object, std::string_view name) {
  const Json* const value = object.find(name);
  if (value == nullptr || value->is_null()) return false;
  if (value->boolean() == nullptr) return wrong_type(name, "true or false");
  return *value->boolean();
}

Result<std::vector<std::string>> texts_member(const JsonObject& object, std::string_view name) {
  std::vector<std::string> texts;
  const Json* const value = object.find(name);
  if (value == nullptr || value->is_null()) return texts;
  if (value->list() == nullptr) return wrong_type(name, "a list of strings");
  for (const Json& one : *value->list()) {
    if (one.string() == nullptr) return wrong_type(name, "a list of strings");
    texts.push_back(*one.string());
  }
  return texts;
}

Result<void> check_query(const HttpRequest& request, const std::vector<std::string>& known) {
  std::vector<std::string> seen;
  for (const auto& [name, value] : request.target.query) {
    if (std::ranges::find(known, name) == known.end()) return unknown("parameter", name, known);
    if (std::ranges::find(seen, name) != seen.end())
      return error(Errc::invalid, "{} stands there twice", name);
    seen.push_back(name);
  }
  return {};
}

Result<std::int64_t> number_parameter(const HttpRequest& request, std::string_view name,
                                      std::int64_t fallback, std::int64_t minimum,
                                      std::int64_t maximum) {
  const std::string* const text = request.target.parameter(name);
  if (text == nullptr) return fallback;
  const auto number = parse_whole_number(*text);
  if (!number || *number < minimum || *number > maximum)
    return error(Errc::invalid, "{} is not a whole number from {} to {}", name, minimum, maximum);
  return *number;
}

Result<bool> flag_parameter(const HttpRequest& request, std::string_view name) {
  const std::string* const text = request.target.parameter(name);
  if (text == nullptr || *text == "false") return false;
  if (*text == "true") return true;
  return error(Errc::invalid, "{} is not true or false", name);
}

}  // namespace gt
