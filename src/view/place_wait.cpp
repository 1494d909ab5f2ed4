#include "view/place_wait.h"

#include <algorithm>
#include <fmt/ranges.h>

#include "view/run_view.h"

namespace gt {

namespace {

constexpr std::size_t named_max = 3;

}  // namespace

Result<std::vector<RunRecord>> PlaceWaits::before(Transaction& transaction, const RunRecord& run) {
  if (run.state != RunState::queued) return std::vector<RunRecord>();
  auto known = max_active_.find(run.plan_version);
  if (known == max_active_.end()) {
    const auto pipeline = TRY(recorded_pipeline(runs_, transaction, run));
    known = max_active_.emplace(run.plan_version, pipeline->max_active).first;
  }
  if (!known->second) return std::vector<RunRecord>();
  auto before = TRY(runs_.open_runs_before(transaction, run, *known->second));
  if (before.size() < *known->second) before.clear();
  return before;
}

std::string place_wait_text(const std::vector<RunRecord>& before) {
  if (before.empty()) return {};
  std::vector<std::string> names;
  for (const RunRecord& run : before)
    if (names.size() < named_max) names.push_back(run.name());
  if (before.size() > named_max)
    names.push_back(fmt::format("and {} more", before.size() - named_max));
  // One that was recorded earlier has a place as soon as its engine looks.
  const bool all_active =
      std::ranges::all_of(before, [](const RunRecord& run) { return run.started_at.has_value(); });
  return fmt::format("waits for a place: {0} of {0} runs of {1} {2} ({3})", before.size(),
                     before.front().pipeline,
                     !all_active          ? "come first"
                     : before.size() == 1 ? "is active"
                                          : "are active",
                     fmt::join(names, ", "));
}

Json run_names_json(const std::vector<RunRecord>& runs) {
  JsonList names;
  for (const RunRecord& run : runs) names.emplace_back(run.name());
  return Json(std::move(names));
}

}  // namespace gt
