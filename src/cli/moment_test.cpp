#include "cli/moment.h"

#include <doctest/doctest.h>

#include "base/text.h"

namespace gt {

namespace {

std::string moment(const std::string& text) {
  const Time now = from_microseconds(1'700'000'000'000'000);  // 2023-11-14T22:13:20Z
  const auto time = parse_moment(text, now);
  return time ? format_time(*time) : time.error().message;
}

}  // namespace

TEST_CASE("moments are so long ago, or dates with or without a time") {
  CHECK(moment("10m") == "2023-11-14T22:03:20.000Z");
  CHECK(moment("1d2h") == "2023-11-13T20:13:20.000Z");
  CHECK(moment("2026-11-23") == "2026-11-23T00:00:00.000Z");
  CHECK(moment("2026-11-23T06:00") == "2026-11-23T06:00:00.000Z");
  CHECK(moment("2026-11-23 06:00:01") == "2026-11-23T06:00:01.000Z");
  CHECK(moment("2026-11-23T06:00:01.25Z") == "2026-11-23T06:00:01.250Z");
  CHECK(moment("2026-11-23T06:00:01.123456789+01:30") == "2026-11-23T04:30:01.123Z");
  CHECK(moment("2026-11-23T23:00-0200") == "2026-11-24T01:00:00.000Z");
  CHECK(moment("06:00") == "2023-11-14T06:00:00.000Z");
  CHECK(moment("22:13:20") == "2023-11-14T22:13:20.000Z");
  CHECK_MESSAGE(moment("22:14") == "2023-11-13T22:14:00.000Z", "it has not been so late today");
  CHECK_MESSAGE(moment(moment("10m")) == moment("10m"), "what we print can be given back");
}

TEST_CASE("what is no moment is refused") {
  for (const std::string text : {"",
                                 "soon",
                                 "10",
                                 "-5m",
                                 "2026",
                                 "2026-11",
                                 "2026-13-01",
                                 "2026-02-30",
                                 "2026-1-1",
                                 "2026-11-23T",
                                 "2026-11-23T25:00",
                                 "2026-11-23T06",
                                 "2026-11-23T06:60",
                                 "2026-11-23x",
                                 "2026-11-23T06:00+",
                                 "2026-11-23T06:00+1:00",
                                 "2026-11-23T06:00Zulu",
                                 "6:00",
                                 "24:00",
                                 "06:00Z",
                                 "06:",
                                 "99999999999d"})
    CHECK_MESSAGE(moment(text).ends_with("is no time"), text);
}

}  // namespace gt
