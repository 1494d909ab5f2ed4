#include <map>

#include "base/text.h"
#include "blob/folder_blobs.h"
#include "cache/cache.h"
#include "cli/commands.h"
#include "cli/message_text.h"
#include "cli/records.h"
#include "cli/run_text.h"
#include "cli/task_reason.h"
#include "view/json_shapes.h"

namespace gt {

namespace {

const Example examples[] = {
    {"geartrain why latest train", "the file, parameter or package because of which it ran"},
    {"geartrain why latest features --facts", "all that its cache key is made of"},
};

struct Explanation {
  std::string task;
  TaskState state = TaskState::waiting;
  std::string verdict;  ///< "executed", "cached", or the state
  std::string reason;
  std::string key;                   ///< empty for a task that was never looked up
  std::optional<std::string> facts;  ///< nullopt where they are not kept
  std::vector<AttemptRecord> attempts;
};

/// A task that was done again may have ended without an attempt of its own.
bool shows_last_attempt(TaskState state) {
  return state != TaskState::cached && state != TaskState::skipped &&
         state != TaskState::upstream_failed && state != TaskState::removed &&
         state != TaskState::waiting;
}

Result<Explanation> explain(Records& records, Session& session, Transaction& reader,
                            const RunView& view, const TaskRecord& task) {
  Explanation why{.task = view.path(task),
                  .state = task.state,
                  .verdict = to_text(task.state),
                  .reason = {},
                  .key = {},
                  .facts = {},
                  .attempts = TRY(records.runs.attempts(reader, view.run().id, task.index))};
  const bool was_executed = task.attempts > 0 && shows_last_attempt(task.state);
  if (was_executed) why.verdict = "executed";
  ClaimView claims = TRY(ClaimView::load(session, records, reader));
  why.reason = task_reason(view, task, claims);
  if (auto manifest = TRY(records.runs.manifest(reader, view.run().id, task.index))) {
    if (why.reason.empty() || was_executed) why.reason = manifest->reason;
    FolderBlobs blobs(records.home, session.entropy, Durability::none);
    if (manifest->key) {
      why.key = manifest->key->hex();
      why.facts = TRY(Cache(blobs).manifest_text(reader, *manifest->key));
    }
  }
  return why;
}

/// Of a matrix or group: how its parts are.
std::string parts_text(const RunView& view, const TaskRecord& container) {
  std::map<TaskState, std::uint32_t> counts;
  for (const TaskRecord& task : view.tasks())
    if (task.parent == container.index) ++counts[task.state];
  std::string text;
  for (const auto& [state, count] : counts)
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, to_text(state));
  return text;
}

std::string end_text(const AttemptRecord& attempt) {
  if (!attempt.ended_at) return "runs";
  return attempt.failure ? fmt::format("{}: {}", to_text(attempt.failure->cause),
                                       headline(attempt.failure->message))
                         : "succeeded";
}

/// How each went, where there were several.
void print_attempts(Console& console, const TaskRecord& task, const Explanation& why) {
  if (task.kind == TaskKind::group && task.attempts > 1)
    console.print(fmt::format("  it was tried {} times\n", task.attempts));
  if (why.attempts.size() < 2) return;
  for (const AttemptRecord& attempt : why.attempts) {
    const std::string memory =
        attempt.memory_bytes > 0 ? " with " + format_bytes(attempt.memory_bytes) : "";
    const std::string gpus =
        attempt.gpus.empty() ? "" : fmt::format(" on GPU {}", fmt::join(attempt.gpus, ","));
    console.print(
        fmt::format("  attempt {}{}{}: {}\n", attempt.id.number, memory, gpus, end_text(attempt)));
  }
}

JsonList gpus_json(const AttemptRecord& attempt) {
  JsonList devices;
  for (const std::string& device : attempt.gpus) devices.emplace_back(device);
  return devices;
}

JsonList attempts_json(const Explanation& why) {
  JsonList all;
  for (const AttemptRecord& attempt : why.attempts) {
    JsonObject shape{
        {"number", std::int64_t{attempt.id.number}},
        {"cause", attempt.failure ? Json(to_text(attempt.failure->cause)) : Json()},
        {"message", attempt.failure ? Json(attempt.failure->message) : Json()},
        {"memory_bytes", attempt.memory_bytes > 0 ? Json(attempt.memory_bytes) : Json()},
        {"gpus", gpus_json(attempt)},
        {"started_at", time_json(attempt.started_at)},
        {"ended_at", time_json(attempt.ended_at)}};
    all.emplace_back(std::move(shape));
  }
  return all;
}

void print(Console& console, const RunView& view, const TaskRecord& task, const Explanation& why,
           bool shows_facts) {
  std::string line = console.painted(Tone::strong, why.task) + " " +
                     console.painted(tone_of(task.state), why.verdict);
  if (view.has_parts(task)) line += ": " + parts_text(view, task);
  if (!why.reason.empty()) line += ": " + printable(why.reason);
  console.print(line + "\n");
  if (task.state == TaskState::failed && !task.message.empty()) {
    console.print(fmt::format("  it failed: {}\n", headline(task.message)));
    for (const std::string& further : further_lines(task.message))
      console.print("    | " + printable(further) + "\n");
  }
  print_attempts(console, task, why);
  if (!shows_facts) return;
  if (why.facts)
    console.print("\n" + *why.facts);
  else
    console.say("its facts are not kept");
}

Result<ExitCode> run(Session& session, Words words) {
  Options options(why_command.text);
  std::optional<std::string> run_name, step;
  bool shows_facts = false;
  OutputForm output;
  options.argument("RUN", run_name, Need::required, run_argument_help);
  options.argument("STEP", step, Need::required, task_argument_help);
  options.flag("--facts", shows_facts, "All that its cache key is made of, a line each.");
  options.output(
      output, {.text = "{run, task, state, verdict, reason, key, facts, attempts: [{number, cause, "
                       "message, memory_bytes, gpus, started_at, ended_at}]}.",
               .names = "task"});
  if (!TRY(begin_command(session, options, words))) return ExitCode::ok;

  Records records = TRY(open_existing_records(session));
  auto reader = TRY(records.database->begin_read());
  const RunRecord found = TRY(find_run(records, reader, *run_name));
  const RunView view = TRY(RunView::load(records.runs, reader, found));
  const TaskRecord& task = *TRY(view.find(*step));
  const Explanation why = TRY(explain(records, session, reader, view, task));
  if (output.is_table()) {
    print(session.console, view, task, why, shows_facts);
    return ExitCode::ok;
  }
  JsonList facts;
  if (why.facts)
    for (const auto line : split(*why.facts, '\n'))
      if (!line.empty()) facts.emplace_back(line);
  session.console.print(output.text_of(JsonObject{{"run", found.name()},
                                                  {"task", why.task},
                                                  {"state", to_text(task.state)},
                                                  {"verdict", why.verdict},
                                                  {"reason", why.reason},
                                                  {"key", why.key.empty() ? Json() : Json(why.key)},
                                                  {"facts", std::move(facts)},
                                                  {"attempts", attempts_json(why)}}));
  return ExitCode::ok;
}

}  // namespace

const CliCommand why_command = {
    {"why", "say why a task ran, was skipped, or came from the cache", "", examples}, false, run};

}  // namespace gt
