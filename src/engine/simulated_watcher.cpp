#include "engine/simulated_watcher.h"

namespace gt {

namespace {

bool is_last(const Look& look) {
  return std::holds_alternative<FilesFound>(look) || std::holds_alternative<RunFound>(look) ||
         std::holds_alternative<AssetFound>(look) || std::holds_alternative<NeverFound>(look);
}

}  // namespace

void SimulatedWatcher::watch(WatchId watch, OutsideCondition condition) {
  const bool is_new = watches_.emplace(watch, std::move(condition)).second;
  GT_CHECK(is_new, "an id is used once");
  agenda_.emplace(now(), watch);
}

void SimulatedWatcher::forget(WatchId watch) {
  GT_CHECK(watches_.erase(watch) == 1, "what is forgotten was watched");
}

std::vector<WatchEvent> SimulatedWatcher::poll() {
  std::vector<WatchEvent> events;
  const Time steady = now();
  while (!agenda_.empty() && agenda_.begin()->first <= steady) {
    const WatchId watch = agenda_.begin()->second;
    agenda_.erase(agenda_.begin());
    const auto found = watches_.find(watch);
    if (found == watches_.end()) continue;
    ++looks_;
    Look look = outside_(found->second);
    if (!is_last(look)) agenda_.emplace(steady + found->second.every, watch);
    events.push_back({watch, std::move(look)});
  }
  return events;
}

std::optional<Time> SimulatedWatcher::next_event() const {
  for (const auto& [at, watch] : agenda_)
    if (watches_.contains(watch)) return clock_.now() + (at - now());
  return std::nullopt;
}

}  // namespace gt
