#include "engine/fire_assets.h"

#include <algorithm>
#include <set>
#include <variant>

#include "run/paused_pipelines.h"

namespace gt {

namespace {

class AssetDecision {
 public:
  AssetDecision(const FireParts& parts, const EventTrigger& watched,
                const KeepPipeline& keep_pipeline, Time now)
      : parts_(parts),
        watched_(watched),
        rule_(std::get<AssetRule>(watched.trigger.rule)),
        rule_text_(compact_json(to_json(rule_))),
        keep_pipeline_(keep_pipeline),
        now_(now) {}

  struct Look {
    std::int64_t last = 0;                   ///< of all updates
    std::optional<std::int64_t> heard = {};  ///< nullopt: nobody has watched this rule yet
    bool is_paused = false;
    std::vector<RecordedAssetUpdate> updates = {};  ///< oldest first; empty: the rule is not met
  };

  Result<Look> look(Transaction& transaction) {
    Look look;
    look.last = TRY(assets_.last(transaction));
    look.is_paused = TRY(PausedPipelines().is_paused(transaction, watched_.pipeline));
    const auto progress =
        TRY(assets_.progress(transaction, watched_.pipeline, watched_.trigger.name));
    if (!progress || progress->rule != rule_text_) return look;
    look.heard = progress->heard;
    if (look.is_paused || progress->heard >= look.last) return look;
    std::set<std::string, std::less<>> updated;
    for (const std::string& asset : assets_of(rule_)) {
      auto news = TRY(assets_.list(transaction, asset, progress->heard));
      if (!news.empty()) updated.insert(asset);
      std::ranges::move(news, std::back_inserter(look.updates));
    }
    if (!is_met(rule_, [&](std::string_view asset) { return updated.contains(asset); }))
      look.updates.clear();
    std::ranges::sort(look.updates, {}, &RecordedAssetUpdate::sequence);
    return look;
  }

  /// nullopt: the trigger's `if` does not want it.
  static std::optional<OpenFiring> firing_of(const Look& look, const RunOfAssets& run_of) {
    auto wanted = run_of(look.updates);
    if (wanted && !*wanted) return std::nullopt;
    JsonList names;
    std::set<std::string_view> seen;
    for (const RecordedAssetUpdate& one : look.updates)
      if (seen.insert(one.update.asset).second) names.emplace_back(one.update.asset);
    const AssetUpdate& newest = look.updates.back().update;
    return OpenFiring{
        .logical_date = newest.logical_date,
        .interval = newest.interval,
        .cause = {{"assets", std::move(names)},
                  {"updates", static_cast<std::int64_t>(look.updates.size())}},
        .run = wanted ? Result<NewRun>(**std::move(wanted)) : Result<NewRun>(wanted.error())};
  }

  /// nullopt, and nothing was written: something has changed since the look.
  Result<std::optional<Fired>> write(const Look& look, std::optional<OpenFiring> firing) {
    auto writer = TRY(parts_.database.begin_write());
    const Look now = TRY(this->look(writer));
    if (now.heard != look.heard || now.is_paused != look.is_paused) return std::optional<Fired>();
    FiringDecision decision(parts_, watched_.pipeline, watched_.trigger, keep_pipeline_, now_);
    TRY(decision.look(writer));
    if (firing) {
      firing->at =
          TRY(parts_.firings.next_at(writer, watched_.pipeline, watched_.trigger.name, now_));
      TRY(decision.decide(writer, *std::move(firing), true));
    }
    const std::int64_t heard = look.updates.empty() ? look.last : look.updates.back().sequence;
    TRY(assets_.set_progress(writer, watched_.pipeline, watched_.trigger.name,
                             {rule_text_, heard}));
    TRY(writer.commit());
    return std::optional(decision.take());
  }

 private:
  const FireParts& parts_;
  const EventTrigger& watched_;
  const AssetRule& rule_;
  const std::string rule_text_;
  const KeepPipeline& keep_pipeline_;
  const Time now_;
  AssetStore assets_;
};

}  // namespace

Result<FiredAssets> fire_assets(const FireParts& parts, const EventTrigger& watched,
                                const RunOfAssets& run_of, const KeepPipeline& keep_pipeline,
                                Time now) {
  AssetDecision decision(parts, watched, keep_pipeline, now);
  AssetDecision::Look look;
  std::optional<OpenFiring> firing;
  {
    auto reader = TRY(parts.database.begin_read());
    look = TRY(decision.look(reader));
  }
  if (!look.updates.empty()) firing = AssetDecision::firing_of(look, run_of);
  FiredAssets result{.fired = {},
                     .looked_at = look.is_paused ? std::nullopt : std::optional(look.last)};
  if (!look.heard || !look.updates.empty()) {
    auto fired = TRY(decision.write(look, std::move(firing)));
    if (fired)
      result.fired = *std::move(fired);
    else
      result.looked_at.reset();
  }
  return result;
}

}  // namespace gt
