#include "server/api.h"

#include <algorithm>

#include "base/text.h"
#include "server/answers.h"
#include "server/api_handlers.h"
#include "server/artifact_upload.h"
#include "server/mlflow_answers.h"
#include "server/mlflow_routes.h"

namespace gt {

namespace {

constexpr Route routes[] = {
    {HttpMethod::get, "/health", std::nullopt, answer_health},
    {HttpMethod::get, "/ready", std::nullopt, answer_ready},
    {HttpMethod::get, "/metrics", AccessScope::read, answer_metrics},
    {HttpMethod::get, "/api/v1/openapi.json", std::nullopt, answer_openapi},
    {HttpMethod::get, "/api/v1/pipelines", AccessScope::read, list_pipelines},
    {HttpMethod::get, "/api/v1/pipelines/{pipeline}", AccessScope::read, get_pipeline},
    {HttpMethod::post, "/api/v1/pipelines/{pipeline}/pause", AccessScope::run, pause_pipeline},
    {HttpMethod::post, "/api/v1/pipelines/{pipeline}/resume", AccessScope::run, resume_pipeline},
    {HttpMethod::post, "/api/v1/pipelines/{pipeline}/backfills", AccessScope::run, create_backfill},
    {HttpMethod::get, "/api/v1/backfills", AccessScope::read, list_backfills},
    {HttpMethod::get, "/api/v1/backfills/{backfill}", AccessScope::read, get_backfill},
    {HttpMethod::post, "/api/v1/backfills/{backfill}/pause", AccessScope::run, pause_backfill},
    {HttpMethod::post, "/api/v1/backfills/{backfill}/resume", AccessScope::run, resume_backfill},
    {HttpMethod::post, "/api/v1/backfills/{backfill}/cancel", AccessScope::run, cancel_backfill},
    {HttpMethod::post, "/api/v1/pipelines/{pipeline}/runs", AccessScope::run, create_run},
    // Who calls shows that it knows the trigger's secret.
    {HttpMethod::post, "/api/v1/hooks/{pipeline}/{trigger}", std::nullopt, call_trigger},
    // Each needs the scope of the command, too.
    {HttpMethod::post, "/api/v1/commands", AccessScope::read, create_command},
    {HttpMethod::get, "/api/v1/commands/{command}/output", AccessScope::read, command_output},
    {HttpMethod::post, "/api/v1/commands/{command}/interrupt", AccessScope::read,
     interrupt_command},
    {HttpMethod::get, "/api/v1/projects", AccessScope::read, list_projects},
    {HttpMethod::get, "/api/v1/projects/{project}", AccessScope::read, get_project},
    {HttpMethod::delete_, "/api/v1/projects/{project}", AccessScope::admin, remove_project},
    {HttpMethod::post, "/api/v1/projects/{project}/git/look", AccessScope::run, look_at_git},
    // Who calls shows that it knows the secret.
    {HttpMethod::post, "/api/v1/git-hooks/{project}", std::nullopt, call_git_hook},
    {HttpMethod::put, "/api/v1/projects/{project}/active", AccessScope::admin, activate_version},
    {HttpMethod::get, "/api/v1/projects/{project}/versions", AccessScope::read, list_versions},
    {HttpMethod::post, "/api/v1/projects/{project}/versions", AccessScope::admin, add_version},
    {HttpMethod::post, "/api/v1/projects/{project}/files", AccessScope::admin, put_files},
    {HttpMethod::put, "/api/v1/projects/{project}/files/{digest}", AccessScope::admin, put_file},
    {HttpMethod::get, "/api/v1/runs", AccessScope::read, list_runs},
    {HttpMethod::get, "/api/v1/runs/{run}", AccessScope::read, get_run},
    {HttpMethod::post, "/api/v1/runs/{run}/cancel", AccessScope::run, cancel_run},
    {HttpMethod::post, "/api/v1/runs/{run}/pause", AccessScope::run, pause_run},
    {HttpMethod::post, "/api/v1/runs/{run}/resume", AccessScope::run, resume_run},
    {HttpMethod::post, "/api/v1/runs/{run}/retry", AccessScope::run, retry_run},
    {HttpMethod::post, "/api/v1/runs/{run}/clear", AccessScope::run, clear_tasks},
    {HttpMethod::post, "/api/v1/runs/{run}/mark", AccessScope::run, mark_tasks},
    {HttpMethod::post, "/api/v1/runs/{run}/approve", AccessScope::run, decide_approval},
    {HttpMethod::get, "/api/v1/runs/{run}/events", AccessScope::read, stream_run_events},
    {HttpMethod::get, "/api/v1/runs/{run}/tasks/{task}/log", AccessScope::read, get_log},
    {HttpMethod::get, "/api/v1/assets", AccessScope::read, list_assets},
    {HttpMethod::get, "/api/v1/assets/{asset}", AccessScope::read, get_asset},
    {HttpMethod::get, "/api/v1/assets/{asset}/updates", AccessScope::read, list_asset_updates},
    {HttpMethod::post, "/api/v1/assets/{asset}/updates", AccessScope::run, update_asset},
    {HttpMethod::get, "/api/v1/firings", AccessScope::read, list_firings},
    {HttpMethod::get, "/api/v1/events", AccessScope::read, stream_events},
    // What is secret of them is written, and never read.
    {HttpMethod::get, "/api/v1/connections", AccessScope::read, list_connections},
    {HttpMethod::get, "/api/v1/connections/{connection}", AccessScope::read, get_connection},
    {HttpMethod::put, "/api/v1/connections/{connection}", AccessScope::admin, put_connection},
    {HttpMethod::delete_, "/api/v1/connections/{connection}", AccessScope::admin,
     remove_connection},
    {HttpMethod::get, "/api/v1/variables", AccessScope::read, list_variables},
    {HttpMethod::get, "/api/v1/variables/{variable}", AccessScope::read, get_variable},
    {HttpMethod::put, "/api/v1/variables/{variable}", AccessScope::admin, put_variable},
    {HttpMethod::delete_, "/api/v1/variables/{variable}", AccessScope::admin, remove_variable},
    {HttpMethod::get, "/api/v1/notifications", AccessScope::read, list_notifications},
    {HttpMethod::get, "/api/v1/notifications/{notification}", AccessScope::read, get_notification},
    {HttpMethod::post, "/api/v1/notifications/{notification}/retry", AccessScope::run,
     retry_notification},
    {HttpMethod::delete_, "/api/v1/notifications/{notification}", AccessScope::run,
     drop_notification},
    {HttpMethod::get, "/api/v1/tokens", AccessScope::admin, list_tokens},
    {HttpMethod::post, "/api/v1/tokens", AccessScope::admin, create_token},
    {HttpMethod::delete_, "/api/v1/tokens/{token}", AccessScope::admin, revoke_token},
};

bool is_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

/// nullopt: the path is another one.
std::optional<std::vector<std::string>> match(std::string_view pattern, std::string_view path) {
  const auto wanted = split(pattern, '/'), given = split(path, '/');
  std::vector<std::string> names;
  std::size_t at = 0;
  for (const std::string_view part : wanted) {
    if (at >= given.size()) return std::nullopt;
    if (!part.starts_with('{')) {
      if (given[at++] != part) return std::nullopt;
      continue;
    }
    if (given[at].empty()) return std::nullopt;
    std::string name(given[at++]);
    if (part == "{run}" && at < given.size() && is_number(given[at]))
      name.append("/").append(given[at++]);
    names.push_back(std::move(name));
  }
  return at == given.size() ? std::optional(std::move(names)) : std::nullopt;
}

HttpResponse unauthorized(const Error& error) {
  HttpResponse answer = problem_of({Errc::denied, error.message, error.hint}, 401);
  answer.headers.add("WWW-Authenticate", "Bearer realm=\"geartrain\"");
  return answer;
}

HttpResponse mlflow_refusal(const Error& error) {
  return error.code == Errc::not_found ? mlflow_unauthorized(error) : mlflow_error(error);
}

/// Of who may reach one run only.
Result<void> check_reach(const Route& route, const std::vector<std::string>& names,
                         const Caller& caller, Database& database) {
  if (route.path.starts_with("/api/v1/runs/{run}")) {
    auto reader = TRY(database.begin_read());
    const auto run = RunStore().find(reader, names.front());
    if (run && run->uuid == caller.run) return {};
  }
  return error(Errc::denied, "the token of an attempt reaches its own run, and nothing else");
}

}  // namespace

std::span<const Route> api_routes() { return routes; }

struct Api::Answered {
  HttpResponse response;
  std::string_view route;
};

HttpResponse Api::answer(HttpRequest request) const {
  const Duration begun = parts_.clock.steady();
  if (request.method == HttpMethod::head) request.method = HttpMethod::get;
  auto [response, route] =
      is_mlflow_path(request.target.path) ? answer_mlflow(request) : find_and_answer(request);
  response.headers.add("X-Content-Type-Options", "nosniff");
  parts_.metrics.request(to_text(request.method), std::string(route), response.status,
                         parts_.clock.steady() - begun);
  return std::move(response);
}

Api::Answered Api::find_and_answer(const HttpRequest& request) const {
  std::vector<std::string> allowed;
  std::string_view near;
  for (const Route& route : routes) {
    auto names = match(route.path, request.target.path);
    if (!names) continue;
    if (route.method == request.method)
      return {answer_by(route, request, std::move(*names)), route.path};
    near = route.path;
    allowed.emplace_back(to_text(route.method));
    if (route.method == HttpMethod::get) allowed.emplace_back("HEAD");
  }
  if (allowed.empty())
    return {problem_of(error(Errc::not_found, "there is nothing at {}",
                             shell_quoted(printable(request.target.path)))),
            "none"};
  const std::string list = fmt::format("{}", fmt::join(allowed, ", "));
  HttpResponse answer = problem_of(error(Errc::invalid, "{} is not what {} takes: it takes {}",
                                         to_text(request.method), near, list),
                                   405);
  answer.headers.add("Allow", list);
  return {std::move(answer), near};
}

Result<Caller> Api::admit(const HttpRequest& request, std::optional<AccessScope> scope) const {
  AccessRules access = parts_.access;
  access.origins.port = port_;
  if (!scope) {
    TRY(check_origin(request, access.origins));
    return Caller{AccessScope::read, "anybody"};
  }
  Caller caller = TRY(caller_of(request, access, parts_.database, parts_.clock));
  if (caller.scope < *scope)
    return error(Errc::denied, "this needs the scope {}, and the token has {}", to_text(*scope),
                 to_text(caller.scope));
  return caller;
}

void Api::report(const HttpRequest& request, std::string_view route, const Error& error) const {
  if (error.code == Errc::internal && parts_.report)
    parts_.report(fmt::format("{} {}: {}", to_text(request.method), route, error.message));
}

HttpResponse Api::answer_by(const Route& route, const HttpRequest& request,
                            std::vector<std::string> names) const {
  auto admitted = admit(request, route.scope);
  if (!admitted)
    return admitted.error().code == Errc::not_found ? unauthorized(admitted.error())
                                                    : problem_of(admitted.error());
  Caller caller = *std::move(admitted);
  if (!caller.run.empty()) {
    if (const auto reached = check_reach(route, names, caller, parts_.database); !reached)
      return problem_of(reached.error());
  }
  auto answered = route.answer({parts_, request, std::move(caller), std::move(names)});
  if (answered) return *std::move(answered);
  report(request, route.path, answered.error());
  return problem_of(answered.error());
}

Api::Answered Api::answer_mlflow(const HttpRequest& request) const {
  std::string rest;
  const MlflowRoute* const route = find_mlflow_route(request, rest);
  if (route == nullptr) return {no_mlflow_endpoint(request), "mlflow"};
  auto admitted = admit(request, route->scope);
  if (!admitted) return {mlflow_refusal(admitted.error()), route->path};
  if (!admitted->run.empty())
    return {mlflow_error(error(Errc::denied, "the token of an attempt reaches its own run only")),
            route->path};
  const ApiCall call{parts_, request, *std::move(admitted), {std::move(rest)}};
  auto answered = answer_mlflow_call(*route, call);
  if (answered) return {*std::move(answered), route->path};
  report(request, route->path, answered.error());
  return {mlflow_error(answered.error()), route->path};
}

BodyPlan Api::plan_body(const HttpRequest& request) const {
  constexpr std::uint64_t usual_bytes_max = 1U << 20U;
  std::string rest;
  const MlflowRoute* const route =
      is_mlflow_path(request.target.path) ? find_mlflow_route(request, rest) : nullptr;
  if (route == nullptr || route->body == MlflowBody::usual) return {.bytes_max = usual_bytes_max};
  // Nobody fills the disk or the memory who may not.
  if (const auto admitted = admit(request, route->scope); !admitted)
    return {.refusal = mlflow_refusal(admitted.error())};
  if (route->body == MlflowBody::large)
    return {.bytes_max = static_cast<std::uint64_t>(mlflow_body_bytes_max)};
  return {.bytes_max = static_cast<std::uint64_t>(artifact_bytes_max),
          .sink = std::make_shared<ArtifactUpload>(parts_.home, parts_.entropy, parts_.clock)};
}

}  // namespace gt
