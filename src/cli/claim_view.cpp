#include "cli/claim_view.h"

#include <algorithm>

#include "base/text.h"
#include "cli/machine_share.h"
#include "run/claim_store.h"

namespace gt {

namespace {

constexpr std::size_t holders_shown = 3;

}  // namespace

Result<ClaimView> ClaimView::load(const Session& session, Records& records,
                                  Transaction& transaction) {
  ClaimView view(records, transaction, TRY(ClaimStore().ledger(transaction)));
  std::map<std::string, bool> present;
  const std::vector<ClaimWait> waits = view.ledger().waits;
  for (const ClaimWait& wait : waits) {
    if (!present.contains(wait.engine))
      present[wait.engine] = TRY(records.database->is_present(wait.engine));
    if (!present[wait.engine]) view.book_.forget_waits_of(wait.engine);
  }
  view.devices_ = gpus_of(session);
  return view;
}

ClaimView::KnownRun& ClaimView::known(RunId run) {
  const auto [found, is_new] = runs_.try_emplace(run);
  if (!is_new) return found->second;
  KnownRun& learned = found->second;
  if (auto record = records_->runs.get(*transaction_, run)) {
    if (const auto driven = is_driven(*records_, *record)) learned.is_driven = *driven;
    if (auto view = RunView::load(records_->runs, *transaction_, *record))
      learned.view.emplace(*std::move(view));
    learned.record = *std::move(record);
  }
  return learned;
}

std::string ClaimView::task_name(std::int64_t task) {
  const KnownRun& run = known(run_of(task));
  const TaskIndex index = index_of(task);
  const std::string run_name = run.record ? run.record->name() : std::to_string(run_of(task));
  if (!run.view || index >= run.view->tasks().size())
    return fmt::format("{} task {}", run_name, index);
  return run_name + " " + run.view->path(run.view->tasks()[index]);
}

bool ClaimView::is_abandoned(std::int64_t task) {
  const KnownRun& run = known(run_of(task));
  return run.record && !is_ended(run.record->state) && !run.is_driven;
}

std::string ClaimView::holders_text(const std::vector<std::int64_t>& holders) {
  std::string text;
  for (std::size_t i = 0; i < std::min(holders.size(), holders_shown); ++i) {
    text += (i == 0 ? "" : ", ") + task_name(holders[i]);
    if (is_abandoned(holders[i])) text += " (no engine)";
  }
  if (holders.size() > holders_shown)
    text += fmt::format(" and {} more", holders.size() - holders_shown);
  return text;
}

std::string ClaimView::reason(const RunView& view, const TaskRecord& task) {
  const Step& step = view.step_of(task);
  const bool may_wait = task.kind == TaskKind::step &&
                        (task.state == TaskState::ready || task.state == TaskState::retry_wait);
  ClaimWait asking{
      .task = task_key(view.run().id, task.index),
      .engine = view.run().owner_engine,
      .priority = {view.run().options.priority.value_or(view.plan().pipeline().priority),
                   step.settings->priority},
      .since = Time::max(),
      .is_ready = true,
      .claim = claim_of(step),
      .devices = devices_};
  if (!may_wait || asking.claim.empty()) return {};
  for (const ClaimWait& wait : ledger().waits)
    if (wait.task == asking.task) asking = wait;
  // One that is to be tried again later waits for that.
  if (task.state == TaskState::retry_wait && asking.since == Time::max()) return {};
  const ClaimAnswer answer = book_.judge(asking);
  const std::string what =
      answer.pool.empty() ? (answer.wanted == 1 ? "a GPU" : fmt::format("{} GPUs", answer.wanted))
                          : "pool " + answer.pool;
  const std::string unit = answer.pool.empty() ? "" : " slots";
  switch (answer.verdict) {
    case ClaimVerdict::granted:
      return {};
    case ClaimVerdict::impossible:
      return fmt::format("waits for {}, of which there are not enough", what);
    case ClaimVerdict::outranked:
      return fmt::format("waits for {}: it is the turn of {}", what, task_name(answer.ahead));
    case ClaimVerdict::short_of:
      break;
  }
  if (answer.size == 0 && answer.holders.empty())
    return fmt::format("waits for {}, which is closed", what);
  return fmt::format("waits for {}: {} of {}{} taken by {}", what, answer.taken, *answer.size, unit,
                     holders_text(answer.holders));
}

}  // namespace gt
