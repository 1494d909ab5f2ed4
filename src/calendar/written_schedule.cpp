#include "calendar/written_schedule.h"

namespace gt {

namespace {

Result<std::variant<CronSchedule, IntervalSchedule>> rule_of(const WrittenSchedule& written,
                                                             const Zone& zone) {
  if (const auto* every = std::get_if<Duration>(&written.rule)) {
    const Time anchor = written.start ? instant_of(*written.start, zone) : Time{};
    return {TRY(IntervalSchedule::create(*every, anchor))};
  }
  return {CronSchedule(std::get<Cron>(written.rule), zone, written.missing, written.duplicate)};
}

}  // namespace

Result<PlacedSchedule> place_schedule(const WrittenSchedule& written) {
  Zone zone = TRY(Zone::open(written.timezone));
  return place_schedule(written, std::move(zone));
}

Result<PlacedSchedule> place_schedule(const WrittenSchedule& written, Zone zone) {
  const Time start = written.start ? instant_of(*written.start, zone) : calendar_begin;
  const Time end = written.end ? instant_of(*written.end, zone) : calendar_end;
  if (start >= calendar_end)
    return error(Errc::invalid, "the start is not in the years from 1 to 2399");
  if (end <= start)
    return Error{Errc::invalid, "the end is not after the start", "it fires before its end"};
  auto rule = TRY(rule_of(written, zone));
  return PlacedSchedule{std::move(zone), Schedule(std::move(rule), start, end)};
}

}  // namespace gt
