#include "notify/outgoing.h"

#include <doctest/doctest.h>

#include "base/base64.h"
#include "definition/read_notify.h"
#include "definition/scope.h"
#include "notify/usual_text.h"
#include "notify/webhook_signature.h"

namespace gt {
namespace {

const OutgoingParts parts{.secret = [](std::string_view name) -> Result<Secret> {
                            if (name == "GONE")
                              return error(Errc::not_found, "the secret GONE is not set");
                            return Secret{std::string(name),
                                          "https://secret.example.org/" + std::string(name)};
                          },
                          .public_url = "https://gears.example.org"};

NotificationRecord notification(const std::string& error = "exit code 3") {
  RunRecord run;
  run.uuid = "0123";
  run.pipeline = "flights";
  run.number = 12;
  run.state = RunState::failed;
  run.started_at = Time{};
  run.ended_at = Time{} + std::chrono::seconds(75);
  const RunNotice notice{.kind = NotificationKind::failed,
                         .at = *run.ended_at,
                         .task = "train",
                         .cause = Cause::exit,
                         .error = error};
  return {.id = 1,
          .message_id = "abc",
          .receiver = "team",
          .event = event_of(run, notice, NotificationKind::failed)};
}

Receiver receiver(const std::string& text) {
  Problems problems;
  const std::string file = "receivers: {team: " + text + "}\n";
  Receivers read = read_receivers(parse_yaml(file, problems), problems);
  REQUIRE_MESSAGE(problems.empty(), problems.front().message);
  return read.all.front();
}

HttpCall call_of(const std::string& text, const NotificationRecord& of = notification()) {
  auto made = make_outgoing(receiver(text), of, parts, Time{} + std::chrono::seconds(100));
  REQUIRE_MESSAGE(made, made.error().message);
  return std::get<HttpCall>(made->call);
}

TEST_CASE("an event has what expressions of receivers are promised, and no more") {
  JsonObject event = notification().event;
  event.set("url", Json());
  for (const auto& [name, type] : notification_fields()) CHECK(event.find(name) != nullptr);
  CHECK(event.size() == notification_fields().size());
}

TEST_CASE("a webhook is signed as the specification says") {
  // The example of the Standard Webhooks specification.
  CHECK(webhook_signature("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek",
                          1614265330, R"({"test": 2432232314})") ==
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
  const HttpCall call = call_of("{webhook: {url: http://x/, secret: \"${{ secrets.KEY }}\"}}");
  CHECK(*call.headers.find("webhook-id") == "msg_abc");
  CHECK(*call.headers.find("webhook-timestamp") == "100");
  CHECK(*call.headers.find("webhook-signature") ==
        webhook_signature("https://secret.example.org/KEY", "msg_abc", 100, call.body));
  CHECK(call.redirects_max == 0);
  const auto body = parse_json(call.body);
  REQUIRE(body);
  CHECK(*body->find("type")->string() == "run.failed");
  CHECK(*body->find("data")->find("url")->string() == "https://gears.example.org/api/v1/runs/0123");
}

TEST_CASE("without a secret a webhook has an id and no signature") {
  const HttpCall call = call_of("{webhook: {url: http://x/}}");
  CHECK(call.headers.find("webhook-id") != nullptr);
  CHECK(call.headers.find("webhook-signature") == nullptr);
}

TEST_CASE("what is absent of an event is an empty text in a template") {
  const HttpCall call = call_of(
      "{webhook: {url: http://x/, content_type: text/plain}, template: \"${{ event.run }}"
      "<${{ event.trigger }}>${{ event.seconds }}\"}");
  CHECK(call.body == "flights/12<>75.0");
  CHECK(*call.headers.find("Content-Type") == "text/plain");
}

TEST_CASE("a template of JSON must give JSON whatever an error says") {
  const std::string careless =
      "{webhook: {url: http://x/}, template: '{\"a\": \"${{ event.error }}\"}'}";
  const std::string careful =
      "{webhook: {url: http://x/}, template: '{\"a\": ${{ to_json(event.error) }}}'}";
  const NotificationRecord hostile = notification("say \"no\"\nand more");
  const auto refused = make_outgoing(receiver(careless), hostile, parts, Time{});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Errc::invalid);
  CHECK(*parse_json(call_of(careful, hostile).body)->find("a")->string() == "say \"no\"\nand more");
}

TEST_CASE("a chat's own marks cannot come from an event") {
  const NotificationRecord hostile = notification("<!channel> & <http://evil|here>");
  for (const char* const text :
       {"{slack: {url: \"${{ secrets.CHAT }}\"}}",
        "{slack: {url: \"${{ secrets.CHAT }}\"}, template: \"*oh*: ${{ event.error }}\"}"}) {
    const HttpCall call = call_of(text, hostile);
    CHECK(call.url == "https://secret.example.org/CHAT");
    const auto body = parse_json(call.body);
    REQUIRE(body);
    const std::string& said = *body->find("text")->string();
    CHECK(said.find("&lt;!channel&gt; &amp; &lt;http://evil|here&gt;") != std::string::npos);
    CHECK(said.find("<!") == std::string::npos);
  }
}

TEST_CASE("a mail has the usual subject and text, or its own") {
  const auto mail = [](const std::string& more) {
    auto made = make_outgoing(
        receiver("{mail: {server: s, from: Gears <a@example.org>, to: b@example.org}" + more + "}"),
        notification(), parts, Time{});
    REQUIRE_MESSAGE(made, made.error().message);
    return std::get<SmtpCall>(made->call);
  };
  const SmtpCall usual = mail("");
  CHECK(usual.from == "a@example.org");
  CHECK(usual.to == std::vector<std::string>{"b@example.org"});
  CHECK(usual.encryption == SmtpEncryption::starttls);
  CHECK(usual.message.find("Subject: flights/12 failed\r\n") != std::string::npos);
  CHECK(usual.message.find("Message-ID: <abc@example.org>\r\n") != std::string::npos);
  const SmtpCall own = mail(", subject: \"${{ event.task }}\", template: \"${{ event.error }}\"");
  CHECK(own.message.find("Subject: train\r\n") != std::string::npos);
  CHECK(own.message.ends_with("\r\n\r\n" + base64("exit code 3\r\n") + "\r\n"));
}

TEST_CASE("secrets that were used are known, so that answers can be cleaned of them") {
  auto made = make_outgoing(receiver("{slack: {url: \"${{ secrets.CHAT }}\"}}"), notification(),
                            parts, Time{});
  REQUIRE(made);
  CHECK(made->secrets == std::vector<std::string>{"https://secret.example.org/CHAT"});
  const auto gone = make_outgoing(receiver("{slack: {url: \"${{ secrets.GONE }}\"}}"),
                                  notification(), parts, Time{});
  REQUIRE_FALSE(gone);
  CHECK(gone.error().message.find("the secret GONE is not set") != std::string::npos);
}

TEST_CASE("the usual text has a line for each fact that there is") {
  CHECK(usual_text(notification().event) ==
        "flights/12 failed after 1m15s.\n\n"
        "task      train\n"
        "cause     exit\n"
        "error     exit code 3\n"
        "for       1970-01-01T00:00:00.000Z\n"
        "started   1970-01-01T00:00:00.000Z\n"
        "ended     1970-01-01T00:01:15.000Z\n");
}

}  // namespace
}  // namespace gt
