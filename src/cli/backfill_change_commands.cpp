#include "base/text.h"
#include "cli/commands.h"
#include "cli/counted.h"
#include "cli/one_backfill.h"
#include "run/backfill_change.h"
#include "view/backfill_view.h"

namespace gt {

namespace {

const Example pause_examples[] = {
    {"geartrain backfill pause 3", "no further run begins; those that go on may end"}};
const Example resume_examples[] = {
    {"geartrain backfill resume latest", "go on with it here, unless somebody drives it"},
    {"geartrain backfill resume 3 --detach", "leave it to the server"},
};
const Example cancel_examples[] = {
    {"geartrain backfill cancel 3", "no further run begins, and those that go on are asked to end"},
    {"geartrain backfill cancel 3 --kill", "the same at once, without `finally`"},
};

constexpr const char* backfill_help = "A name as backfill/3, its number, or latest.";
constexpr const char* shape_text = "as `backfill show --json`.";

Result<BackfillId> find_id(Transaction& reader, const std::string& name) {
  return TRY(BackfillStore().find(reader, name)).id;
}

Result<bool> is_driven(Records& records, const BackfillRecord& backfill) {
  if (backfill.owner_engine.empty()) return false;
  return records.database->is_present(backfill.owner_engine);
}

Result<void> print(Session& session, Records& records, BackfillId id, const OutputForm& output) {
  if (output.is_table()) return {};
  auto reader = TRY(records.database->begin_read());
  session.console.print(
      output.text_of(backfill_json(TRY(find_backfill(records.runs, reader, id)))));
  return {};
}

Result<ExitCode> drive_here(Session& session, Records& records, BackfillId id,
                            const OutputForm& output) {
  Engaged engaged = TRY(engage(session, records));
  return drive_backfill(session, records, engaged, id, output);
}

Result<ExitCode> pause(Session& session, Words words) {
  Options options(backfill_pause_command.text);
  std::optional<std::string> name;
  OutputForm output;
  options.argument("BACKFILL", name, Need::required, backfill_help);
  options.output(output, {.text = shape_text, .names = "name"});
  if (!TRY(begin_command(session, options, words))) return ExitCode::ok;

  Records records = TRY(open_existing_records(session));
  auto writer = TRY(records.database->begin_write());
  const BackfillId id = TRY(find_id(writer, *name));
  const BackfillRecord paused = TRY(pause_backfill(writer, id));
  TRY(writer.commit());
  if (!paused.owner_engine.empty()) records.database->ring(paused.owner_engine);
  session.console.say(fmt::format("{} is paused; `geartrain backfill resume {}` goes on with it",
                                  paused.name(), paused.id));
  TRY(print(session, records, paused.id, output));
  return ExitCode::ok;
}

Result<ExitCode> resume(Session& session, Words words) {
  Options options(backfill_resume_command.text);
  std::optional<std::string> name;
  bool is_detached = false;
  OutputForm output;
  options.argument("BACKFILL", name, Need::required, backfill_help);
  options.flag("--detach", is_detached, "Leave it to a `geartrain up` of this project.");
  declare_execution(options);
  options.output(output, {.text = shape_text, .names = "name"});
  if (!TRY(begin_command(session, options, words))) return ExitCode::ok;

  Records records = TRY(open_existing_records(session));
  auto writer = TRY(records.database->begin_write());
  const BackfillId id = TRY(find_id(writer, *name));
  const BackfillRecord resumed = TRY(resume_backfill(writer, id));
  TRY(writer.commit());
  if (TRY(is_driven(records, resumed))) {
    records.database->ring(resumed.owner_engine);
    session.console.say(fmt::format("{} goes on, driven by another geartrain", resumed.name()));
  } else if (is_detached) {
    records.database->ring_engines();
    session.console.say(fmt::format("{} is left to `geartrain up`", resumed.name()));
  } else {
    return drive_here(session, records, resumed.id, output);
  }
  TRY(print(session, records, resumed.id, output));
  return ExitCode::ok;
}

Result<ExitCode> cancel(Session& session, Words words) {
  Options options(backfill_cancel_command.text);
  std::optional<std::string> name;
  bool kill = false;
  OutputForm output;
  options.argument("BACKFILL", name, Need::required, backfill_help);
  options.flag("--kill", kill, "Kill what runs, and leave out `finally`.");
  options.output(output, {.text = shape_text, .names = "name"});
  if (!TRY(begin_command(session, options, words))) return ExitCode::ok;

  Records records = TRY(open_existing_records(session));
  auto writer = TRY(records.database->begin_write());
  const BackfillId id = TRY(find_id(writer, *name));
  const CancelledBackfill cancelled = TRY(
      cancel_backfill(writer, records.runs, id, kill ? CancelMode::kill : CancelMode::terminate));
  TRY(writer.commit());
  const BackfillRecord& backfill = cancelled.backfill;
  for (const RunRecord& run : cancelled.runs) records.database->ring(run.owner_engine);
  if (TRY(is_driven(records, backfill))) {
    records.database->ring(backfill.owner_engine);
    session.console.say(
        fmt::format("{} is cancelled: {} asked to end", backfill.name(),
                    counted(static_cast<std::int64_t>(cancelled.runs.size()), "run")));
    TRY(print(session, records, backfill.id, output));
    return ExitCode::ok;
  }
  const ExitCode code = TRY(drive_here(session, records, backfill.id, output));
  return code == ExitCode::interrupted ? ExitCode::ok : code;
}

}  // namespace

const CliCommand backfill_pause_command = {{"backfill pause", "begin no further run of a backfill",
                                            "The runs that go on may end.", pause_examples},
                                           false,
                                           pause};

const CliCommand backfill_resume_command = {
    {"backfill resume", "go on with a backfill that was paused or left",
     "If no geartrain drives it, this one does so until its end, as `geartrain backfill` does.",
     resume_examples},
    true,
    resume};

const CliCommand backfill_cancel_command = {
    {"backfill cancel", "end a backfill and its runs",
     "What has run stays. The geartrain that drives it is asked; if none does, this one ends the "
     "runs that are left itself.",
     cancel_examples},
    true,
    cancel};

}  // namespace gt
