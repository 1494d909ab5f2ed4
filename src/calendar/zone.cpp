#include "calendar/zone.h"

#include <absl/time/time.h>
#include <algorithm>
#include <optional>

#include "base/text.h"
#include "calendar/zone_names.h"

namespace gt {

namespace {

Time from_absl(absl::Time time) { return from_microseconds(absl::ToUnixMicros(time)); }
absl::Time to_absl(Time time) { return absl::FromUnixMicros(to_microseconds(time)); }

// Abseil tells changes by what the clocks show, one after another.
std::optional<absl::Time> next_change(const absl::TimeZone& zone, absl::Time after) {
  absl::TimeZone::CivilTransition change;
  if (!zone.NextTransition(after, &change)) return std::nullopt;
  return zone.At(change.to).trans;
}

Result<std::vector<ZoneStretch>> stretches_of(const absl::TimeZone& zone) {
  const auto offset_at = [&](Time time) {
    return std::chrono::seconds(zone.At(to_absl(time)).offset);
  };
  std::vector<ZoneStretch> stretches = {{calendar_begin, calendar_end, offset_at(calendar_begin)}};
  absl::Time passed = to_absl(calendar_begin);
  while (const auto change = next_change(zone, passed)) {
    if (*change <= passed)
      return error(Errc::unavailable, "the changes of {} are not in order", zone.name());
    passed = *change;
    const Time at = from_absl(passed);
    if (at >= calendar_end) break;
    const std::chrono::seconds offset = offset_at(at);
    // Some change only the zone's abbreviation.
    if (offset == stretches.back().offset) continue;
    stretches.back().end = at;
    stretches.push_back({at, calendar_end, offset});
  }
  return stretches;
}

Error unknown_zone(std::string_view name) {
  const std::vector<std::string> names = zone_names();
  if (names.empty() && !is_zone_name(name))
    return error(Errc::invalid, "`{}` is no time zone", printable(name));
  if (names.empty()) {
    return {Errc::unavailable, fmt::format("this machine has no time zone {}", printable(name)),
            "install the package tzdata"};
  }
  const auto meant = nearest_zone(name, names);
  return {Errc::invalid, fmt::format("unknown time zone {}", printable(name)),
          meant ? "did you mean " + *meant + "?" : "names are like Europe/Berlin and UTC"};
}

Result<absl::TimeZone> load(std::string_view name) {
  absl::TimeZone zone;
  if (!is_zone_name(name) || !absl::LoadTimeZone(std::string(name), &zone))
    return unknown_zone(name);
  return zone;
}

}  // namespace

Result<Zone> Zone::open(std::string_view name) {
  const absl::TimeZone zone = TRY(load(name));
  std::vector<ZoneStretch> stretches = TRY(stretches_of(zone));
  return Zone(std::string(name), std::move(stretches));
}

Result<void> Zone::check(std::string_view name) {
  (void)TRY(load(name));
  return {};
}

Zone::Zone(std::string name, std::vector<ZoneStretch> stretches)
    : name_(std::move(name)),
      stretches_(std::make_shared<const std::vector<ZoneStretch>>(std::move(stretches))) {}

std::size_t Zone::stretch_at(Time time) const {
  const auto later = std::ranges::upper_bound(*stretches_, time, {}, &ZoneStretch::begin);
  return later == stretches_->begin() ? 0
                                      : static_cast<std::size_t>(later - stretches_->begin()) - 1;
}

std::chrono::local_time<Duration> Zone::local(Time time) const {
  return (*stretches_)[stretch_at(time)].local(time);
}

std::vector<Time> Zone::occurrences(LocalMinute minute) const {
  // No clock is further from UTC than this.
  constexpr std::chrono::hours offset_max{26};
  const Time as_utc(minute.time_since_epoch());
  std::vector<Time> found;
  const std::size_t last = stretch_at(as_utc + offset_max);
  for (std::size_t index = stretch_at(as_utc - offset_max); index <= last; ++index) {
    const ZoneStretch& stretch = (*stretches_)[index];
    const Time instant = stretch.instant(minute);
    if (stretch.begin <= instant && instant < stretch.end) found.push_back(instant);
  }
  return found;
}

}  // namespace gt
