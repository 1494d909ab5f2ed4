#include "net/http_message.h"

#include <algorithm>

#include "base/json.h"

namespace gt {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

}  // namespace

bool equal_in_any_case(std::string_view left, std::string_view right) {
  return std::ranges::equal(left, right, {}, lower, lower);
}

const char* to_text(HttpMethod method) {
  switch (method) {
    case HttpMethod::get:
      return "GET";
    case HttpMethod::head:
      return "HEAD";
    case HttpMethod::post:
      return "POST";
    case HttpMethod::put:
      return "PUT";
    case HttpMethod::patch:
      return "PATCH";
    case HttpMethod::delete_:
      return "DELETE";
    case HttpMethod::options:
      return "OPTIONS";
  }
  return "";
}

bool is_safe(HttpMethod method) {
  return method == HttpMethod::get || method == HttpMethod::head || method == HttpMethod::options;
}

const std::string* HttpHeaders::find(std::string_view name) const {
  for (const auto& [other, value] : headers_)
    if (equal_in_any_case(name, other)) return &value;
  return nullptr;
}

std::size_t HttpHeaders::count(std::string_view name) const {
  return static_cast<std::size_t>(std::ranges::count_if(
      headers_, [&](const Header& header) { return equal_in_any_case(name, header.first); }));
}

void HttpHeaders::add(std::string name, std::string value) {
  headers_.emplace_back(std::move(name), std::move(value));
}

std::string_view reason_of(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 206:
      return "Partial Content";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 307:
      return "Temporary Redirect";
    case 308:
      return "Permanent Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 416:
      return "Range Not Satisfiable";
    case 417:
      return "Expectation Failed";
    case 421:
      return "Misdirected Request";
    case 422:
      return "Unprocessable Content";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 503:
      return "Service Unavailable";
    case 507:
      return "Insufficient Storage";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return {};
  }
}

HttpResponse problem(int status, std::string_view title, std::string_view detail) {
  const Json said = JsonObject{{"status", status}, {"title", title}, {"detail", detail}};
  return {.status = status,
          .headers = {{"Content-Type", "application/problem+json"}},
          .body = compact_json(said)};
}

HttpResponse problem(int status, std::string_view detail) {
  return problem(status, reason_of(status), detail);
}

}  // namespace gt
