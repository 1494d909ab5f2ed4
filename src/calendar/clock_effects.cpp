#include "calendar/clock_effects.h"

#include <algorithm>

namespace gt {

using std::chrono::ceil;
using std::chrono::minutes;

namespace {

/// Those of one change, which lies between two stretches.
class ChangeEffects {
 public:
  ChangeEffects(const CronSchedule& schedule, const ZoneStretch& before, const ZoneStretch& after)
      : schedule_(schedule), before_(before), after_(after) {}

  void add_to(std::vector<ClockEffect>& effects) const {
    if (after_.offset > before_.offset)
      add_missing(effects);
    else
      add_duplicates(effects);
  }

 private:
  void add_missing(std::vector<ClockEffect>& effects) const {
    const bool is_shifted = schedule_.missing() == MissingTime::shift;
    const auto kind = is_shifted ? ClockEffect::Kind::shifted : ClockEffect::Kind::skipped;
    for_each_time(before_, after_,
                  [&](LocalMinute minute) { effects.push_back({kind, after_.begin, minute}); });
  }

  void add_duplicates(std::vector<ClockEffect>& effects) const {
    const auto add = [&](const ZoneStretch& stretch, bool fires_once) {
      const auto kind = fires_once ? ClockEffect::Kind::left_out : ClockEffect::Kind::repeated;
      for_each_time(after_, before_, [&](LocalMinute minute) {
        effects.push_back({kind, stretch.instant(minute), minute});
      });
    };
    const DuplicateTime policy = schedule_.duplicate();
    if (policy != DuplicateTime::first) add(before_, policy == DuplicateTime::last);
    if (policy != DuplicateTime::last) add(after_, policy == DuplicateTime::first);
  }

  /// From what the clocks of the one show at the change up to what those of the other do.
  template <typename Visit>
  void for_each_time(const ZoneStretch& from, const ZoneStretch& to, const Visit& visit) const {
    const LocalMinute begin = ceil<minutes>(from.local(after_.begin));
    const auto end = to.local(after_.begin);
    for (auto minute = schedule_.cron().next(begin - minutes{1}); minute && *minute < end;
         minute = schedule_.cron().next(*minute))
      visit(*minute);
  }

  const CronSchedule& schedule_;
  const ZoneStretch& before_;
  const ZoneStretch& after_;
};

}  // namespace

std::vector<ClockEffect> clock_effects(const Schedule& schedule, Time from, Time to) {
  std::vector<ClockEffect> effects;
  const CronSchedule* const cron = schedule.cron();
  from = std::max(from, schedule.start());
  to = std::min(to, schedule.end());
  if (cron == nullptr || from >= to) return effects;
  // A time that is shown twice may be so long before its change, or after it.
  constexpr std::chrono::hours change_max{26};
  const auto& stretches = cron->zone().stretches();
  const std::size_t last = cron->zone().stretch_at(to + change_max);
  for (std::size_t i = cron->zone().stretch_at(from - change_max); i < last; ++i)
    ChangeEffects(*cron, stretches[i], stretches[i + 1]).add_to(effects);
  std::erase_if(effects,
                [&](const ClockEffect& effect) { return effect.at < from || effect.at >= to; });
  std::ranges::stable_sort(effects, {}, &ClockEffect::at);
  return effects;
}

}  // namespace gt
