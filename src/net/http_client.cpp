#include "net/http_client.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/base64.h"
#include "net/patience.h"
#include "net/url.h"
#include "net/wire.h"

namespace gt {
namespace {

constexpr std::string_view own_fields[] = {"Host", "Content-Length", "Transfer-Encoding",
                                           "Connection"};
constexpr std::string_view harmless_fields[] = {"Accept", "Accept-Language", "User-Agent"};

bool is_one_of(std::string_view name, std::span<const std::string_view> names) {
  return std::ranges::any_of(
      names, [&](std::string_view other) { return equal_in_any_case(name, other); });
}

// RFC 9110, 5.6.2.
bool is_token(std::string_view text) {
  constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::ranges::all_of(text, [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           marks.find(c) != std::string_view::npos;
  });
}

bool is_field_value(std::string_view text) {
  return std::ranges::none_of(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\t') || byte == 0x7f;
  });
}

Result<void> check_fields(const HttpHeaders& headers) {
  for (const auto& [name, value] : headers) {
    if (!is_token(name)) return error(Errc::invalid, "a field's name has characters that none has");
    if (is_one_of(name, own_fields))
      return error(Errc::invalid, "the field {} cannot be given", name);
    if (!is_field_value(value))
      return error(Errc::invalid, "the field {} has a line break or a control character", name);
  }
  return {};
}

std::string head_of(const HttpCall& call, const Url& url) {
  std::string head = fmt::format("{} {} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n",
                                 to_text(call.method), url.target, url.authority());
  for (const auto& [name, value] : call.headers) head += fmt::format("{}: {}\r\n", name, value);
  if (call.headers.find("User-Agent") == nullptr) head += "User-Agent: geartrain\r\n";
  const bool is_given = call.headers.find("Authorization") != nullptr;
  if (!is_given && !(url.user.empty() && url.password.empty()))
    head += fmt::format("Authorization: Basic {}\r\n", base64(url.user + ":" + url.password));
  const bool may_have_body = call.method == HttpMethod::post || call.method == HttpMethod::put ||
                             call.method == HttpMethod::patch;
  if (may_have_body || !call.body.empty())
    head += fmt::format("Content-Length: {}\r\n", call.body.size());
  return head + "\r\n";
}

Result<HttpReply> read_reply(const HttpCall& call, Wire& wire) {
  HttpReplyParser parser({.body_bytes_max = call.body_bytes_max}, call.method);
  std::array<char, 16'384> buffer;
  while (!parser.is_done()) {
    const std::size_t size = TRY(wire.read(buffer));
    if (size == 0)
      TRY(parser.feed_end());
    else
      TRY(parser.feed({buffer.data(), size}));
  }
  return parser.take();
}

Result<HttpReply> call_once(const HttpCall& call, const Url& url, Patience& patience) {
  Wire wire = TRY(Wire::connect(url.host, url.port, call.connect_time_max, patience));
  if (url.scheme == "https") {
    const TlsContext context = TRY(TlsContext::for_client(call.ca_file));
    TRY(wire.start_tls(context, url.host));
  }
  auto written = wire.write(head_of(call, url));
  if (written.ok()) written = wire.write(call.body);
  // A server that does not want all of it answers before it has it.
  if (!written.ok() && (written.error().code == Errc::cancelled || patience.left() == Duration(0)))
    return written.error();
  auto reply = read_reply(call, wire);
  if (!written.ok() && !reply.ok()) return written.error();
  wire.end();
  return reply;
}

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

// Where to ask next; nullopt if the reply is what the caller gets.
Result<std::optional<Url>> next_address(const HttpCall& call, const Url& url,
                                        const HttpReply& reply) {
  const std::string* const location = reply.headers.find("Location");
  if (call.redirects_max == 0 || !is_redirect(reply.status) || location == nullptr)
    return std::optional<Url>();
  auto next = resolve_url(url, *location);
  if (!next)
    return error(Errc::denied, "a redirect leads where nobody may go: {}", next.error().message);
  if (url.scheme == "https" && next->scheme != "https")
    return error(Errc::denied, "a redirect leads from https to http");
  const bool is_same = next->origin() == url.origin();
  const bool keeps_method = reply.status == 307 || reply.status == 308;
  if (!is_safe(call.method) && !(keeps_method && is_same)) return std::optional<Url>();
  if (is_same) {
    next->user = url.user;
    next->password = url.password;
  }
  return std::optional<Url>(*std::move(next));
}

HttpHeaders harmless(const HttpHeaders& headers) {
  HttpHeaders kept;
  for (const auto& [name, value] : headers)
    if (is_one_of(name, harmless_fields)) kept.add(name, value);
  return kept;
}

}  // namespace

Result<HttpReply> http_call(const HttpCall& call, std::stop_token stop) {
  HttpCall now = call;
  TRY(check_fields(now.headers));
  Url url = TRY(parse_url(now.url));
  Patience patience = TRY(Patience::start(now.time_max, std::move(stop)));
  for (int redirects = 0;; ++redirects) {
    HttpReply reply = TRY(call_once(now, url, patience).context("{}", url.origin()));
    auto next = TRY(next_address(now, url, reply).context("{}", url.origin()));
    if (!next) return reply;
    if (redirects == now.redirects_max)
      return error(Errc::exhausted, "{}: more than {} redirects", url.origin(), now.redirects_max);
    if (next->origin() != url.origin()) now.headers = harmless(now.headers);
    url = *std::move(next);
  }
}

}  // namespace gt
