/// Answers of the API as JSON.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/problem.h"
#include "base/result.h"
#include "net/http_message.h"

namespace gt {

HttpResponse json_answer(int status, const Json& body);
/// Of one that is written already.
HttpResponse json_text_answer(int status, std::string text);

/// A problem (RFC 9457) with `code`, the error's word, and `hint` where there is one: invalid 400,
/// denied 403, not_found 404, conflict 409, exhausted and unavailable 503, internal 500.
HttpResponse problem_of(const Error& error);
/// With another status.
HttpResponse problem_of(const Error& error, int status);

/// The body of a request, which must be an object; none stands for an empty one. Errc::invalid.
Result<JsonObject> body_of(const HttpRequest& request);

/// Errc::invalid for a member that is none of `known`, with the nearest as a hint.
Result<void> check_members(const JsonObject& object, const std::vector<std::string>& known);

/// Those of an object, if there; Errc::invalid for another type.
Result<std::optional<std::string>> text_member(const JsonObject& object, std::string_view name);
Result<bool> flag_member(const JsonObject& object, std::string_view name);
Result<std::vector<std::string>> texts_member(const JsonObject& object, std::string_view name);

/// Errc::invalid for query parameters that are none of `known`, or stand there twice.
Result<void> check_query(const HttpRequest& request, const std::vector<std::string>& known);
/// A whole number between both; `fallback` without one. Errc::invalid.
Result<std::int64_t> number_parameter(const HttpRequest& request, std::string_view name,
                                      std::int64_t fallback, std::int64_t minimum,
                                      std::int64_t maximum);
/// `true` or `false`; false without one. Errc::invalid.
Result<bool> flag_parameter(const HttpRequest& request, std::string_view name);

}  // namespace gt
