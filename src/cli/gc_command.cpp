#include "base/file.h"
#include "base/text.h"
#include "blob/folder_blobs.h"
#include "cache/collect.h"
#include "cli/commands.h"
#include "cli/records.h"

namespace gt {

namespace {

const Example examples[] = {
    {"geartrain gc --dry-run", "what would go"},
    {"geartrain gc --keep 3", "the newest three runs of each pipeline stay"},
};

JsonObject shape_of(const CollectReport& report, bool is_rehearsal) {
  JsonList runs;
  for (const std::string& run : report.runs) runs.emplace_back(run);
  return {{"dry_run", is_rehearsal},
          {"runs", std::move(runs)},
          {"attempts", static_cast<std::int64_t>(report.attempts.size())},
          {"cache_entries", report.cache_entries},
          {"artifacts", report.artifacts.blobs},
          {"bytes", report.artifacts.bytes}};
}

Result<ExitCode> run(Session& session, Words words) {
  Options options(gc_command.text);
  std::optional<std::int64_t> keep;
  bool is_rehearsal = false, json = false;
  options.option("--keep", "N", keep, 1, "How many ended runs of each pipeline stay; else 10.");
  options.flag("--dry-run", is_rehearsal, "Remove nothing, only say what would go.");
  options.flag("--json", json, "{dry_run, runs, attempts, cache_entries, artifacts, bytes}.");
  if (!TRY(begin_command(session, options, words))) return ExitCode::ok;

  Records records = TRY(open_existing_records(session));
  FolderBlobs blobs(records.home, session.entropy, Durability::sync);
  CollectOptions wanted;
  if (keep) wanted.runs_kept = *keep;
  wanted.mode = is_rehearsal ? SweepMode::rehearse : SweepMode::remove;
  const CollectReport report = TRY(collect_garbage(*records.database, blobs, wanted));
  if (!is_rehearsal)
    for (const std::string& attempt : report.attempts)
      TRY(remove_tree(records.home.at("attempts/" + attempt)));
  if (json) {
    session.console.print(pretty_json(shape_of(report, is_rehearsal)) + "\n");
    return ExitCode::ok;
  }
  for (const std::string& one : report.runs) session.console.print(one + "\n");
  session.console.say(fmt::format("{}{} runs, {} results, {} artifacts ({})",
                                  is_rehearsal ? "would remove " : "removed ", report.runs.size(),
                                  report.cache_entries, report.artifacts.blobs,
                                  format_bytes(report.artifacts.bytes)));
  return ExitCode::ok;
}

}  // namespace

const CliCommand gc_command = {
    {"gc", "forget old runs and remove what nothing needs any more",
     "Runs that have not ended, and what kept runs took from the cache, always stay.", examples},
    false,
    run};

}  // namespace gt
