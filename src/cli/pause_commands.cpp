#include "base/text.h"
#include "cli/commands.h"
#include "cli/pipeline_choice.h"
#include "cli/records.h"
#include "cli/table.h"
#include "run/paused_pipelines.h"
#include "run/run_pauses.h"

namespace gt {

namespace {

const Example pause_examples[] = {
    {"geartrain pause report", "its triggers fire no more"},
    {"geartrain pause report/12", "nothing new of this run starts"},
    {"geartrain pause", "which pipelines are paused"},
};
const Example resume_examples[] = {
    {"geartrain resume report", "they fire again"},
    {"geartrain resume report/12", "the run goes on"},
};

constexpr const char* what_help =
    "The name of a pipeline of the project, or its file; or a run, as report/12 or latest.";

bool names_run(const std::string& text) {
  const auto slash = text.rfind('/');
  return text == "latest" || (slash != std::string::npos && slash + 1 < text.size() &&
                              text.find_first_not_of("0123456789", slash + 1) == text.npos);
}

/// One that ran here may have lost its file, or its file its correctness.
Result<std::string> name_of_pipeline(Session& session, Records& records, const std::string& named) {
  {
    auto reader = TRY(records.database->begin_read());
    if (TRY(PausedPipelines().find(reader, named))) return named;
    const RunFilter newest{.pipeline = named, .state = {}, .limit = 1};
    if (!TRY(records.runs.list(reader, newest)).empty()) return named;
  }
  const PipelineText text = TRY(find_named_pipeline(session, records.project, named));
  const ReadResult read = read_whole(text);
  if (!read.pipeline)
    return Error{Errc::invalid, fmt::format("{} has errors", text.recorded_path),
                 fmt::format("`geartrain check {}` shows them", shell_quoted(named))};
  return read.pipeline->name;
}

JsonObject pause_json(const PausedPipeline& paused) {
  return {{"pipeline", paused.pipeline},
          {"paused_by", paused.paused_by},
          {"paused_at", format_time(paused.paused_at)}};
}

Result<void> list(Session& session, const OutputForm& output) {
  std::vector<PausedPipeline> paused;
  auto records = open_existing_records(session);
  if (!records && records.error().code != Errc::not_found) return std::move(records).error();
  if (records) {
    auto reader = TRY(records->database->begin_read());
    paused = TRY(PausedPipelines().list(reader));
  }
  if (!output.is_table()) {
    JsonList shapes;
    for (const PausedPipeline& one : paused) shapes.emplace_back(pause_json(one));
    session.console.print(output.text_of(std::move(shapes)));
    return {};
  }
  Table table({"pipeline", "paused by", "since"});
  for (const PausedPipeline& one : paused)
    table.add({{one.pipeline, Tone::strong},
               {printable(one.paused_by), Tone::plain},
               {format_time(one.paused_at), Tone::plain}});
  if (table.empty())
    session.console.say("no pipeline is paused");
  else
    session.console.print(table.text(session.console));
  return {};
}

JsonObject pause_json(const RunRecord& run, const RunPause& pause) {
  return {{"run", run.name()},
          {"paused_by", pause.paused_by},
          {"paused_at", format_time(pause.paused_at)}};
}

Result<ExitCode> pause_run(Session& session, const std::string& named, const OutputForm& output) {
  Records records = TRY(open_existing_records(session));
  auto writer = TRY(records.database->begin_write());
  const RunRecord run = TRY(find_run(records, writer, named));
  const auto before = TRY(RunPauses().find(writer, run.id));
  const RunPause paused = before.value_or(RunPause{person(), session.clock.now()});
  TRY(RunPauses().pause(writer, run, paused));
  TRY(writer.commit());
  records.database->ring(run.owner_engine);
  if (!output.is_table())
    session.console.print(output.text_of(JsonList{pause_json(run, paused)}));
  else if (before)
    session.console.say(fmt::format("{} is paused already, by {} since {}", run.name(),
                                    printable(paused.paused_by), format_time(paused.paused_at)));
  else
    session.console.say(fmt::format(
        "{0} is paused: nothing new of it starts until `geartrain resume {0}`", run.name()));
  return ExitCode::ok;
}

Result<ExitCode> resume_run(Session& session, const std::string& named, const OutputForm& output) {
  Records records = TRY(open_existing_records(session));
  auto writer = TRY(records.database->begin_write());
  const RunRecord run = TRY(find_run(records, writer, named));
  const bool was_paused = TRY(RunPauses().resume(writer, run.id, person(), session.clock.now()));
  TRY(writer.commit());
  const bool is_driven_now = TRY(is_driven(records, run));
  if (is_driven_now) records.database->ring(run.owner_engine);
  if (!output.is_table())
    session.console.print(
        output.text_of(JsonObject{{"run", run.name()}, {"was_paused", was_paused}}));
  else if (!was_paused)
    session.console.say(fmt::format("{} was not paused", run.name()));
  else if (is_driven_now)
    session.console.say(fmt::format("{} goes on", run.name()));
  else
    session.console.say(
        fmt::format("{0} may go on; `geartrain attach {0}` goes on with it", run.name()));
  return ExitCode::ok;
}

Result<ExitCode> pause(Session& session, Words words) {
  Options options(pause_command.text);
  std::optional<std::string> named;
  OutputForm output;
  options.argument("WHAT", named, Need::optional, what_help);
  options.output(output, {.text = "a list of {pipeline, paused_by, paused_at}: of the pipeline, "
                                  "or of all that are paused; of a run [{run, paused_by, "
                                  "paused_at}].",
                          .names = "[].pipeline"});
  if (!TRY(begin_command(session, options, words))) return ExitCode::ok;
  if (!named) {
    TRY(list(session, output));
    return ExitCode::ok;
  }
  if (names_run(*named)) return pause_run(session, *named, output);

  Records records = TRY(open_records(session));
  const std::string name = TRY(name_of_pipeline(session, records, *named));
  auto writer = TRY(records.database->begin_write());
  const auto before = TRY(PausedPipelines().find(writer, name));
  const PausedPipeline paused =
      before.value_or(PausedPipeline{name, person(), session.clock.now()});
  TRY(PausedPipelines().pause(writer, paused));
  TRY(writer.commit());
  records.database->ring_engines();
  if (!output.is_table())
    session.console.print(output.text_of(JsonList{pause_json(paused)}));
  else if (before)
    session.console.say(fmt::format("{} is paused already, by {} since {}", name,
                                    printable(paused.paused_by), format_time(paused.paused_at)));
  else
    session.console.say(fmt::format(
        "{} is paused: its triggers do not fire until `geartrain resume {}`", name, name));
  return ExitCode::ok;
}

Result<ExitCode> resume(Session& session, Words words) {
  Options options(resume_command.text);
  std::optional<std::string> named;
  OutputForm output;
  options.argument("WHAT", named, Need::required, what_help);
  options.output(
      output, {.text = "{pipeline, was_paused}; of a run {run, was_paused}.", .names = "pipeline"});
  if (!TRY(begin_command(session, options, words))) return ExitCode::ok;
  if (names_run(*named)) return resume_run(session, *named, output);

  Records records = TRY(open_records(session));
  const std::string name = TRY(name_of_pipeline(session, records, *named));
  auto writer = TRY(records.database->begin_write());
  const bool was_paused = TRY(PausedPipelines().find(writer, name)).has_value();
  TRY(PausedPipelines().resume(writer, name));
  TRY(writer.commit());
  records.database->ring_engines();
  if (!output.is_table())
    session.console.print(
        output.text_of(JsonObject{{"pipeline", name}, {"was_paused", was_paused}}));
  else
    session.console.say(was_paused ? fmt::format("{} goes on: its triggers fire again", name)
                                   : fmt::format("{} was not paused", name));
  return ExitCode::ok;
}

}  // namespace

const CliCommand pause_command = {
    {"pause", "stop a pipeline's triggers or a run, or list the paused pipelines",
     "No trigger of a paused pipeline fires, whoever serves it. Runs that are there go on, and "
     "runs by hand begin as always. What a schedule would have fired is not lost: when the "
     "pipeline is resumed, `catchup` of the trigger says which of these firings have their runs, "
     "as if nobody had served it meanwhile. An event that comes meanwhile is on record as "
     "skipped.\n"
     "Of a paused run nothing new starts, whoever drives it; what runs of it may end. Its "
     "`timeout` "
     "goes on. It stays paused when its driver ends, until it is resumed or cancelled.",
     pause_examples},
    false,
    pause};

const CliCommand resume_command = {
    {"resume", "let a paused pipeline's triggers fire again, or a paused run go on",
     "Of the scheduled firings that passed while a pipeline was paused, each trigger's `catchup` "
     "says which have their runs now.",
     resume_examples},
    false,
    resume};

}  // namespace gt
