#include <algorithm>
#include <array>
#include <doctest/doctest.h>
#include <rapidcheck.h>
#include <set>
#include <tuple>

#include "calendar/clock_effects.h"
#include "calendar/schedule.h"
#include "calendar/test_times.h"

namespace gt {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

// Builds from a list of small numbers, so that rapidcheck can shrink what it drew; a used-up list
// gives zeros.
class Choices {
 public:
  explicit Choices(std::vector<std::uint8_t> numbers) : numbers_(std::move(numbers)) {}

  int below(int limit) {
    const int number = next_ < numbers_.size() ? numbers_[next_++] : 0;
    return number % limit;
  }

  std::string item(int min, int max) {
    const auto value = [&] { return std::to_string(min + below(max - min + 1)); };
    switch (below(6)) {
      case 0:
        return value();
      case 1: {
        const std::string begin = value();
        return begin + "-" + value();
      }
      case 2: {
        const std::string begin = value();
        return begin + "/" + std::to_string(1 + below(max - min));
      }
      case 3: {
        std::string range = value() + "-";
        range += value() + "/";
        return range + std::to_string(1 + below(max - min));
      }
      case 4:
        return "*/" + std::to_string(1 + below(max - min));
      default:
        return "*";
    }
  }

  std::string field(int min, int max, std::initializer_list<const char*> special = {}) {
    std::string text;
    for (int more = below(3); more >= 0; --more) {
      if (special.size() > 0 && below(4) == 1)
        text += special.begin()[below(static_cast<int>(special.size()))];
      else
        text += item(min, max);
      if (more > 0) text += ",";
    }
    return below(3) == 0 ? "*" : text;
  }

  std::string expression() {
    std::string text = field(0, 59) + " ";
    text += field(0, 23) + " ";
    text += field(1, 31, {"L", "L-5", "LW", "15W", "W1", "31W", "L-2W", "W", "?"}) + " ";
    text += field(1, 12, {"jan", "FEB-apr", "nov-feb/2"}) + " ";
    return text + field(0, 6, {"7", "5L", "L0", "sunL", "tue#2", "7#5", "fri-mon", "sat", "?"});
  }

 private:
  std::vector<std::uint8_t> numbers_;
  std::size_t next_ = 0;
};

// Some time in four centuries.
LocalMinute some_minute(std::uint32_t number) {
  return test_local("1900-01-01 00:00") + minutes{number % (400U * 365 * 24 * 60)};
}

TEST_CASE("the next minute fits, and none between fits") {
  CHECK(rc::check("next and previous are each other's inverse",
                  [](const std::vector<std::uint8_t>& numbers, std::uint32_t number) {
                    const auto cron = Cron::parse(Choices(numbers).expression());
                    if (!cron.ok()) return;  // it never fires
                    const LocalMinute minute = some_minute(number);
                    RC_LOG(cron->text() + " at " + test_text(minute));
                    const auto next = cron->next(minute);
                    const auto previous = cron->previous(minute);
                    RC_ASSERT(next.has_value());
                    RC_ASSERT(previous.has_value());
                    RC_ASSERT(*previous < minute);
                    RC_ASSERT(minute < *next);
                    RC_ASSERT(cron->fits(*next));
                    RC_ASSERT(cron->fits(*previous));
                    const LocalMinute here = cron->fits(minute) ? minute : *previous;
                    RC_ASSERT(cron->previous(*next) == here);
                    RC_ASSERT(cron->next(*previous) == (cron->fits(minute) ? minute : *next));
                  }));
}

TEST_CASE("jumping finds what walking finds") {
  CHECK(rc::check("minute by minute",
                  [](const std::vector<std::uint8_t>& numbers, std::uint32_t number) {
                    const auto cron = Cron::parse(Choices(numbers).expression());
                    if (!cron.ok()) return;
                    const LocalMinute begin = some_minute(number);
                    const LocalMinute end = begin + hours{50};
                    RC_LOG(cron->text() + " at " + test_text(begin));
                    auto jump = cron->next(begin - minutes{1});
                    for (LocalMinute walk = begin; walk < end; walk += minutes{1}) {
                      if (!cron->fits(walk)) continue;
                      RC_ASSERT(jump == walk);
                      jump = cron->next(*jump);
                    }
                    RC_ASSERT(*jump >= end);
                  }));
}

TEST_CASE("no text makes the reader crash") {
  CHECK(rc::check("random bytes", [](const std::string& text) { (void)Cron::parse(text).ok(); }));
  CHECK(rc::check("random pieces", [](const std::vector<std::uint8_t>& numbers) {
    constexpr auto pieces = std::to_array<const char*>(
        {" ",           " ",   " ",   "*",   "*",   ",", "-",    "/",  "#",
         "?",           "L",   "W",   "@",   "0",   "1", "7",    "31", "59",
         "99999999999", "mon", "sun", "jan", "feb", "x", "\xff", "é",  "\t"});
    std::string text;
    for (const std::uint8_t number : numbers) text += pieces[number % pieces.size()];
    RC_LOG(text);
    const auto cron = Cron::parse(text);
    if (!cron.ok()) RC_ASSERT(cron.error().message.find('\n') == std::string::npos);
  }));
}

// The first change after which the clocks show more than a minute that they skip.
Time change_over(const Zone& zone, LocalMinute minute, Time from) {
  const auto change = std::ranges::find_if(zone.stretches(), [&](const ZoneStretch& stretch) {
    return stretch.begin > from - hours{80} && stretch.local(stretch.begin) > minute;
  });
  return change->begin;
}

// A schedule around a change of the clocks, and what it does there by the words of its policies:
// every minute that the clocks could show is looked at.
struct AroundChange {
  Cron cron;
  Zone zone;
  MissingTime missing;
  DuplicateTime duplicate;
  Time from;
  Time to;

