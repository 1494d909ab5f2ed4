/// Times as texts, for tests.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "calendar/clock_effects.h"
#include "calendar/cron.h"
#include "calendar/zone.h"

namespace gt {

/// "2024-03-31 02:30".
LocalMinute test_local(std::string_view text);
/// The same in UTC, to the second: "2024-03-31 02:30:00" or without seconds.
Time test_time(std::string_view text);

std::string test_text(LocalMinute minute);
/// Without seconds if there are none.
std::string test_text(Time time);

/// "shifted", "skipped", "repeated", "left out".
const char* test_word(ClockEffect::Kind kind);

/// Aborts if it cannot be read.
Cron test_cron(std::string_view expression);

/// nullopt, and SKIP in the test's output, where the machine has no time zones.
std::optional<Zone> test_zone(const char* name);

}  // namespace gt
