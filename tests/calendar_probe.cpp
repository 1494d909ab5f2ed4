// Answers questions about the calendar, for tests in Python that compare it with other programs.
//
//     calendar_probe cron      "EXPRESSION<tab>MINUTE<tab>COUNT" a line
//     calendar_probe schedule  "EXPRESSION<tab>ZONE<tab>SECOND<tab>COUNT" a line
//     calendar_probe zone      "ZONE<tab>SECOND" a line
//
// MINUTE and SECOND count from 1970-01-01: MINUTE by a wall clock, SECOND in UTC. An answer is a
// line, too: what fires after it and then before it, each COUNT times ("a b|c d"); of a zone, what
// its clocks show, in seconds. What is refused is answered by "error: MESSAGE".
#include <cstdlib>
#include <fmt/format.h>
#include <iostream>
#include <map>
#include <string>

#include "base/text.h"
#include "calendar/cron_schedule.h"

namespace gt {
namespace {

// `step` gives the following moment.
template <typename Moment, typename Step>
std::string several(Moment moment, int count, Step step) {
  std::string text;
  for (int i = 0; i < count; ++i) {
    const std::optional<Moment> next = step(moment);
    if (!next) break;
    text += fmt::format("{}{}", i == 0 ? "" : " ", next->time_since_epoch().count());
    moment = *next;
  }
  return text;
}

template <typename Timetable, typename Moment>
std::string both_ways(const Timetable& timetable, Moment moment, int count) {
  return several(moment, count, [&](Moment one) { return timetable.next(one); }) + "|" +
         several(moment, count, [&](Moment one) { return timetable.previous(one); });
}

std::int64_t integer(std::string_view text) {
  return std::strtoll(std::string(text).c_str(), nullptr, 10);
}

Time instant(std::string_view seconds) { return Time(std::chrono::seconds(integer(seconds))); }

class Probe {
 public:
  Result<std::string> cron(const std::vector<std::string_view>& words) {
    const Cron cron = TRY(Cron::parse(words.at(0)));
    const LocalMinute minute{std::chrono::minutes(integer(words.at(1)))};
    return both_ways(cron, minute, std::atoi(std::string(words.at(2)).c_str()));
  }

  Result<std::string> schedule(const std::vector<std::string_view>& words) {
    Cron cron = TRY(Cron::parse(words.at(0)));
    Zone zone = TRY(zone_of(words.at(1)));
    const CronSchedule schedule(std::move(cron), std::move(zone));
    return both_ways(schedule, instant(words.at(2)), std::atoi(std::string(words.at(3)).c_str()));
  }

  Result<std::string> zone(const std::vector<std::string_view>& words) {
    const Zone zone = TRY(zone_of(words.at(0)));
    const auto shown = zone.local(instant(words.at(1))).time_since_epoch();
    return fmt::format("{}", std::chrono::duration_cast<std::chrono::seconds>(shown).count());
  }

 private:
  Result<Zone> zone_of(std::string_view name) {
    const auto found = zones_.find(name);
    if (found != zones_.end()) return found->second;
    Zone zone = TRY(Zone::open(name));
    return zones_.emplace(name, std::move(zone)).first->second;
  }

  std::map<std::string, Zone, std::less<>> zones_;
};

Result<std::string> answer(Probe& probe, std::string_view kind, std::string_view line) {
  const auto words = split(line, '\t');
  if (kind == "cron") return probe.cron(words);
  if (kind == "schedule") return probe.schedule(words);
  return probe.zone(words);
}

}  // namespace
}  // namespace gt

int main(int argc, char** argv) {
  if (argc != 2) return EXIT_FAILURE;
  gt::Probe probe;
  for (std::string line; std::getline(std::cin, line);) {
    const auto text = gt::answer(probe, argv[1], line);
    std::cout << (text.ok() ? *text : "error: " + text.error().message) << '\n';
  }
}
