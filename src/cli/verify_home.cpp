#include "cli/verify_home.h"

#include <algorithm>
#include <map>
#include <thread>

#include "base/text.h"
#include "blob/folder_blobs.h"
#include "cache/verify_home.h"
#include "cli/records.h"
#include "schedule/task_context.h"
#include "view/run_view.h"

namespace gt {

namespace {

constexpr std::size_t concerns_shown_max = 5;

/// Names of runs, tasks and outputs, each run loaded once.
class Names {
 public:
  Names(Records& records, Transaction& reader) : records_(records), reader_(reader) {}

  struct Named {
    std::string run, task, output;
  };

  Named of(const ResultReference& reference) {
    const RunView* const view = view_of(reference.run);
    // One that another version of geartrain made, or whose text is damaged, too.
    if (view == nullptr || reference.task >= view->tasks().size())
      return {std::to_string(reference.run), std::to_string(reference.task), ""};
    const TaskRecord& task = view->tasks()[reference.task];
    const auto outputs = output_names(view->step_of(task));
    return {view->run().name(), view->path(task),
            reference.output < outputs.size() ? outputs[reference.output] : ""};
  }

 private:
  const RunView* view_of(RunId id) {
    auto [found, is_new] = views_.try_emplace(id);
    if (!is_new) return found->second ? &*found->second : nullptr;
    const auto run = records_.runs.get(reader_, id);
    if (!run) return nullptr;
    auto view = RunView::load(records_.runs, reader_, *run);
    if (!view) return nullptr;
    found->second = *std::move(view);
    return &*found->second;
  }

  Records& records_;
  Transaction& reader_;
  std::map<RunId, std::optional<RunView>> views_;
};

class LiveLine {
 public:
  LiveLine(Console& console, Clock& clock, std::size_t artifacts, std::int64_t bytes)
      : console_(console), clock_(clock), artifacts_(artifacts), bytes_(bytes) {}

  void show(const VerifyProgress& progress) {
    const ConsoleFacts& facts = console_.facts();
    if (!facts.talk.is_terminal || !facts.can_move_cursor) return;
    const Duration took = clock_.steady() - begun_;
    const auto seconds = std::max(0.001, std::chrono::duration<double>(took).count());
    console_.draw(fmt::format(
        "\r{} of {} artifacts, {} of {}, {}/s\x1b[K", progress.artifacts, artifacts_,
        format_bytes(progress.bytes), format_bytes(bytes_),
        format_bytes(static_cast<std::int64_t>(static_cast<double>(progress.bytes) / seconds))));
    is_shown_ = true;
  }
  void clear() {
    if (is_shown_) console_.draw("\r\x1b[K");
  }

