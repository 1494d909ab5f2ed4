#include "base/text.h"
#include "run/project_git_store.h"
#include "server/answers.h"
#include "server/api_handlers.h"
#include "server/webhook.h"

namespace gt {

namespace {

Error follows_none(const std::string& project) {
  return error(Errc::not_found, "{} follows no repository that takes calls",
               shell_quoted(printable(project)));
}

std::optional<WebhookForm> form_of(const std::string& name) {
  for (const WebhookForm form : {WebhookForm::geartrain, WebhookForm::github, WebhookForm::gitlab})
    if (name == to_text(form)) return form;
  return std::nullopt;
}

}  // namespace

Answer look_at_git(const ApiCall& call) {
  TRY(check_query(call.request, {}));
  TRY(call.parts.projects.look_at_git(call.name(0)));
  return json_answer(202, JsonObject{{"project", call.name(0)}});
}

/// Who calls shows that it knows the secret; what it tells does not count, as the repository is
/// looked at anyhow.
Answer call_git_hook(const ApiCall& call) {
  TRY(check_query(call.request, {}));
  std::optional<ProjectGit> followed;
  {
    auto reader = TRY(call.parts.database.begin_read());
    followed = TRY(ProjectGitStore().find(reader, call.name(0)));
  }
  const auto form = followed ? form_of(followed->webhook) : std::nullopt;
  if (!form) return follows_none(call.name(0));
  auto secret = call.parts.desk.secret(followed->secret);
  if (!secret) return problem_of({Errc::unavailable, secret.error().message, secret.error().hint});
  const auto heard =
      read_webhook(*form, *secret, call.request.headers, call.request.body, call.parts.clock.now());
  if (!heard) return problem_of(heard.error(), heard.error().code == Errc::denied ? 401 : 400);
  TRY(call.parts.projects.look_at_git(call.name(0)));
  return json_answer(202, JsonObject{{"project", call.name(0)}});
}

}  // namespace gt
