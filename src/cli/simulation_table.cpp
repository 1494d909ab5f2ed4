#include "cli/simulation_table.h"

#include "base/text.h"

namespace gt {

namespace {

/// "Sun 2026-03-29 03:00", with seconds if there are some.
std::string clock_text(std::chrono::local_time<Duration> shown) {
  constexpr const char* weekdays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  const auto day = std::chrono::floor<std::chrono::days>(shown);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(std::chrono::floor<std::chrono::seconds>(shown - day));
  std::string text = fmt::format(
      "{} {:04}-{:02}-{:02} {:02}:{:02}", weekdays[std::chrono::weekday(day).c_encoding()],
      static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
      static_cast<unsigned>(date.day()), time.hours().count(), time.minutes().count());
  if (time.seconds().count() != 0) text += fmt::format(":{:02}", time.seconds().count());
  return text;
}

std::string offset_text(std::chrono::seconds offset) {
  const std::chrono::hh_mm_ss ahead(offset);
  std::string text = fmt::format("{}{:02}:{:02}", ahead.is_negative() ? '-' : '+',
                                 ahead.hours().count(), ahead.minutes().count());
  if (ahead.seconds().count() != 0) text += fmt::format(":{:02}", ahead.seconds().count());
  return text;
}

std::string time_of_day(LocalMinute minute) {
  const auto day = std::chrono::floor<std::chrono::days>(minute);
  const std::chrono::hh_mm_ss time(minute - day);
  return fmt::format("{:02}:{:02}", time.hours().count(), time.minutes().count());
}

std::vector<std::string> titles(bool has_triggers, bool has_duration) {
  std::vector<std::string> all;
  if (has_triggers) all.emplace_back("trigger");
  all.emplace_back("local time");
  all.emplace_back("UTC");
  if (has_duration) all.emplace_back("run");
  all.emplace_back("clocks");
  return all;
}

/// What the clocks of a zone show when a schedule fires, or would have.
std::string shown_time(const Zone& zone, const SimulatedLine& line) {
  if (line.firing) return local_text(zone, line.firing->at);
  const ClockEffect& effect = line.effects.front();
  if (effect.kind == ClockEffect::Kind::skipped) return clock_text(effect.minute);
  return local_text(zone, effect.at);
}

std::string effect_text(const SimulatedLine& line) {
  if (line.effects.empty()) return "";
  const ClockEffect& first = line.effects.front();
  const std::string time = time_of_day(first.minute);
  switch (first.kind) {
    case ClockEffect::Kind::shifted:
      if (line.effects.size() > 1)
        return fmt::format("shifted: {} and {} more are skipped", time, line.effects.size() - 1);
      return fmt::format("shifted: {} is skipped", time);
    case ClockEffect::Kind::skipped:
      return fmt::format("left out: {} is skipped", time);
    case ClockEffect::Kind::repeated:
      return fmt::format("repeated: {} comes twice", time);
    case ClockEffect::Kind::left_out:
      return fmt::format("left out: {} comes twice", time);
  }
  return "";
}

std::string run_text(const SimulatedLine& line, Overlap policy) {
  if (!line.overlap || !line.overlap->overlaps) return "";
  switch (policy) {
    case Overlap::queue:
      return fmt::format("waits {}", format_duration(*line.overlap->begins - line.firing->at));
    case Overlap::skip:
      return "skipped";
    case Overlap::replace:
      return "replaces the one before";
  }
  return "";
}

}  // namespace

std::string local_text(const Zone& zone, Time time) {
  const auto shown = zone.local(time);
  const Duration offset = shown.time_since_epoch() - time.time_since_epoch();
  return clock_text(shown) + " " +
         offset_text(std::chrono::duration_cast<std::chrono::seconds>(offset));
}

SimulationTable::SimulationTable(const std::vector<NamedSchedule>& schedules, bool has_duration)
    : schedules_(schedules),
      has_triggers_(schedules.empty() || !schedules.front().trigger.empty()),
      has_duration_(has_duration),
      table_(titles(has_triggers_, has_duration)) {}

void SimulationTable::add(const SimulatedLine& line) {
  const NamedSchedule& schedule = schedules_[line.schedule];
  std::vector<TableCell> row;
  if (has_triggers_) row.push_back({schedule.trigger, Tone::strong});
  const Tone tone = line.firing ? Tone::plain : Tone::faint;
  row.push_back({shown_time(schedule.placed.zone, line), tone});
  row.push_back({line.firing ? format_time(line.firing->at) : "-", tone});
  if (has_duration_) row.push_back({run_text(line, schedule.overlap), Tone::warning});
  row.push_back({effect_text(line), line.firing ? Tone::warning : Tone::faint});
  table_.add(std::move(row));
}

}  // namespace gt
