#include "base/text.h"
#include "cli/backfill_text.h"
#include "cli/commands.h"
#include "cli/records.h"
#include "cli/table.h"

namespace gt {

namespace {

const Example list_examples[] = {
    {"geartrain backfill list", "backfills, newest first, and how far they are"},
    {"geartrain backfill list --pipeline report --json", "of one pipeline, for scripts"},
};
const Example show_examples[] = {
    {"geartrain backfill show latest", "its firings, and the run of each"},
    {"geartrain backfill show 3 --json | jq .counts", "how far it is, for scripts"},
};

constexpr std::size_t shown_max = 50;

Result<ExitCode> list(Session& session, Words words) {
  Options options(backfill_list_command.text);
  std::optional<std::string> pipeline;
  std::optional<std::int64_t> limit;
  OutputForm output;
  options.option("--pipeline", "NAME", pipeline, "Only those of this pipeline.");
  options.option("--limit", "N", limit, 1, "At most so many; 50 without it.");
  options.output(output,
                 {.text = "a list of {name, pipeline, trigger, from, to, state, max_active, rerun, "
                          "reverse, params, created_by, created_at, ended_at, counts: {total, "
                          "waiting, active, succeeded, failed, cancelled, kept, refused}}.",
                  .names = "[].name"});
  if (!TRY(begin_command(session, options, words))) return ExitCode::ok;

  struct Listed {
    BackfillRecord backfill;
    BackfillCounts counts;
  };
  std::vector<Listed> listed;
  auto records = open_existing_records(session);
  if (!records && records.error().code != Errc::not_found) return std::move(records).error();
  if (records) {
    auto reader = TRY(records->database->begin_read());
    const std::size_t most = limit ? static_cast<std::size_t>(*limit) : shown_max;
    for (BackfillRecord& one : TRY(BackfillStore().list(reader, pipeline, most))) {
      const BackfillCounts counts = TRY(BackfillStore().counts(reader, one.id));
      listed.push_back({std::move(one), counts});
    }
  }
  if (!output.is_table()) {
    JsonList shapes;
    for (const auto& [backfill, counts] : listed)
      shapes.emplace_back(backfill_summary_json(backfill, counts));
    session.console.print(output.text_of(std::move(shapes)));
    return ExitCode::ok;
  }
  Table table({"backfill", "pipeline", "trigger", "from", "to", "state", "firings"});
  for (const auto& [backfill, counts] : listed)
    table.add({{backfill.name(), Tone::strong},
               {backfill.pipeline},
               {backfill.trigger},
               {format_time(backfill.span.start)},
               {format_time(backfill.span.end)},
               {to_text(backfill.state), tone_of(backfill.state)},
               {counts.text()}});
  if (table.empty())
    session.console.say("no backfills; `geartrain backfill PIPELINE --from TIME` makes one");
  else
    session.console.print(table.text(session.console));
  return ExitCode::ok;
}

Result<ExitCode> show(Session& session, Words words) {
  Options options(backfill_show_command.text);
  std::optional<std::string> name;
  OutputForm output;
  options.argument("BACKFILL", name, Need::required,
                   "A name as backfill/3, its number, or latest.");
  options.output(output, {.text = "as `backfill list --json`, and firings: [{at, logical_date, "
                                  "interval_start, interval_end, outcome, reason, run, state}].",
                          .names = "name"});
  if (!TRY(begin_command(session, options, words))) return ExitCode::ok;

  Records records = TRY(open_existing_records(session));
  auto reader = TRY(records.database->begin_read());
  const BackfillRecord found = TRY(BackfillStore().find(reader, *name));
  const ShownBackfill shown = TRY(find_backfill(records.runs, reader, found.id));
  if (output.is_table())
    print_backfill(session, shown);
  else
    session.console.print(output.text_of(backfill_json(shown)));
  return ExitCode::ok;
}

}  // namespace

const CliCommand backfill_list_command = {
    {"backfill list", "list backfills, newest first", "", list_examples}, false, list};

const CliCommand backfill_show_command = {
    {"backfill show", "show a backfill: its firings and their runs",
     "Each firing in the order in which they have runs: with the run that it has, `(kept)` if that "
     "was there before; `waiting` until it has one; `refused` if the pipeline does not take what "
     "the trigger gives.",
     show_examples},
    false,
    show};

}  // namespace gt
