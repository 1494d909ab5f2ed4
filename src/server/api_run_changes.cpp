#include <functional>

#include "base/text.h"
#include "calendar/written_time.h"
#include "server/answers.h"
#include "server/api_handlers.h"

namespace gt {

namespace {

constexpr std::size_t key_bytes_max = 255;

Result<Time> parse_instant(const std::string& text) {
  const auto written = parse_written_time(text);
  if (!written || !written->offset)
    return Error{Errc::invalid, "logical_date is no time with an offset",
                 "write it as 2026-11-23T06:00:00Z"};
  return Time(written->local.time_since_epoch() - *written->offset);
}

Result<RunOptions> options_of(const JsonObject& body) {
  RunOptions options;
  options.only = TRY(texts_member(body, "only"));
  options.from = TRY(texts_member(body, "from"));
  options.refresh = TRY(texts_member(body, "refresh"));
  options.no_cache = TRY(flag_member(body, "no_cache"));
  if (const Json* const priority = body.find("priority"); priority && !priority->is_null()) {
    if (priority->integer() == nullptr) return error(Errc::invalid, "priority is no whole number");
    options.priority = *priority->integer();
  }
  return options;
}

/// Keys of one caller are apart from those of others.
Result<std::string> idempotency_key(const ApiCall& call) {
  const std::string* const key = call.request.headers.find("Idempotency-Key");
  if (key == nullptr) return std::string();
  if (key->empty() || key->size() > key_bytes_max)
    return error(Errc::invalid, "Idempotency-Key has 1 to {} bytes", key_bytes_max);
  return call.caller.name + "\n" + *key;
}

/// Whether the run is another one by now than the change is meant for.
Result<bool> is_stale(const ApiCall& call, Transaction& reader, const RunRecord& run) {
  const std::string* const wanted = call.request.headers.find("If-Match");
  if (wanted == nullptr || *wanted == "*") return false;
  return trim(*wanted) != TRY(show_run(call, reader, run)).etag;
}

using Change = std::function<Result<void>(RunDesk& desk, RunId run)>;
/// What a body asks for; errors are about the body.
using ReadChange = Result<Change> (*)(const ApiCall& call, const JsonObject& body);

Answer change_run(const ApiCall& call, const std::vector<std::string>& members, ReadChange read) {
  TRY(check_query(call.request, {}));
  const JsonObject body = TRY(body_of(call.request));
  TRY(check_members(body, members));
  const Change change = TRY(read(call, body));
  RunId id = 0;
  {
    auto reader = TRY(call.parts.database.begin_read());
    const RunRecord run = TRY(run_of_path(call, reader));
    if (TRY(is_stale(call, reader, run)))
      return problem_of(error(Errc::conflict, "the run is not any more as If-Match says"), 412);
    id = run.id;
  }
  TRY(change(call.parts.desk, id));
  return run_answer(call, 202, id);
}

}  // namespace

Answer create_run(const ApiCall& call) {
  TRY(check_query(call.request, {}));
  const JsonObject body = TRY(body_of(call.request));
  TRY(check_members(body,
                    {"params", "logical_date", "only", "from", "refresh", "no_cache", "priority"}));
  AskedRun asked{.pipeline = call.name(0), .params = {}};
  if (const Json* const params = body.find("params"); params && !params->is_null()) {
    if (params->object() == nullptr) return error(Errc::invalid, "params is not an object");
    asked.params = *params->object();
  }
  if (const auto date = TRY(text_member(body, "logical_date")))
    asked.logical_date = TRY(parse_instant(*date));
  asked.options = TRY(options_of(body));
  asked.idempotency_key = TRY(idempotency_key(call));
  const BegunRun begun = TRY(call.parts.desk.begin(std::move(asked)));
  HttpResponse answer = TRY(run_answer(call, 201, begun.run.id));
  answer.headers.add("Location", "/api/v1/runs/" + begun.run.uuid);
  if (begun.is_replay) answer.headers.add("Idempotency-Replayed", "true");
  return answer;
}

Answer cancel_run(const ApiCall& call) {
  return change_run(
      call, {"mode"}, [](const ApiCall& to, const JsonObject& body) -> Result<Change> {
        const std::string mode = TRY(text_member(body, "mode")).value_or("terminate");
        if (mode != "terminate" && mode != "kill")
          return error(Errc::invalid, "mode is terminate or kill");
        const CancelMode wanted = mode == "kill" ? CancelMode::kill : CancelMode::terminate;
        return Change([wanted, who = to.caller.name](RunDesk& desk, RunId run) {
          return desk.cancel(run, wanted, who);
        });
      });
}

Answer retry_run(const ApiCall& call) {
  return change_run(call, {}, [](const ApiCall& to, const JsonObject&) -> Result<Change> {
    return Change(
        [who = to.caller.name](RunDesk& desk, RunId run) { return desk.retry(run, who); });
  });
}

Answer pause_run(const ApiCall& call) {
  return change_run(call, {}, [](const ApiCall& to, const JsonObject&) -> Result<Change> {
    return Change(
        [who = to.caller.name](RunDesk& desk, RunId run) { return desk.pause(run, who); });
  });
}

Answer resume_run(const ApiCall& call) {
  return change_run(call, {}, [](const ApiCall& to, const JsonObject&) -> Result<Change> {
    return Change(
        [who = to.caller.name](RunDesk& desk, RunId run) { return desk.resume(run, who); });
  });
}

Answer mark_tasks(const ApiCall& call) {
  return change_run(
      call, {"tasks", "as", "comment"},
      [](const ApiCall& to, const JsonObject& body) -> Result<Change> {
        ClearRequest request;
        request.tasks = TRY(texts_member(body, "tasks"));
        if (request.tasks.empty()) return error(Errc::invalid, "tasks names none");
        const auto as = parse_mark(TRY(text_member(body, "as")).value_or(""));
        if (!as) return error(Errc::invalid, "as is succeeded or failed");
        request.mark = MarkWish{*as, TRY(text_member(body, "comment")).value_or("")};
        request.by = to.caller.name;
        return Change([request](RunDesk& desk, RunId run) { return desk.change(run, request); });
      });
}

Answer clear_tasks(const ApiCall& call) {
  return change_run(
      call, {"tasks", "downstream", "only_failed"},
      [](const ApiCall& to, const JsonObject& body) -> Result<Change> {
        ClearRequest request;
        request.tasks = TRY(texts_member(body, "tasks"));
        if (request.tasks.empty()) return error(Errc::invalid, "tasks names none");
        request.downstream = TRY(flag_member(body, "downstream"));
        request.only_failed = TRY(flag_member(body, "only_failed"));
        request.by = to.caller.name;
        return Change([request](RunDesk& desk, RunId run) { return desk.change(run, request); });
      });
}

Answer decide_approval(const ApiCall& call) {
  return change_run(
      call, {"task", "decision", "fields", "comment"},
      [](const ApiCall& to, const JsonObject& body) -> Result<Change> {
        ApprovalRequest request;
        request.task = TRY(text_member(body, "task")).value_or("");
        if (request.task.empty()) return error(Errc::invalid, "task names none");
        const auto decision =
            parse_decision(TRY(text_member(body, "decision")).value_or("approve"));
        if (!decision) return error(Errc::invalid, "decision is approve or reject");
        request.decision = *decision;
        if (const Json* const fields = body.find("fields"); fields && !fields->is_null()) {
          if (fields->object() == nullptr) return error(Errc::invalid, "fields is not an object");
          request.values = *fields->object();
        }
        request.comment = TRY(text_member(body, "comment")).value_or("");
        request.by = to.caller.name;
        return Change([request](RunDesk& desk, RunId run) { return desk.change(run, request); });
      });
}

}  // namespace gt
