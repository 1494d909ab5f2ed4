#include "server/webhook.h"

#include <doctest/doctest.h>

#include "base/digest.h"
#include "base/hmac.h"

namespace gt {
namespace {

const Time now = from_microseconds(1'796'000'000'000'000);
const std::string body = R"({"ref": "refs/heads/main"})";

Result<WebhookCall> read(WebhookForm form, HttpHeaders headers, std::string_view text = body) {
  return read_webhook(form, "word", headers, text, now);
}

std::string own_signature(Duration from_now, const std::string& secret = "word") {
  const auto seconds =
      std::chrono::duration_cast<std::chrono::seconds>((now + from_now).time_since_epoch()).count();
  return fmt::format("t={},v1={}", seconds,
                     hmac_sha256(secret, fmt::format("{}.{}", seconds, body)).hex());
}

TEST_CASE("GitHub's calls are signed over the body, as its documentation has the example") {
  const auto call =
      read_webhook(WebhookForm::github, "It's a Secret to Everybody",
                   {{"X-Hub-Signature-256",
                     "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"}},
                   "Hello, World!", now);
  REQUIRE_FALSE(call.ok());
  CHECK_MESSAGE(call.error().code == Errc::invalid, "the signature fits, but that is no JSON");
  const std::string signature = "sha256=" + hmac_sha256("word", body).hex();
  const auto push = read(WebhookForm::github, {{"X-Hub-Signature-256", signature},
                                               {"X-GitHub-Event", "push"},
                                               {"X-GitHub-Delivery", "72d3162e"}});
  REQUIRE(push.ok());
  CHECK(push->kind == "push");
  CHECK(push->delivery == "72d3162e");
  CHECK(*push->body.find("ref")->string() == "refs/heads/main");
  const auto again = read(WebhookForm::github,
                          {{"X-Hub-Signature-256", signature}, {"X-GitHub-Delivery", "another"}});
  CHECK_MESSAGE(again->name == push->name, "what is not signed makes no other call of it");
}

TEST_CASE("GitLab's calls show the secret itself") {
  const auto call = read(
      WebhookForm::gitlab,
      {{"X-Gitlab-Token", "word"}, {"X-Gitlab-Event", "Push Hook"}, {"X-Gitlab-Event-UUID", "1"}});
  REQUIRE(call.ok());
  CHECK(call->kind == "Push Hook");
  CHECK(call->name != read(WebhookForm::gitlab, {{"X-Gitlab-Token", "word"}})->name);
}

TEST_CASE("our own calls are signed over the time and the body") {
  const auto call = read(WebhookForm::geartrain, {{"Geartrain-Signature", own_signature({})}});
  REQUIRE(call.ok());
  const std::string padded = " " + own_signature({}) + " , v0=x";
  CHECK(read(WebhookForm::geartrain, {{"Geartrain-Signature", padded}})->name == call->name);
}

TEST_CASE("a call that does not know the secret, or comes at another time, is denied") {
  const std::string mac = hmac_sha256("word", body).hex();
  const std::string other_mac = hmac_sha256("other", body).hex();
  const std::string old = own_signature(-webhook_time_tolerance - std::chrono::seconds(1));
  const std::string early = own_signature(webhook_time_tolerance + std::chrono::seconds(1));
  const std::pair<WebhookForm, HttpHeaders> wrong[] = {
      {WebhookForm::github, {}},
      {WebhookForm::github, {{"X-Hub-Signature-256", mac}}},
      {WebhookForm::github, {{"X-Hub-Signature-256", "sha256=" + other_mac}}},
      {WebhookForm::github, {{"X-Hub-Signature-256", "sha256="}}},
      {WebhookForm::gitlab, {}},
      {WebhookForm::gitlab, {{"X-Gitlab-Token", "wor"}}},
      {WebhookForm::geartrain, {}},
      {WebhookForm::geartrain, {{"Geartrain-Signature", "v1=" + mac}}},
      {WebhookForm::geartrain, {{"Geartrain-Signature", "t=now,v1=" + mac}}},
      {WebhookForm::geartrain, {{"Geartrain-Signature", "t=99999999999999999999,v1=" + mac}}},
      {WebhookForm::geartrain, {{"Geartrain-Signature", own_signature({}, "other")}}},
      {WebhookForm::geartrain, {{"Geartrain-Signature", old}}},
      {WebhookForm::geartrain, {{"Geartrain-Signature", early}}},
  };
  for (const auto& [form, headers] : wrong) {
    const auto call = read(form, headers);
    REQUIRE_FALSE(call.ok());
    CHECK(call.error().code == Errc::denied);
  }
  const auto changed = read(WebhookForm::github, {{"X-Hub-Signature-256", "sha256=" + mac}},
                            R"({"ref": "refs/heads/other"})");
  CHECK(changed.error().code == Errc::denied);
}

}  // namespace
}  // namespace gt
