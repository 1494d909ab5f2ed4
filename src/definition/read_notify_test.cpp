#include "definition/read_notify.h"

#include <doctest/doctest.h>

#include "definition/read_pipeline.h"

namespace gt {
namespace {

constexpr const char* steps = "steps: {a: {run: x}}\n";

struct ReadReceivers {
  Receivers receivers;
  Problems problems;
};

ReadReceivers read(const std::string& text) {
  ReadReceivers done;
  done.receivers = read_receivers(parse_yaml(text, done.problems), done.problems);
  return done;
}

/// "line:column message" of each.
std::vector<std::string> told(const Problems& problems) {
  std::vector<std::string> all;
  for (const Problem& one : problems)
    all.push_back(fmt::format("{}:{} {}", one.position.line, one.position.column, one.message));
  return all;
}

std::vector<std::string> problems_of(const std::string& receiver) {
  return told(read("receivers: {team: " + receiver + "}\n").problems);
}

ReadResult read_with(const std::string& pipeline, const std::vector<FileText>& files) {
  return read_pipeline(pipeline, "pipeline.yaml", named_files("pipeline.yaml", files));
}

TEST_CASE("receivers are read with what they do not say") {
  const auto [receivers, problems] = read(
      "receivers:\n"
      "  hook: {webhook: {url: \"https://x/${{ event.pipeline }}\", secret: \"${{ secrets.A "
      "}}\"}}\n"
      "  chat: {slack: {url: \"${{ secrets.CHAT }}\"}, template: \"${{ event.run }}\"}\n"
      "  ops: {mail: {server: smtp.example.org, tls: tls, from: a@b, to: [c@d, E <e@f>]}}\n"
      "default: [{on: failed, to: [hook, ops]}]\n");
  CHECK(told(problems) == std::vector<std::string>());
  REQUIRE(receivers.all.size() == 3);
  CHECK(std::get<WebhookReceiver>(receivers.find("hook")->way).secret.has_value());
  CHECK(receivers.find("chat")->text->source() == "${{ event.run }}");
  const auto& mail = std::get<MailReceiver>(receivers.find("ops")->way);
  CHECK(mail.port == 465);
  CHECK(mail.to == std::vector<std::string>{"c@d", "E <e@f>"});
  CHECK(receivers.find("nobody") == nullptr);
  REQUIRE(receivers.defaults.size() == 1);
  CHECK(receivers.defaults[0].to == std::vector<std::string>{"hook", "ops"});
  CHECK(read("").receivers.all.empty());
}

TEST_CASE("a credential that stands in the file is refused, and not shown") {
  for (const char* const receiver :
       {"{webhook: {url: http://x/, secret: hunter2}}", "{slack: {url: https://hunter2/}}",
        "{mail: {server: s, user: u, password: hunter2, from: a@b, to: c@d}}"}) {
    const auto found = read(fmt::format("receivers: {{team: {}}}\n", receiver)).problems;
    REQUIRE(found.size() == 1);
    CHECK(found[0].message.find("stands in the file") != std::string::npos);
    CHECK(found[0].message.find("hunter2") == std::string::npos);
  }
}

TEST_CASE("a password is not sent in the clear, but on this machine") {
  const auto mail = [](const char* server) {
    return problems_of(fmt::format(
        "{{mail: {{server: {}, tls: none, user: u, password: \"${{{{ secrets.P }}}}\", from: a@b, "
        "to: c@d}}}}",
        server));
  };
  CHECK(mail("127.0.0.1").empty());
  CHECK(mail("smtp.example.org") ==
        std::vector<std::string>{
            "1:83 `password` with `tls: none`: anybody on the way could read it"});
}

TEST_CASE("what is wrong with a receiver is told at its place") {
  CHECK(problems_of("{}") ==
        std::vector<std::string>{"1:19 receiver `team` does not say how it is told"});
  CHECK(problems_of("{webhook: {url: ftp://x/}}")[0].starts_with("1:35 `url` is no address"));
  CHECK(problems_of("{webhook: {url: http://x/, headers: {Webhook-Id: a}}}") ==
        std::vector<std::string>{"1:56 `Webhook-Id` cannot be set"});
  CHECK(problems_of("{mail: {server: s, from: \"a@b\\r\\nBcc: c@d\", to: c@d}}")[0].starts_with(
      "1:44 `a@b\\r\\nBcc: c@d` is no address for mail"));
  CHECK(problems_of("{webhook: {url: http://x/}, template: \"${{ secrets.A }}\"}")[0].starts_with(
      "1:62 `secrets` cannot be used in `template`"));
  CHECK(problems_of("{webhook: {url: http://x/}, subject: a}") ==
        std::vector<std::string>{"1:56 `subject` beside `webhook`"});
  CHECK(problems_of("{webhook: {url: http://x/}, template: \"${{ event.ran }}\"}").size() == 1);
}

TEST_CASE("a pipeline has the rules of the project, or its own") {
  const std::vector<FileText> files = {
      {receivers_file,
       "receivers: {team: {webhook: {url: http://x/}}}\ndefault: [{on: failed, to: team}]\n"}};
  const ReadResult project = read_with(steps, files);
  REQUIRE(project.pipeline);
  REQUIRE(project.pipeline->notify.size() == 1);
  CHECK(is_about(project.pipeline->notify[0], NotificationKind::failed));
  // A run keeps who was to be told.
  REQUIRE(project.named.size() == 1);
  const ReadResult own = read_with(std::string("notify: []\n") + steps, files);
  REQUIRE(own.pipeline);
  CHECK(own.pipeline->notify.empty());
}

TEST_CASE("a receiver that nobody knows is told where it is named") {
  const std::string pipeline = std::string("notify: [{on: failed, to: teem}]\n") + steps;
  CHECK(told(read_with(pipeline, {}).problems) ==
        std::vector<std::string>{
            "1:27 receiver `teem` is not there: the project has no receivers.yaml"});
  const ReadResult near =
      read_with(pipeline, {{receivers_file, "receivers: {team: {webhook: {url: http://x/}}}\n"}});
  REQUIRE(near.problems.size() == 1);
  CHECK(near.problems[0].hint == "did you mean `team`?");
}

TEST_CASE("a rule names what is told, each once") {
  CHECK(told(read_with(std::string("notify: [{on: [fail, failed, failed], to: [a, a]}]\n") + steps,
                       {{receivers_file, "receivers: {a: {webhook: {url: http://x/}}}\n"}})
                 .problems) == std::vector<std::string>{"1:16 `on` is `fail`",
                                                        "1:30 `on` names `failed` twice",
                                                        "1:47 `to` names `a` twice"});
}

TEST_CASE("who wants to hear of successes hears of recoveries, and not the other way round") {
  const NotifyRule successes{.on = {NotificationKind::succeeded}, .to = {}};
  const NotifyRule recoveries{.on = {NotificationKind::recovered}, .to = {}};
  CHECK(is_about(successes, NotificationKind::recovered));
  CHECK_FALSE(is_about(recoveries, NotificationKind::succeeded));
}

}  // namespace
}  // namespace gt