  CronSchedule schedule() const { return CronSchedule(cron, zone, missing, duplicate); }

  template <typename Visit>
  void for_each_minute(const Visit& visit) const {
    const LocalMinute begin(std::chrono::floor<minutes>(from.time_since_epoch()) - hours{40});
    const LocalMinute end(std::chrono::floor<minutes>(to.time_since_epoch()) + hours{40});
    for (LocalMinute minute = begin; minute < end; minute += minutes{1})
      if (cron.fits(minute)) visit(minute, zone.occurrences(minute));
  }

  bool holds(Time at) const { return from <= at && at < to; }

  std::set<Time> firings() const {
    std::set<Time> found;
    for_each_minute([&](LocalMinute minute, const std::vector<Time>& instants) {
      if (instants.empty() && missing == MissingTime::shift)
        found.insert(change_over(zone, minute, from));
      if (instants.empty()) return;
      if (duplicate != DuplicateTime::last) found.insert(instants.front());
      if (duplicate != DuplicateTime::first) found.insert(instants.back());
    });
    std::erase_if(found, [&](Time at) { return !holds(at); });
    return found;
  }

  using Effect = std::tuple<Time, LocalMinute, ClockEffect::Kind>;

  std::set<Effect> effects() const {
    using Kind = ClockEffect::Kind;
    std::set<Effect> found;
    for_each_minute([&](LocalMinute minute, const std::vector<Time>& instants) {
      if (instants.empty()) {
        const auto kind = missing == MissingTime::shift ? Kind::shifted : Kind::skipped;
        found.emplace(change_over(zone, minute, from), minute, kind);
      } else if (instants.size() == 2 && duplicate == DuplicateTime::both) {
        for (const Time at : instants) found.emplace(at, minute, Kind::repeated);
      } else if (instants.size() == 2) {
        const bool is_first = duplicate == DuplicateTime::first;
        found.emplace(is_first ? instants.back() : instants.front(), minute, Kind::left_out);
      }
    });
    std::erase_if(found, [&](const Effect& effect) { return !holds(std::get<Time>(effect)); });
    return found;
  }
};

AroundChange around_change(const std::vector<std::uint8_t>& numbers, std::uint8_t place,
                           std::uint8_t policies) {
  struct Change {
    const char* zone;
    const char* at;
  };
  constexpr auto changes = std::to_array<Change>({
      {"Europe/Berlin", "2024-03-31 01:00"},
      {"Europe/Berlin", "2024-10-27 01:00"},
      {"Europe/Berlin", "1893-03-31 23:06"},
      {"Australia/Lord_Howe", "2024-10-05 15:30"},
      {"Australia/Lord_Howe", "2024-04-06 15:00"},
      {"America/Sao_Paulo", "2018-11-04 03:00"},
      {"America/Sao_Paulo", "2018-02-18 02:00"},
      {"Asia/Beirut", "2022-03-26 22:00"},
      {"Pacific/Apia", "2011-12-30 10:00"},
      {"Pacific/Kwajalein", "1969-09-30 13:00"},
      {"Antarctica/Troll", "2024-03-31 01:00"},
      {"America/New_York", "2350-03-09 07:00"},
  });
  Choices choices(numbers);
  std::string expression = choices.field(0, 59) + " ";
  expression += choices.field(0, 23) + " * * ";
  expression += choices.field(0, 6);
  const Change& change = changes[place % changes.size()];
  AroundChange drawn{.cron = test_cron(expression),
                     .zone = *Zone::open(change.zone),
                     .missing = policies % 2 == 0 ? MissingTime::shift : MissingTime::skip,
                     .duplicate = static_cast<DuplicateTime>(policies / 2 % 3),
                     .from = test_time(change.at) - hours{28},
                     .to = test_time(change.at) + hours{28}};
  RC_LOG(fmt::format("{} in {}, policies {} {}", expression, change.zone,
                     static_cast<int>(drawn.missing), static_cast<int>(drawn.duplicate)));
  return drawn;
}

TEST_CASE("around changes a schedule does what its policies say, forwards and backwards") {
  if (!test_zone("Europe/Berlin")) return;
  CHECK(rc::check("against the definition", [](const std::vector<std::uint8_t>& numbers,
                                               std::uint8_t place, std::uint8_t policies) {
    const AroundChange drawn = around_change(numbers, place, policies);
    const CronSchedule schedule = drawn.schedule();
    std::set<Time> forwards;
    for (auto at = schedule.next(drawn.from - Duration{1}); at && *at < drawn.to;
         at = schedule.next(*at))
      forwards.insert(*at);
    std::set<Time> backwards;
    for (auto at = schedule.previous(drawn.to); at && *at >= drawn.from;
         at = schedule.previous(*at))
      backwards.insert(*at);
    RC_ASSERT(forwards == drawn.firings());
    RC_ASSERT(backwards == forwards);
  }));
}

TEST_CASE(
    "what a change does is told of the minutes that are missing or come twice, and no other") {
  if (!test_zone("Europe/Berlin")) return;
  CHECK(rc::check("against the definition", [](const std::vector<std::uint8_t>& numbers,
                                               std::uint8_t place, std::uint8_t policies) {
    const AroundChange drawn = around_change(numbers, place, policies);
    std::set<AroundChange::Effect> told;
    for (const ClockEffect& one : clock_effects(Schedule(drawn.schedule()), drawn.from, drawn.to))
      RC_ASSERT(told.emplace(one.at, one.minute, one.kind).second);
    RC_ASSERT(told == drawn.effects());
  }));
}

}  // namespace
}  // namespace gt
