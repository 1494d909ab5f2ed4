#include "process/log_index.h"

#include <doctest/doctest.h>

namespace gt {

TEST_CASE("a log index reads back, without a last line that is not whole") {
  const LogMark first{from_microseconds(1'700'000'000'000'000), 0};
  const LogMark second{from_microseconds(1'700'000'000'005'000), 4096};
  const std::string text = to_line(first) + to_line(second);
  CHECK(parse_log_index(text) == std::vector{first, second});
  CHECK(parse_log_index(text.substr(0, text.size() - 1)) == std::vector{first});
  CHECK(parse_log_index("garbage\n1 2 3\n" + to_line(first)) == std::vector{first});
  CHECK(parse_log_index("").empty());
}

}  // namespace gt
