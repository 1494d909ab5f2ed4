#include "run/clear_request.h"

namespace gt {

namespace {

bool is_true(const Json* json) { return json && json->boolean() && *json->boolean(); }

}  // namespace

JsonObject to_json(const ClearRequest& request) {
  JsonList tasks;
  for (const std::string& path : request.tasks) tasks.emplace_back(path);
  return {{"tasks", std::move(tasks)},
          {"downstream", request.downstream},
          {"only_failed", request.only_failed},
          {"by", request.by}};
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
  return request;
}

}  // namespace gt
