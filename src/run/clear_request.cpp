#include "run/clear_request.h"

namespace gt {

namespace {

bool is_true(const Json* json) { return json && json->boolean() && *json->boolean(); }

}  // namespace

std::optional<TaskState> parse_mark(std::string_view text) {
  const auto state = parse_task_state(text);
  if (state != TaskState::succeeded && state != TaskState::failed) return std::nullopt;
  return state;
}

JsonObject to_json(const ClearRequest& request) {
  JsonList tasks;
  for (const std::string& path : request.tasks) tasks.emplace_back(path);
  JsonObject shape{{"tasks", std::move(tasks)},
                   {"downstream", request.downstream},
                   {"only_failed", request.only_failed},
                   {"by", request.by}};
  if (request.mark) {
    shape.set("mark", to_text(request.mark->as));
    shape.set("comment", request.mark->comment);
  }
  return shape;
}

Result<ClearRequest> parse_clear_request(const Json& json) {
  const Json* const tasks = json.find("tasks");
  const Json* const by = json.find("by");
  if (!tasks || !tasks->list() || !by || !by->string())
    return error(Errc::internal, "the database has a damaged record of a request");
  ClearRequest request;
  for (const Json& path : *tasks->list())
    if (path.string()) request.tasks.push_back(*path.string());
  request.downstream = is_true(json.find("downstream"));
  request.only_failed = is_true(json.find("only_failed"));
  request.by = *by->string();
  const Json* const mark = json.find("mark");
  const Json* const comment = json.find("comment");
  if (const auto as = mark && mark->string() ? parse_mark(*mark->string()) : std::nullopt)
    request.mark = MarkWish{*as, comment && comment->string() ? *comment->string() : ""};
  return request;
}

}  // namespace gt
