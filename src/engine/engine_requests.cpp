// What people ask, in the store, of the engine that drives a run.
#include <algorithm>

#include "engine/active_run.h"
#include "engine/change_run.h"

namespace gt {

Result<void> Engine::take_requests(RunId run) {
  const auto found = active_.find(run);
  if (found == active_.end()) return {};
  ActiveRun& active = *found->second;
  auto reader = TRY(parts_.database.begin_read());
  TRY(obey_pause(active, reader));
  for (const RecordedRequest& asked : TRY(parts_.runs.open_requests(reader, run))) {
    const auto is_same = [&](const auto& answer) { return answer.first == asked.id; };
    if (std::ranges::any_of(active.answers, is_same)) continue;
    const auto done = obey(active.live, asked.request, parts_.clock.now());
    if (done) active.keeps_all_results = false;
    active.answers.emplace_back(asked.id, done ? "" : done.error().message);
  }
  return {};
}

}  // namespace gt
