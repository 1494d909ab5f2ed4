#include "base/digest.h"
#include "base/text.h"
#include "server/answers.h"
#include "server/api_handlers.h"
#include "view/json_shapes.h"
#include "view/place_wait.h"
#include "view/run_view.h"

namespace gt {

namespace {

constexpr std::int64_t page_runs = 50, page_runs_max = 1000;
constexpr std::size_t etag_digits = 32;

/// With what is not of the record: who drives it, and what it waits for.
Result<JsonObject> with_present(const ApiCall& call, Transaction& reader, PlaceWaits& waits,
                                const RunRecord& run, JsonObject shape) {
  const bool is_driven_now = TRY(is_driven(call.parts.database, run));
  shape.set("driven", is_driven_now);
  const auto before = TRY(waits.before(reader, run));
  shape.set("waits_for", run_names_json(before));
  return shape;
}

Result<RunFilter> filter_of(const ApiCall& call, Transaction& reader) {
  const HttpTarget& target = call.request.target;
  TRY(check_query(call.request, {"pipeline", "state", "trigger", "batch", "limit", "cursor"}));
  const auto text = [&](const char* name) {
    const std::string* const value = target.parameter(name);
    return value == nullptr ? std::nullopt : std::optional(*value);
  };
  RunFilter filter{.pipeline = text("pipeline"), .state = {}};
  filter.trigger = text("trigger");
  filter.batch = text("batch");
  if (const auto state = text("state")) {
    filter.state = parse_run_state(*state);
    if (!filter.state)
      return Error{Errc::invalid,
                   fmt::format("there is no run state {}", shell_quoted(printable(*state))),
                   "states are queued, running, paused, succeeded, failed, cancelled"};
  }
  filter.limit = static_cast<std::size_t>(
      TRY(number_parameter(call.request, "limit", page_runs, 1, page_runs_max)));
  if (const auto cursor = text("cursor")) {
    const bool is_id = cursor->size() == 32;
    auto last = is_id ? RunStore().find(reader, *cursor)
                      : Result<RunRecord>(error(Errc::not_found, "it is too short"));
    if (!last) return error(Errc::invalid, "the cursor is none that a list of runs gave");
    filter.before = last->id;
  }
  return filter;
}

/// Of RFC 9110, 13.1.2: a list of tags, or a star.
bool names_tag(const std::string& field, std::string_view tag) {
  for (const std::string_view part : split(field, ',')) {
    std::string_view one = trim(part);
    if (one.starts_with("W/")) one.remove_prefix(2);
    if (one == tag || one == "*") return true;
  }
  return false;
}

HttpResponse answer_with(int status, ShownRun shown) {
  HttpResponse answer = json_text_answer(status, std::move(shown.text));
  answer.headers.add("ETag", std::move(shown.etag));
  return answer;
}

}  // namespace

Result<RunRecord> run_of_path(const ApiCall& call, Transaction& reader) {
  auto run = RunStore().find(reader, call.name(0));
  if (!run && run.error().code == Errc::invalid)
    return Error{Errc::not_found, run.error().message, run.error().hint};
  return run;
}

Result<ShownRun> show_run(const ApiCall& call, Transaction& reader, const RunRecord& run) {
  RunStore runs;
  const RunView view = TRY(RunView::load(runs, reader, run));
  JsonObject shape = TRY(run_json(view));
  PlaceWaits waits(runs);
  shape = TRY(with_present(call, reader, waits, run, std::move(shape)));
  ShownRun shown{compact_json(std::move(shape)) + "\n", {}};
  shown.etag = fmt::format("\"{}\"", sha256(shown.text).hex().substr(0, etag_digits));
  return shown;
}

Answer run_answer(const ApiCall& call, int status, RunId run) {
  auto reader = TRY(call.parts.database.begin_read());
  const RunRecord now = TRY(RunStore().get(reader, run));
  return answer_with(status, TRY(show_run(call, reader, now)));
}

Answer get_run(const ApiCall& call) {
  TRY(check_query(call.request, {}));
  auto reader = TRY(call.parts.database.begin_read());
  const RunRecord run = TRY(run_of_path(call, reader));
  ShownRun shown = TRY(show_run(call, reader, run));
  const std::string* const known = call.request.headers.find("If-None-Match");
  if (known != nullptr && names_tag(*known, shown.etag))
    return HttpResponse{.status = 304, .headers = {{"ETag", shown.etag}}, .body = {}};
  return answer_with(200, std::move(shown));
}

Answer list_runs(const ApiCall& call) {
  auto reader = TRY(call.parts.database.begin_read());
  RunFilter filter = TRY(filter_of(call, reader));
  const std::size_t limit = filter.limit++;
  auto runs = TRY(RunStore().list(reader, filter));
  const bool has_more = runs.size() > limit;
  if (has_more) runs.pop_back();
  RunStore store;
  PlaceWaits waits(store);
  JsonList list;
  for (const RunRecord& run : runs) {
    JsonObject shape = TRY(with_present(call, reader, waits, run, run_summary_json(run)));
    list.emplace_back(std::move(shape));
  }
  return json_answer(200, JsonObject{{"runs", std::move(list)},
                                     {"next_cursor", has_more ? Json(runs.back().uuid) : Json()}});
}

}  // namespace gt
