#include "calendar/overlap.h"

#include <doctest/doctest.h>
#include <string>
#include <vector>

#include "calendar/test_times.h"

namespace gt {
namespace {

/// When the runs of five hourly firings begin, each of which takes so long.
std::vector<std::string> begins(Overlap policy, Duration duration) {
  OverlapForecast forecast(policy, duration);
  std::vector<std::string> texts;
  for (int hour = 0; hour < 5; ++hour) {
    const auto outcome = forecast.next(test_time("2026-01-01 00:00") + std::chrono::hours(hour));
    const std::string begin = outcome.begins ? test_text(*outcome.begins).substr(11) : "-";
    texts.push_back((outcome.overlaps ? "!" : "") + begin);
  }
  return texts;
}

using Texts = std::vector<std::string>;
constexpr Duration ninety = std::chrono::minutes(90);

}  // namespace

TEST_CASE("runs that are shorter than their distance do not overlap") {
  for (const auto policy : {Overlap::queue, Overlap::skip, Overlap::replace})
    CHECK(begins(policy, std::chrono::hours(1)) ==
          Texts{"00:00", "01:00", "02:00", "03:00", "04:00"});
}

TEST_CASE("longer runs wait for each other, are skipped, or take each other's place") {
  CHECK(begins(Overlap::queue, ninety) == Texts{"00:00", "!01:30", "!03:00", "!04:30", "!06:00"});
  CHECK(begins(Overlap::skip, ninety) == Texts{"00:00", "!-", "02:00", "!-", "04:00"});
  CHECK(begins(Overlap::replace, ninety) == Texts{"00:00", "!01:00", "!02:00", "!03:00", "!04:00"});
}

TEST_CASE("a run may take longer than time can be counted") {
  OverlapForecast forecast(Overlap::queue, Duration::max());
  CHECK_FALSE(forecast.next(test_time("2026-01-01 00:00")).overlaps);
  const auto second = forecast.next(test_time("2026-01-02 00:00"));
  CHECK(second.overlaps);
  CHECK(second.begins == calendar_end);
  CHECK(forecast.next(test_time("2026-01-03 00:00")).begins == calendar_end);
}

}  // namespace gt
