#include "reproduce/clues.h"

#include <doctest/doctest.h>
#include <string>

using namespace gt;

namespace {

const Time noon = from_microseconds(1'764'331'200'000'000);  // 2025-11-28T12:00:00Z
const Span during = {noon, noon + std::chrono::seconds(3)};

}  // namespace

TEST_CASE("times of an execution are known in their usual forms") {
  for (const char* const text :
       {"1764331201", "t=1764331201.25", "1764331202000", "1764331202000123", "1764331202000123456",
        "2025-11-28T12:00:01Z", "2025-11-28 17:45:02", "on 2025-11-28", "at 12:00:02",
        "at 05:30:01"})
    CHECK_MESSAGE(names_time(text, during), text);
  for (const char* const text :
       {"", "1764000000", "17643312010", "2024-11-28", "12:07:02", "0.1764", "a1b2", "2025-13-28"})
    CHECK_MESSAGE(!names_time(text, during), text);
}

TEST_CASE("gzip's time of four bytes is one, in bytes that are no text") {
  std::string head("\x1f\x8b\x08\x00", 4);
  const auto seconds = static_cast<std::uint32_t>(1'764'331'201);
  for (unsigned i = 0; i < 4; ++i) head += static_cast<char>(seconds >> (8 * i));
  CHECK(names_time(head, during));
  head[7] = '\x01';
  CHECK_FALSE(names_time(head, during));
}

TEST_CASE("a difference says where it is") {
  CHECK_FALSE(first_difference("abc", "abc").has_value());
  CHECK(first_difference("abc", "abd") == 2);
  CHECK(first_difference("abc", "abcd") == 3);
  CHECK(line_of("a\nb\nc", 4) == 3);
}

TEST_CASE("the same parts in another order are known, as lines and in one list") {
  const Span other = {noon + std::chrono::hours(1), noon + std::chrono::hours(1)};
  CHECK(find_clue({"a\nb\n", during}, {"b\na\n", other}) == Clue::order);
  CHECK(find_clue({"{1, 2, 3}", during}, {"{3, 1, 2}", other}) == Clue::order);
  CHECK(find_clue({"a\nb\n", during}, {"a\nc\n", other}) == Clue::none);
  CHECK(find_clue({"same", during}, {"same", other}) == Clue::none);
}
