#include <algorithm>

#include "base/file.h"
#include "base/text.h"
#include "blob/folder_blobs.h"
#include "cache/collect.h"
#include "cli/commands.h"
#include "cli/debug_folder.h"
#include "cli/keep_source.h"
#include "db/reserve.h"
#include "process/attempt_folder.h"
#include "process/chores.h"
#include "process/log_file.h"

namespace gt {

namespace {

const Example examples[] = {
    {"geartrain gc --dry-run", "what would go"},
    {"geartrain gc --keep 3", "the newest three runs of each pipeline stay"},
    {"geartrain gc --keep 30d", "those of the last 30 days stay, and the newest of each pipeline"},
};

JsonObject shape_of(const CollectReport& report, const ChoreReport& chores, bool is_rehearsal) {
  JsonList runs;
  for (const std::string& run : report.runs) runs.emplace_back(run);
  return {{"dry_run", is_rehearsal},
          {"runs", std::move(runs)},
          {"attempts", static_cast<std::int64_t>(report.attempts.size())},
          {"cache_entries", report.cache_entries},
          {"artifacts", report.artifacts.blobs},
          {"bytes", report.artifacts.bytes},
          {"leftovers", chores.removals},
          {"leftover_bytes", chores.bytes},
          {"logs_compressed", chores.logs}};
}

/// Logs of attempts that ended unseen, or under a version that compressed none.
Result<void> find_logs_to_compress(const Home& home, Chores& chores) {
  const auto names = list_directory(home.at("attempts"));
  if (!names) return {};
  for (const std::string& name : *names) {
    const std::string folder = home.at("attempts/" + name);
    if (!is_worth_compressing(folder)) continue;
    const auto status = inspect_attempt(folder);
    if (status && status->phase == AttemptPhase::ended) TRY(chores.compress_log_of(name));
  }
  return {};
}

std::string counted(auto number, std::string_view thing) {
  return fmt::format("{} {}{}", number, thing, number == 1 ? "" : "s");
}

/// A number of runs, or a time.
CollectOptions options_of(const SettingValue& keep, Time now) {
  CollectOptions wanted;
  if (keep.text.find_first_not_of("0123456789") == std::string::npos) {
    wanted.runs_kept = keep.number;
    return wanted;
  }
  wanted.runs_kept = 1;
  wanted.kept_since = now - std::min(Duration(keep.number), now.time_since_epoch());
  return wanted;
}

Result<ExitCode> run(Session& session, Words words) {
  Options options(gc_command.text);
  bool is_rehearsal = false;
  OutputForm output;
  options.setting(SettingId::keep);
  options.flag("--dry-run", is_rehearsal, "Remove nothing, only say what would go.");
  options.output(output, {.text = "{dry_run, runs, attempts, cache_entries, artifacts, bytes, "
                                  "leftovers, leftover_bytes, logs_compressed}.",
                          .names = "runs[]"});
  if (!TRY(begin_command(session, options, words))) return ExitCode::ok;

  CollectOptions wanted =
      options_of(*session.settings().find(SettingId::keep), session.clock.now());
  // Before anything else: on a full disk even to open the database for writing needs some.
  const ReserveInUse room(TRY(find_project(session)).home);
  Records records = TRY(open_existing_records(session));
  FolderBlobs blobs(records.home, session.entropy, Durability::sync);
  wanted.mode = is_rehearsal ? SweepMode::rehearse : SweepMode::remove;
  const CollectReport report = TRY(collect_garbage(*records.database, blobs, wanted));
  if (!is_rehearsal) {
    for (const std::string& attempt : report.attempts)
      TRY(remove_tree(records.home.at("attempts/" + attempt)));
    TRY(collect_source(records));
    TRY(find_logs_to_compress(records.home, blobs.chores()));
    TRY(collect_debug_folders(records.home.path()));
  }
  const std::string& home = records.home.path();
  const ChoreReport chores =
      is_rehearsal ? TRY(look_at_chores(home)) : do_chores(home, ChorePace::at_once);
  if (!output.is_table()) {
    session.console.print(output.text_of(shape_of(report, chores, is_rehearsal)));
    return ExitCode::ok;
  }
  for (const std::string& one : report.runs) session.console.print(one + "\n");
  session.console.say(fmt::format(
      "{}{}, {}, {} ({})", is_rehearsal ? "would remove " : "removed ",
      counted(report.runs.size(), "run"), counted(report.cache_entries, "result"),
      counted(report.artifacts.blobs, "artifact"), format_bytes(report.artifacts.bytes)));
  if (chores.removals > 0)
    session.console.say(fmt::format("{} what {} earlier attempts left behind ({})",
                                    is_rehearsal ? "would remove" : "removed", chores.removals,
                                    format_bytes(chores.bytes)));
  if (chores.logs > 0)
    session.console.say(fmt::format("{} {}", is_rehearsal ? "would compress" : "compressed",
                                    counted(chores.logs, "log")));
  return ExitCode::ok;
}

}  // namespace

const CliCommand gc_command = {{"gc", "forget old runs and remove what nothing needs any more",
                                "Runs that have not ended, and what kept runs took from the cache, "
                                "always stay. On a full disk "
                                "it begins with 128 KiB that the home folder keeps in reserve.",
                                examples},
                               false,
                               run};

}  // namespace gt
