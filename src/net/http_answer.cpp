#include "net/http_answer.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace gt {
namespace {

constexpr std::array<std::string_view, 3> fields_of_the_server = {
    "Content-Length", "Transfer-Encoding", "Connection"};

bool is_token(std::string_view name) {
  static constexpr std::string_view others = "!#$%&'*+-.^_`|~";
  return !name.empty() && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           others.find(c) != std::string_view::npos;
  });
}

// A line break would begin another field, or another answer.
bool is_field_value(std::string_view value) {
  return std::ranges::none_of(value, [](char c) { return (c >= 0 && c < ' ' && c != '\t'); });
}

}  // namespace

bool has_body(int status) { return status != 204 && status != 304; }

Result<std::string> answer_head(const HttpResponse& response, const AnswerForm& form) {
  if (response.status < 200 || response.status > 599)
    return error(Errc::invalid, "{} is no status of an answer", response.status);
  std::string head = fmt::format("HTTP/1.1 {} {}\r\n", response.status, reason_of(response.status));
  for (const auto& [name, value] : response.headers) {
    if (!is_token(name) || !is_field_value(value))
      return error(Errc::invalid, "the field '{}' cannot be sent", printable(name));
    for (const std::string_view own : fields_of_the_server)
      if (equal_in_any_case(name, own))
        return error(Errc::invalid, "the field {} is the server's own", own);
    head += fmt::format("{}: {}\r\n", name, value);
  }
  if (!form.body_bytes) {
    if (!form.is_http_1_0) head += "Transfer-Encoding: chunked\r\n";
  } else if (has_body(response.status)) {
    head += fmt::format("Content-Length: {}\r\n", *form.body_bytes);
  }
  if (!form.keeps_alive)
    head += "Connection: close\r\n";
  else if (form.is_http_1_0)
    head += "Connection: keep-alive\r\n";
  return head + "\r\n";
}

}  // namespace gt
