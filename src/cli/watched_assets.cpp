#include "cli/watched_assets.h"

namespace gt {

namespace {

constexpr std::int64_t versions_at_once = 1000;

bool is_wanted(const AssetWanted& wanted, const AssetUpdate& update) {
  if (wanted.logical_date && update.logical_date < *wanted.logical_date) return false;
  return !wanted.since || update.at >= *wanted.since;
}

}  // namespace

void WatchedAssets::add(WatchId watch, const AssetWanted& wanted) {
  wanted_.emplace(watch, wanted);
  waiting_.emplace(wanted.asset, watch);
}

void WatchedAssets::remove(WatchId watch) {
  const auto known = wanted_.find(watch);
  if (known == wanted_.end()) return;
  const auto [first, last] = waiting_.equal_range(known->second.asset);
  for (auto one = first; one != last; ++one)
    if (one->second == watch) {
      waiting_.erase(one);
      break;
    }
  wanted_.erase(known);
}

Result<Look> WatchedAssets::look(WatchId watch) {
  auto reader = TRY(database_.begin_read());
  if (!heard_) heard_ = TRY(AssetStore().last(reader));
  const auto known = wanted_.find(watch);
  // It was heard before its first look.
  if (known == wanted_.end()) return Look(NothingFound{});
  const AssetWanted& wanted = known->second;
  auto version = TRY(AssetStore().find(reader, wanted.asset, wanted.logical_date, wanted.since));
  if (!version) return Look(NothingFound{});
  remove(watch);
  return Look(AssetFound{version->sequence, std::move(version->update.content)});
}

Result<std::vector<WatchEvent>> WatchedAssets::hear() {
  std::vector<WatchEvent> events;
  if (!heard_) return events;
  auto reader = TRY(database_.begin_read());
  std::int64_t heard = *heard_;
  if (TRY(AssetStore().last(reader)) == heard) return events;
  for (;;) {
    const auto versions = TRY(AssetStore().list_all(reader, heard, versions_at_once));
    for (const auto& [sequence, update] : versions) {
      heard = sequence;
      auto [one, last] = waiting_.equal_range(update.asset);
      while (one != last) {
        if (!is_wanted(wanted_.at(one->second), update)) {
          ++one;
          continue;
        }
        events.push_back({one->second, AssetFound{sequence, update.content}});
        // It is not found again by a later version.
        wanted_.erase(one->second);
        one = waiting_.erase(one);
      }
    }
    if (std::ssize(versions) < versions_at_once) break;
  }
  heard_ = heard;
  return events;
}

}  // namespace gt