 private:
  Console& console_;
  Clock& clock_;
  std::size_t artifacts_;
  std::int64_t bytes_;
  Duration begun_ = clock_.steady();
  bool is_shown_ = false;
};

const char* to_text(Health health) {
  switch (health) {
    case Health::intact:
      return "intact";
    case Health::changed:
      return "damaged";
    case Health::missing:
      return "missing";
  }
  return "damaged";
}

std::string remedy(const DamagedArtifact& damage) {
  const bool is_kept = std::ranges::any_of(damage.references, &ResultReference::is_kept);
  if (damage.references.empty())
    return damage.is_quarantined ? "nothing needs it"
                                 : "nothing needs it; `geartrain gc` removes it";
  if (damage.health == Health::changed && !damage.is_quarantined)
    return "`geartrain verify` without --dry-run puts it out of the way, then the step runs again";
  return is_kept ? "the next `geartrain run` makes it anew"
                 : "`geartrain run --refresh STEP` makes it anew, if it is still wanted";
}

JsonList concerns_json(Names& names, const DamagedArtifact& damage) {
  JsonList concerns;
  for (const ResultReference& reference : damage.references) {
    const Names::Named named = names.of(reference);
    concerns.emplace_back(JsonObject{{"run", named.run},
                                     {"task", named.task},
                                     {"output", named.output},
                                     {"kept", reference.is_kept}});
  }
  return concerns;
}

void print(Console& console, Names& names, const DamagedArtifact& damage) {
  console.print(fmt::format("{} {} {}{}\n", console.painted(Tone::bad, to_text(damage.health)),
                            damage.name.is_folder ? "folder" : "file", damage.name.digest.hex(),
                            damage.is_quarantined ? ", quarantined" : ""));
  std::vector<std::string> lines;
  for (const ResultReference& reference : damage.references) {
    const Names::Named named = names.of(reference);
    std::string line = fmt::format("  {} {}.{}\n", named.run, named.task, named.output);
    if (std::ranges::find(lines, line) == lines.end()) lines.push_back(std::move(line));
  }
  for (std::size_t i = 0; i < std::min(lines.size(), concerns_shown_max); ++i)
    console.print(lines[i]);
  if (lines.size() > concerns_shown_max)
    console.print(fmt::format("  and {} more\n", lines.size() - concerns_shown_max));
  console.print(fmt::format("  {}\n", remedy(damage)));
}

}  // namespace

Result<ExitCode> verify_home(Session& session, Records& records, bool is_rehearsal,
                             const OutputForm& output) {
  Console& console = session.console;
  FolderBlobs store(records.home, session.entropy, Durability::sync);
  const std::vector<Blob> blobs = TRY(store.list());
  std::int64_t bytes = 0;
  for (const Blob& blob : blobs) bytes += blob.bytes;
  const std::vector<std::string> faults = TRY(verify_records(*records.database));
  LiveLine line(console, session.clock, blobs.size(), bytes);
  auto verified =
      verify_artifacts(*records.database, store, blobs,
                       {.quarantines = !is_rehearsal,
                        .threads = std::thread::hardware_concurrency(),
                        .progress = [&](const VerifyProgress& progress) { line.show(progress); }});
  line.clear();
  const std::vector<DamagedArtifact> damaged = TRY(std::move(verified));
  const bool is_sound = damaged.empty() && faults.empty();

  auto reader = TRY(records.database->begin_read());
  Names names(records, reader);
  if (output.is_table()) {
    for (const std::string& fault : faults)
      console.print(console.painted(Tone::bad, "damaged") + " database: " + printable(fault) +
                    "\n");
    if (!faults.empty())
      console.print(fmt::format(
          "  stop all runs and keep a copy of {}; `sqlite3 geartrain.db .recover` saves what can "
          "be read\n",
          printable(records.home.path())));
    for (const DamagedArtifact& damage : damaged) print(console, names, damage);
    console.say(fmt::format("{} artifacts ({}) and the database: {}", blobs.size(),
                            format_bytes(bytes),
                            is_sound ? "all as they were made"
                                     : fmt::format("{} damaged", damaged.size() + faults.size())));
  } else {
    JsonList artifacts, lines;
    for (const DamagedArtifact& damage : damaged)
      artifacts.emplace_back(JsonObject{{"artifact", damage.name.digest.hex()},
                                        {"folder", damage.name.is_folder},
                                        {"state", to_text(damage.health)},
                                        {"quarantined", damage.is_quarantined},
                                        {"concerns", concerns_json(names, damage)},
                                        {"remedy", remedy(damage)}});
    for (const std::string& fault : faults) lines.emplace_back(fault);
    console.print(output.text_of(JsonObject{{"sound", is_sound},
                                            {"run", Json()},
                                            {"artifacts", static_cast<std::int64_t>(blobs.size())},
                                            {"bytes", bytes},
                                            {"damaged", std::move(artifacts)},
                                            {"database", std::move(lines)},
                                            {"tasks", JsonList()}}));
  }
  return is_sound ? ExitCode::ok : ExitCode::failed;
}

}  // namespace gt
