#include "calendar/zone.h"

#include <algorithm>
#include <doctest/doctest.h>
#include <string>
#include <vector>

#include "calendar/test_times.h"
#include "calendar/zone_names.h"

namespace gt {
namespace {

// What the clocks of the zone show at these instants of UTC.
std::string shown(const Zone& zone, const char* utc) {
  return test_text(Time(zone.local(test_time(utc)).time_since_epoch()));
}

std::vector<std::string> occurrences(const Zone& zone, const char* local) {
  std::vector<std::string> found;
  for (const Time at : zone.occurrences(test_local(local))) found.push_back(test_text(at));
  return found;
}

// The changes in a year, each as the instant and the minutes that the clocks are put forward.
std::vector<std::string> changes(const Zone& zone, const char* year) {
  std::vector<std::string> found;
  for (std::size_t i = 1; i < zone.stretches().size(); ++i) {
    const ZoneStretch& now = zone.stretches()[i];
    const std::string at = test_text(now.begin);
    const auto forward = std::chrono::duration_cast<std::chrono::minutes>(
        now.offset - zone.stretches()[i - 1].offset);
    if (at.starts_with(year)) found.push_back(fmt::format("{} {:+}", at, forward.count()));
  }
  return found;
}

using Texts = std::vector<std::string>;

TEST_CASE("UTC has no changes and needs no files") {
  const Zone utc = *Zone::open("UTC");
  REQUIRE(utc.stretches().size() == 1);
  CHECK(utc.stretches()[0].begin == calendar_begin);
  CHECK(utc.stretches()[0].end == calendar_end);
  CHECK(shown(utc, "2024-02-29 12:34:56") == "2024-02-29 12:34:56");
  CHECK(occurrences(utc, "2024-02-29 12:34") == Texts{"2024-02-29 12:34"});
}

TEST_CASE("a minute that the clocks skip has no instant, one that they repeat has two") {
  const auto berlin = test_zone("Europe/Berlin");
  if (!berlin) return;
  CHECK(changes(*berlin, "2024") == Texts{"2024-03-31 01:00 +60", "2024-10-27 01:00 -60"});
  CHECK(shown(*berlin, "2024-03-31 00:59:59") == "2024-03-31 01:59:59");
  CHECK(shown(*berlin, "2024-03-31 01:00") == "2024-03-31 03:00");
  CHECK(occurrences(*berlin, "2024-03-31 01:59") == Texts{"2024-03-31 00:59"});
  CHECK(occurrences(*berlin, "2024-03-31 02:00").empty());
  CHECK(occurrences(*berlin, "2024-03-31 02:59").empty());
  CHECK(occurrences(*berlin, "2024-03-31 03:00") == Texts{"2024-03-31 01:00"});
  CHECK(occurrences(*berlin, "2024-10-27 01:59") == Texts{"2024-10-26 23:59"});
  CHECK(occurrences(*berlin, "2024-10-27 02:00") == Texts{"2024-10-27 00:00", "2024-10-27 01:00"});
  CHECK(occurrences(*berlin, "2024-10-27 02:59") == Texts{"2024-10-27 00:59", "2024-10-27 01:59"});
  CHECK(occurrences(*berlin, "2024-10-27 03:00") == Texts{"2024-10-27 02:00"});
}

TEST_CASE("changes of half an hour, at midnight, and over a whole day are known") {
  struct Case {
    const char* zone;
    const char* year;
    Texts changes;
  };
  const Case cases[] = {
      {"Australia/Lord_Howe", "2024", {"2024-04-06 15:00 -30", "2024-10-05 15:30 +30"}},
      {"America/Sao_Paulo", "2018", {"2018-02-18 02:00 -60", "2018-11-04 03:00 +60"}},
      {"America/Sao_Paulo", "2024", {}},
      {"Asia/Beirut", "2022", {"2022-03-26 22:00 +60", "2022-10-29 21:00 -60"}},
      {"Pacific/Apia",
       "2011",
       {"2011-04-02 14:00 -60", "2011-09-24 14:00 +60", "2011-12-30 10:00 +1440"}},
      {"Asia/Kolkata", "2024", {}},
      {"Africa/Casablanca", "2024", {"2024-03-10 02:00 -60", "2024-04-14 02:00 +60"}},
  };
  for (const Case& one : cases) {
    const auto zone = test_zone(one.zone);
    if (!zone) return;
    CAPTURE(std::string(one.zone));
    CHECK(changes(*zone, one.year) == one.changes);
  }
}

TEST_CASE("a skipped day has no instants") {
  const auto apia = test_zone("Pacific/Apia");
  if (!apia) return;
  CHECK(shown(*apia, "2011-12-30 09:59") == "2011-12-29 23:59");
  CHECK(shown(*apia, "2011-12-30 10:00") == "2011-12-31 00:00");
  CHECK(occurrences(*apia, "2011-12-30 12:00").empty());
}

TEST_CASE("clocks that are fourteen hours ahead repeat their hours as others do") {
  const auto apia = test_zone("Pacific/Apia");
  if (!apia) return;
  CHECK(occurrences(*apia, "2012-04-01 03:30") == Texts{"2012-03-31 13:30", "2012-03-31 14:30"});
}

TEST_CASE("old offsets have seconds, and rules go on for centuries") {
  const auto berlin = test_zone("Europe/Berlin");
  if (!berlin) return;
  CHECK(shown(*berlin, "1893-03-31 00:00") == "1893-03-31 00:53:28");
  CHECK(shown(*berlin, "0001-01-01 00:00") == "0001-01-01 00:53:28");
  CHECK(occurrences(*berlin, "1893-03-01 00:00") == Texts{"1893-02-28 23:06:32"});
  CHECK(changes(*berlin, "2399").size() == 2);
}

TEST_CASE("stretches follow each other without a hole, with different offsets") {
  for (const char* name : {"UTC", "Europe/Berlin", "America/New_York", "Africa/Casablanca"}) {
    const auto zone = test_zone(name);
    if (!zone) return;
    const auto& stretches = zone->stretches();
    CHECK(stretches.front().begin == calendar_begin);
    CHECK(stretches.back().end == calendar_end);
    for (std::size_t i = 0; i + 1 < stretches.size(); ++i) {
      CHECK(stretches[i].begin < stretches[i].end);
      CHECK(stretches[i].end == stretches[i + 1].begin);
      CHECK(stretches[i].offset != stretches[i + 1].offset);
      CHECK(zone->stretch_at(stretches[i].begin) == i);
      CHECK(zone->stretch_at(stretches[i].end) == i + 1);
    }
    CHECK(zone->stretch_at(Time::min()) == 0);
    CHECK(zone->stretch_at(Time::max()) == stretches.size() - 1);
  }
}

TEST_CASE("what is no time zone is refused, with what was probably meant") {
  if (!test_zone("Europe/Berlin")) return;
  const auto hint = [](const char* name) {
    const auto zone = Zone::open(name);
    REQUIRE_FALSE(zone.ok());
    CHECK(zone.error().code == Errc::invalid);
    return zone.error().hint;
  };
  CHECK(hint("Europe/Berlni") == "did you mean Europe/Berlin?");
  CHECK(hint("europe/berlin") == "did you mean Europe/Berlin?");
  CHECK(hint("Berlin") == "did you mean Europe/Berlin?");
  CHECK(hint("new_york") == "did you mean America/New_York?");
  CHECK(hint("utc") == "did you mean UTC?");
  CHECK(hint("Middle/Earth") == "names are like Europe/Berlin and UTC");
  CHECK(Zone::open("Europe/Berlni").error().message == "unknown time zone Europe/Berlni");
}

TEST_CASE("a zone that is only looked for has the errors of one that is opened") {
  CHECK(Zone::check("UTC").ok());
  for (const char* const name : {"Europe/Berlin", "Europe/Brelin", "../UTC", "localtime", ""}) {
    CAPTURE(std::string(name));
    const auto found = Zone::check(name);
    const auto opened = Zone::open(name);
    CHECK(found.ok() == opened.ok());
    if (!found.ok()) CHECK(found.error().message == opened.error().message);
  }
}

TEST_CASE("a name leads nowhere but to the list of zones") {
  for (const char* name :
       {"", "/etc/localtime", "../zoneinfo/UTC", "Europe/../UTC", "Europe//Berlin", "Europe/",
        "localtime", "posixrules", "posix/UTC", "right/UTC", "Factory", "file:UTC", "zone.tab",
        "Europe", "leapseconds", "UTC\n", "Fixed/UTC+01:00:00"}) {
    CAPTURE(std::string(name));
    CHECK_FALSE(Zone::open(name).ok());
  }
}

TEST_CASE("the machine's list has the names that people use") {
  const auto names = zone_names();
  if (names.empty()) {
    MESSAGE("SKIP: this machine has no tzdata.zi");
    return;
  }
  for (const char* name : {"UTC", "Europe/Berlin", "US/Eastern", "Etc/GMT+5"})
    CHECK(std::ranges::find(names, name) != names.end());
  CHECK(std::ranges::find(names, "Factory") == names.end());
}

}  // namespace
}  // namespace gt
