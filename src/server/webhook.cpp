#include "server/webhook.h"

#include <charconv>

#include "base/digest.h"
#include "base/hmac.h"
#include "base/text.h"

namespace gt {

namespace {

std::string field(const HttpHeaders& headers, std::string_view name) {
  const std::string* const value = headers.find(name);
  return value == nullptr ? "" : *value;
}

Error not_signed(const char* header) {
  return {Errc::denied, fmt::format("the call has no {}", header), {}};
}

Error wrongly_signed(const char* header) {
  return {Errc::denied, fmt::format("{} does not fit the body and the secret", header),
          "both sides must have the same secret"};
}

Result<void> check_github(std::string_view secret, const HttpHeaders& headers,
                          std::string_view body) {
  constexpr const char* header = "X-Hub-Signature-256";
  const std::string shown = field(headers, header);
  if (shown.empty()) return not_signed(header);
  if (!is_equal_secret(shown, "sha256=" + hmac_sha256(secret, body).hex()))
    return wrongly_signed(header);
  return {};
}

Result<void> check_gitlab(std::string_view secret, const HttpHeaders& headers) {
  constexpr const char* header = "X-Gitlab-Token";
  const std::string shown = field(headers, header);
  if (shown.empty()) return not_signed(header);
  if (!is_equal_secret(shown, secret)) return wrongly_signed(header);
  return {};
}

/// Gives what is signed.
Result<std::string> check_own(std::string_view secret, const HttpHeaders& headers,
                              std::string_view body, Time now) {
  constexpr const char* header = "Geartrain-Signature";
  const std::string shown = field(headers, header);
  if (shown.empty()) return not_signed(header);
  std::string_view time, signature;
  for (const std::string_view part : split(shown, ',')) {
    const std::string_view one = trim(part);
    if (one.starts_with("t=")) time = one.substr(2);
    if (one.starts_with("v1=")) signature = one.substr(3);
  }
  std::int64_t seconds = 0;
  const auto read = std::from_chars(time.data(), time.data() + time.size(), seconds);
  if (time.empty() || read.ec != std::errc() || read.ptr != time.data() + time.size())
    return Error{Errc::denied, fmt::format("{} names no time", header),
                 "write it as t=SECONDS,v1=HEX"};
  std::string message = fmt::format("{}.{}", time, body);
  if (!is_equal_secret(signature, hmac_sha256(secret, message).hex()))
    return wrongly_signed(header);
  const auto now_seconds =
      std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
  const auto tolerance =
      std::chrono::duration_cast<std::chrono::seconds>(webhook_time_tolerance).count();
  if (seconds < now_seconds - tolerance || seconds > now_seconds + tolerance)
    return error(Errc::denied, "{} is of another time: more than {} from now", header,
                 format_duration(webhook_time_tolerance));
  return message;
}

}  // namespace

Result<WebhookCall> read_webhook(WebhookForm form, std::string_view secret,
                                 const HttpHeaders& headers, std::string_view body, Time now) {
  WebhookCall call;
  switch (form) {
    case WebhookForm::github:
      TRY(check_github(secret, headers, body));
      call.kind = field(headers, "X-GitHub-Event");
      call.delivery = field(headers, "X-GitHub-Delivery");
      // Who repeats a call may write another delivery over it: that is not signed.
      call.name = sha256(body).hex();
      break;
    case WebhookForm::gitlab:
      TRY(check_gitlab(secret, headers));
      call.kind = field(headers, "X-Gitlab-Event");
      call.delivery = field(headers, "X-Gitlab-Event-UUID");
      call.name = call.delivery.empty() ? sha256(body).hex() : call.delivery;
      break;
    case WebhookForm::geartrain:
      call.name = sha256(TRY(check_own(secret, headers, body, now))).hex();
      break;
  }
  if (!body.empty()) call.body = TRY(parse_json(body).context("the body"));
  return call;
}

}  // namespace gt
