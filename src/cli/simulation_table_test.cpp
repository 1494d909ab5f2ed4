#include "cli/simulation_table.h"

#include <doctest/doctest.h>

#include "calendar/written_time.h"

using namespace gt;

namespace {

std::string shown(const char* zone_name, const char* time) {
  const auto zone = Zone::open(zone_name);
  if (!zone.ok()) {
    MESSAGE("SKIP: this machine has no time zones (package tzdata)");
    return "";
  }
  return local_text(*zone, instant_of(*parse_written_time(time), *zone));
}

}  // namespace

TEST_CASE("a time is shown as the clocks of a zone do, with how far they are ahead of UTC") {
  CHECK(shown("UTC", "2026-03-29T01:00Z") == "Sun 2026-03-29 01:00 +00:00");
  if (shown("Europe/Berlin", "2026-01-01").empty()) return;
  CHECK(shown("Europe/Berlin", "2026-03-29T00:59:30Z") == "Sun 2026-03-29 01:59:30 +01:00");
  CHECK(shown("Europe/Berlin", "2026-03-29T01:00Z") == "Sun 2026-03-29 03:00 +02:00");
  CHECK(shown("America/St_Johns", "2026-01-01T00:00Z") == "Wed 2025-12-31 20:30 -03:30");
  CHECK_MESSAGE(shown("Europe/Berlin", "1800-01-01T00:00Z") == "Wed 1800-01-01 00:53:28 +00:53:28",
                "local mean time");
}
