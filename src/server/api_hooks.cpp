#include <algorithm>

#include "base/text.h"
#include "server/answers.h"
#include "server/api_handlers.h"
#include "server/webhook.h"

namespace gt {

namespace {

/// GitHub tries out whether there is anybody.
bool is_ping(WebhookForm form, const WebhookCall& call) {
  return form == WebhookForm::github && call.kind == "ping";
}

Result<WebhookRule> rule_of(const ApiCall& call) {
  const auto pipelines = call.parts.desk.pipelines();
  const auto found = pipelines->find(call.name(0));
  if (found != pipelines->end())
    for (const Trigger& trigger : found->second->pipeline->triggers)
      if (const auto* const rule = std::get_if<WebhookRule>(&trigger.rule);
          rule != nullptr && trigger.name == call.name(1))
        return *rule;
  return error(Errc::not_found, "no trigger {} of a pipeline {} takes calls",
               shell_quoted(printable(call.name(1))), shell_quoted(printable(call.name(0))));
}

HttpResponse answer_of(const CallAnswer& heard) {
  const bool is_begun = heard.outcome == "begun";
  return json_answer(is_begun ? 202 : 200,
                     JsonObject{{"outcome", heard.outcome},
                                {"reason", heard.reason.empty() ? Json() : Json(heard.reason)},
                                {"run", heard.run ? Json(heard.run->name()) : Json()}});
}

}  // namespace

Answer call_trigger(const ApiCall& call) {
  TRY(check_query(call.request, {}));
  const WebhookRule rule = TRY(rule_of(call));
  auto secret = call.parts.desk.secret(rule.secret);
  if (!secret) return problem_of({Errc::unavailable, secret.error().message, secret.error().hint});
  auto heard = read_webhook(rule.form, *secret, call.request.headers, call.request.body,
                            call.parts.clock.now());
  if (!heard) return problem_of(heard.error(), heard.error().code == Errc::denied ? 401 : 400);
  if (is_ping(rule.form, *heard)) return answer_of({.outcome = "ignored"});
  return answer_of(TRY(call.parts.desk.call({.pipeline = call.name(0),
                                             .trigger = call.name(1),
                                             .name = std::move(heard->name),
                                             .kind = std::move(heard->kind),
                                             .delivery = std::move(heard->delivery),
                                             .body = std::move(heard->body)})));
}

}  // namespace gt
