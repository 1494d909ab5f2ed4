#include "notify/outgoing.h"

#include <algorithm>

#include "base/text.h"
#include "net/mail_message.h"
#include "notify/usual_text.h"
#include "notify/webhook_signature.h"

namespace gt {

namespace {

std::string webhook_id(const NotificationRecord& notification) {
  return "msg_" + notification.message_id;
}

JsonObject event_with_url(const NotificationRecord& notification, const std::string& public_url) {
  JsonObject event = notification.event;
  const Json* const run = event.find("run_id");
  const bool has_url = !public_url.empty() && run != nullptr && run->string() != nullptr;
  event.set("url",
            has_url ? Json(fmt::format("{}/api/v1/runs/{}", public_url, *run->string())) : Json());
  return event;
}

/// The event under its own name, so that one endpoint can tell several senders apart.
std::string usual_body(const NotificationRecord& notification, const JsonObject& event) {
  return compact_json(JsonObject{{"type", fmt::format("run.{}", to_text(notification.kind))},
                                 {"timestamp", format_time(notification.created_at)},
                                 {"data", event}});
}

Result<void> check_json(const WebhookReceiver& webhook, const std::string& body) {
  if (webhook.content_type != "application/json") return {};
  if (const auto json = parse_json(body); !json)
    return Error{Errc::invalid, "its template gives no JSON: " + json.error().message,
                 "${{ to_json(event.error) }} quotes a text; `content_type` says what else it is"};
  return {};
}

HttpCall call_to(std::string url, const OutgoingParts& parts) {
  return {.method = HttpMethod::post,
          .url = std::move(url),
          .connect_time_max = try_time_max / 2,
          .time_max = try_time_max,
          .body_bytes_max = 64U << 10U,
          .redirects_max = 0,
          .ca_file = parts.ca_file};
}

class Maker {
 public:
  Maker(const Receiver& receiver, const NotificationRecord& notification,
        const OutgoingParts& parts, Time now)
      : receiver_(receiver),
        notification_(notification),
        parts_(parts),
        now_(now),
        event_(event_with_url(notification, parts.public_url)),
        context_(event_, parts_.secret) {}

  Result<Outgoing> make() {
    if (const auto* webhook = std::get_if<WebhookReceiver>(&receiver_.way))
      return of_call(make_webhook(*webhook));
    if (const auto* slack = std::get_if<SlackReceiver>(&receiver_.way))
      return of_call(make_slack(*slack));
    return of_call(make_mail(std::get<MailReceiver>(receiver_.way)));
  }

 private:
  template <typename Call>
  Result<Outgoing> of_call(Result<Call> call) {
    if (!call) return std::move(call).error();
    Outgoing made;
    made.call = *std::move(call);
    made.secrets = context_.used_secrets();
    return made;
  }

  Result<std::string> text_of(const Template& text, const char* key) {
    return text.render(context_).context("`{}`", key);
  }
  Result<HttpCall> make_webhook(const WebhookReceiver& webhook);
  Result<HttpCall> make_slack(const SlackReceiver& slack);
  Result<SmtpCall> make_mail(const MailReceiver& mail);

  const Receiver& receiver_;
  const NotificationRecord& notification_;
  const OutgoingParts& parts_;
  const Time now_;
  const JsonObject event_;
  ReceiverContext context_;
};

Result<HttpCall> Maker::make_webhook(const WebhookReceiver& webhook) {
  std::string url = TRY(text_of(webhook.url, "url"));
  HttpCall call = call_to(std::move(url), parts_);
  if (receiver_.text)
    call.body = TRY(text_of(*receiver_.text, "template"));
  else
    call.body = usual_body(notification_, event_);
  TRY(check_json(webhook, call.body));
  call.headers.add("Content-Type", webhook.content_type);
  for (const auto& [name, value] : webhook.headers) {
    std::string text = TRY(text_of(value, "headers"));
    call.headers.add(name, std::move(text));
  }
  const std::string id = webhook_id(notification_);
  const std::int64_t seconds =
      std::chrono::floor<std::chrono::seconds>(now_.time_since_epoch()).count();
  call.headers.add("webhook-id", id);
  call.headers.add("webhook-timestamp", std::to_string(seconds));
  if (webhook.secret) {
    const std::string secret = TRY(text_of(*webhook.secret, "secret"));
    call.headers.add("webhook-signature", webhook_signature(secret, id, seconds, call.body));
  }
  return call;
}

Result<HttpCall> Maker::make_slack(const SlackReceiver& slack) {
  std::string url = TRY(text_of(slack.url, "url"));
  HttpCall call = call_to(std::move(url), parts_);
  std::string text = usual_slack_text(event_);
  if (receiver_.text) {
    // The author's own words may have marks of Slack, those of the event may not.
    const ReceiverContext escaping(event_, parts_.secret, &slack_escaped);
    text = TRY(receiver_.text->render(escaping).context("`template`"));
  }
  call.body = compact_json(JsonObject{{"text", std::move(text)}});
  call.headers.add("Content-Type", "application/json");
  return call;
}

Result<SmtpCall> Maker::make_mail(const MailReceiver& mail) {
  MailMessage message{.subject = usual_title(event_), .text = usual_text(event_), .date = now_};
  message.from = TRY(parse_mail_address(mail.from));
  SmtpCall call{.server = mail.server,
                .port = mail.port,
                .connect_time_max = try_time_max / 2,
                .time_max = try_time_max,
                .ca_file = parts_.ca_file};
  call.encryption = mail.encryption == MailEncryption::none  ? SmtpEncryption::none
                    : mail.encryption == MailEncryption::tls ? SmtpEncryption::tls
                                                             : SmtpEncryption::starttls;
  for (const std::string& written : mail.to) {
    message.to.push_back(TRY(parse_mail_address(written)));
    call.to.push_back(message.to.back().address);
  }
  if (receiver_.subject) message.subject = TRY(text_of(*receiver_.subject, "subject"));
  if (receiver_.text) message.text = TRY(text_of(*receiver_.text, "template"));
  if (mail.user && mail.password) {
    SmtpCall::Login login;
    login.user = TRY(text_of(*mail.user, "user"));
    login.password = TRY(text_of(*mail.password, "password"));
    call.login = std::move(login);
  }
  const std::string& from = message.from.address;
  message.message_id =
      fmt::format("{}@{}", notification_.message_id, from.substr(from.rfind('@') + 1));
  call.from = from;
  call.message = mail_text(message);
  return call;
}

}  // namespace

Result<Outgoing> make_outgoing(const Receiver& receiver, const NotificationRecord& notification,
                               const OutgoingParts& parts, Time now) {
  return Maker(receiver, notification, parts, now).make();
}

}  // namespace gt
