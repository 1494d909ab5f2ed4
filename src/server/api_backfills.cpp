#include "run/backfill_change.h"
#include "server/answers.h"
#include "server/api_handlers.h"
#include "view/backfill_view.h"

namespace gt {

namespace {

constexpr std::int64_t page_backfills = 50, page_backfills_max = 1000;
constexpr std::int64_t max_active_max = 1000;

Result<BackfillId> id_of_path(const ApiCall& call, Transaction& reader) {
  return TRY(BackfillStore().find(reader, call.name(0))).id;
}

Answer backfill_answer(const ApiCall& call, int status, BackfillId id) {
  auto reader = TRY(call.parts.database.begin_read());
  RunStore runs;
  return json_answer(status, backfill_json(TRY(find_backfill(runs, reader, id))));
}

using Change = Result<BackfillRecord> (*)(Transaction& writer, BackfillId id);

Answer change(const ApiCall& call, Change by) {
  TRY(check_query(call.request, {}));
  const JsonObject body = TRY(body_of(call.request));
  TRY(check_members(body, {}));
  auto writer = TRY(call.parts.database.begin_write());
  const BackfillId id = TRY(id_of_path(call, writer));
  TRY(by(writer, id));
  TRY(writer.commit());
  // Its driver, or whoever takes it up.
  call.parts.database.ring_engines();
  return backfill_answer(call, 202, id);
}

}  // namespace

Answer create_backfill(const ApiCall& call) {
  TRY(check_query(call.request, {}));
  const JsonObject body = TRY(body_of(call.request));
  TRY(check_members(body, {"trigger", "from", "to", "rerun", "reverse", "max_active", "params"}));
  AskedBackfill asked;
  asked.pipeline = call.name(0);
  asked.by = call.caller.name;
  asked.trigger = TRY(text_member(body, "trigger"));
  asked.from = TRY(text_member(body, "from"));
  asked.to = TRY(text_member(body, "to"));
  asked.rerun = TRY(text_member(body, "rerun"));
  asked.reverse = TRY(flag_member(body, "reverse"));
  if (const Json* const most = body.find("max_active"); most && !most->is_null()) {
    const std::int64_t* const number = most->integer();
    if (number == nullptr || *number < 1 || *number > max_active_max)
      return error(Errc::invalid, "max_active is no whole number from 1 to {}", max_active_max);
    asked.max_active = *number;
  }
  if (const Json* const params = body.find("params"); params && !params->is_null()) {
    if (params->object() == nullptr) return error(Errc::invalid, "params is not an object");
    asked.params = *params->object();
  }
  const ShownBackfill made = TRY(call.parts.desk.backfill(std::move(asked)));
  HttpResponse answer = json_answer(201, backfill_json(made));
  answer.headers.add("Location", fmt::format("/api/v1/backfills/{}", made.backfill.id));
  return answer;
}

Answer list_backfills(const ApiCall& call) {
  TRY(check_query(call.request, {"pipeline", "limit"}));
  std::optional<std::string> pipeline;
  if (const std::string* const name = call.request.target.parameter("pipeline")) pipeline = *name;
  const auto limit = static_cast<std::size_t>(
      TRY(number_parameter(call.request, "limit", page_backfills, 1, page_backfills_max)));
  auto reader = TRY(call.parts.database.begin_read());
  JsonList list;
  for (const BackfillRecord& one : TRY(BackfillStore().list(reader, pipeline, limit)))
    list.emplace_back(backfill_summary_json(one, TRY(BackfillStore().counts(reader, one.id))));
  return json_answer(200, JsonObject{{"backfills", std::move(list)}});
}

Answer get_backfill(const ApiCall& call) {
  TRY(check_query(call.request, {}));
  BackfillId id = 0;
  {
    auto reader = TRY(call.parts.database.begin_read());
    id = TRY(id_of_path(call, reader));
  }
  return backfill_answer(call, 200, id);
}

Answer pause_backfill(const ApiCall& call) {
  return change(call,
                [](Transaction& writer, BackfillId id) { return pause_backfill(writer, id); });
}

Answer resume_backfill(const ApiCall& call) {
  return change(call,
                [](Transaction& writer, BackfillId id) { return resume_backfill(writer, id); });
}

Answer cancel_backfill(const ApiCall& call) {
  return change(call, [](Transaction& writer, BackfillId id) -> Result<BackfillRecord> {
    RunStore runs;
    return TRY(cancel_backfill(writer, runs, id, CancelMode::terminate)).backfill;
  });
}

}  // namespace gt
