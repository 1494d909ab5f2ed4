#include "base/text.h"
#include "cli/claimed_run.h"
#include "cli/commands.h"
#include "cli/finish.h"
#include "cli/run_text.h"
#include "cli/table.h"
#include "definition/parameters.h"
#include "view/json_shapes.h"

namespace gt {

namespace {

const Example examples[] = {
    {"geartrain approve latest", "list what waits for a decision, and the fields to fill in"},
    {"geartrain approve flights/12 release -p replicas=3", "say yes"},
    {"geartrain approve flights/12 release --no --comment 'too slow'", "say no, and why"},
};

struct Wanted {
  std::optional<std::string> run, step, comment;
  bool yes = false, no = false;
  std::vector<std::string> fields;
};

std::string fields_text(const Approval& approval) {
  std::string text;
  for (const Parameter& field : approval.fields) {
    const Json* const type = field.schema.find("type");
    text += fmt::format("{}{}", text.empty() ? "" : ", ", field.name);
    if (field.default_value)
      text += "=" + value_text(*field.default_value);
    else if (type)
      text += fmt::format(" ({})", value_text(*type));
  }
  return text;
}

Json fields_json(const Approval& approval) {
  JsonObject fields;
  for (const Parameter& field : approval.fields) {
    JsonObject schema = field.schema;
    if (field.default_value) schema.set("default", *field.default_value);
    fields.set(field.name, std::move(schema));
  }
  return fields;
}

/// What waits for a decision.
void list_open(Session& session, const RunView& view, const OutputForm& output) {
  Table table({"task", "asks", "fields", "until"});
  JsonList open;
  for (const TaskRecord* task : view.in_order()) {
    const Approval* const approval = view.step_of(*task).approval();
    if (!approval || task->state != TaskState::deferred) continue;
    table.add({{view.path(*task)},
               {view.waits(*task)},
               {printable(fields_text(*approval))},
               {task->next_at ? format_time(*task->next_at) : "-"}});
    open.push_back(JsonObject{{"path", view.path(*task)},
                              {"message", view.waits(*task)},
                              {"fields", fields_json(*approval)},
                              {"next_at", time_json(task->next_at)}});
  }
  if (!output.is_table())
    session.console.print(
        output.text_of(JsonObject{{"name", view.run().name()}, {"approvals", std::move(open)}}));
  else if (table.empty())
    session.console.say(fmt::format("nothing of {} waits for a decision", view.run().name()));
  else
    session.console.print(table.text(session.console));
}

/// What is asked of the engine; a mistake is told before anybody is asked.
Result<ApprovalRequest> request_of(const RunView& view, const Wanted& wanted) {
  const TaskRecord& task = *TRY(view.find(*wanted.step));
  const Approval* const approval = view.step_of(task).approval();
  if (!approval)
    return Error{Errc::invalid, fmt::format("{} is no step that a person approves", *wanted.step),
                 fmt::format("`geartrain approve {}` lists those", view.run().name())};
  ApprovalRequest request{
      .task = *wanted.step,
      .decision = wanted.no ? ApprovalDecision::reject : ApprovalDecision::approve,
      .values = {},
      .comment = wanted.comment.value_or(""),
      .by = person()};
  for (const std::string& assignment : wanted.fields) {
    auto [name, value] = TRY(parse_field(approval->fields, assignment));
    request.values.set(std::move(name), std::move(value));
  }
  if (!wanted.no) TRY(bound_fields(approval->fields, request.values));
  return request;
}

Result<void> decide(Session& session, Records& records, const RunRecord& run,
                    const ApprovalRequest& request, const OutputForm& output) {
  const bool is_driven_now =
      TRY(ask_or_change(session, records, run, DriverRequest(request))).is_driven;
  const bool is_approved = request.decision == ApprovalDecision::approve;
  session.console.say(fmt::format("{} of {} is {}; `geartrain attach {}` {} it",
                                  printable(request.task), run.name(),
                                  is_approved ? "approved" : "rejected", run.name(),
                                  is_driven_now ? "follows" : "goes on with"));
  if (!output.is_table())
    session.console.print(output.text_of(JsonObject{{"name", run.name()},
                                                    {"path", request.task},
                                                    {"decision", to_text(request.decision)},
                                                    {"by", request.by},
                                                    {"driven", is_driven_now}}));
  return {};
}

Result<ExitCode> run(Session& session, Words words) {
  Options options(approve_command.text);
  Wanted wanted;
  OutputForm output;
  options.argument("RUN", wanted.run, Need::required, run_argument_help);
  options.argument("STEP", wanted.step, Need::optional,
                   "A task that waits for a decision, as release or release[2]; without one they "
                   "are listed.");
  options.flag("--yes", wanted.yes, "Approve it, as without --no.");
  options.flag("--no", wanted.no, "Reject it.");
  options.option("-p,--param", "FIELD=VALUE", wanted.fields,
                 "A field of the approval; numbers, lists and objects as JSON. May be repeated.");
  options.option("--comment", "TEXT", wanted.comment, "Why; it is recorded with the decision.");
  options.output(output, {.text = "{name, path, decision, by, driven}; without STEP {name, "
                                  "approvals: [{path, message, fields, next_at}]}.",
                          .names = "name"});
  if (!TRY(begin_command(session, options, words))) return ExitCode::ok;
  if (wanted.yes && wanted.no) return error(Errc::invalid, "--yes and --no are opposites");
  if (wanted.no && !wanted.fields.empty())
    return error(Errc::invalid, "what is rejected has no fields: -p goes with an approval");

  Records records = TRY(open_existing_records(session));
  const RunRecord found = TRY(find_run(records, *wanted.run));
  auto reader = TRY(records.database->begin_read());
  const RunView view = TRY(RunView::load(records.runs, reader, found));
  TRY(reader.commit());
  if (!wanted.step) {
    list_open(session, view, output);
    return ExitCode::ok;
  }
  const ApprovalRequest request = TRY(request_of(view, wanted));
  TRY(decide(session, records, found, request, output));
  return ExitCode::ok;
}

}  // namespace

const CliCommand approve_command = {
    {"approve", "decide about a step that waits for a person",
     "The geartrain that drives the run is asked to go on; if none does, the decision is recorded, "
     "and attach goes on with the run. Who decided, when, and why is shown by `show`.",
     examples},
    false,
    run};

}  // namespace gt
