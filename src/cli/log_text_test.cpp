#include "cli/log_text.h"

#include <doctest/doctest.h>

#include "base/test_folder.h"

using namespace gt;

TEST_CASE("a log on a terminal keeps lines and colours, and moves nothing") {
  CHECK(terminal_safe("one\ntwo\tthree\r\n") == "one\ntwo\tthree\r\n");
  CHECK(terminal_safe("\x1b[1;31mred\x1b[0m") == "\x1b[1;31mred\x1b[0m");
  for (const std::string hostile : {"\x1b[2J", "\x1b]0;title\x07", "\x1b[31", "a\rb", "\xff\xfe"}) {
    const std::string safe = terminal_safe(hostile);
    CHECK(safe.find('\x1b') == std::string::npos);
    CHECK(safe.find('\r') == std::string::npos);
    CHECK(safe.find('\xff') == std::string::npos);
    CHECK_FALSE(safe.empty());
  }
}

TEST_CASE("the last lines of a log are found, however long it is") {
  const TestFolder folder;
  CHECK(last_lines(folder / "none", 3).empty());
  CHECK(last_lines(folder.write("empty", ""), 3).empty());
  CHECK(last_lines(folder.write("short", "a\nb"), 3) == std::vector<std::string>{"a", "b"});
  std::string many;
  for (int i = 0; i < 10'000; ++i) many += "line " + std::to_string(i) + "\n";
  CHECK(last_lines(folder.write("long", many), 2) ==
        std::vector<std::string>{"line 9998", "line 9999"});
  const auto one = last_lines(folder.write("one", std::string(100'000, 'x')), 2);
  REQUIRE(one.size() == 1);
  CHECK(one[0].size() <= 16U << 10U);
}

TEST_CASE("each line has the time of the last mark before it") {
  const Time start = from_microseconds(1'000'000);
  const std::vector<LogMark> marks = {{start + std::chrono::seconds(1), 10},
                                      {start + std::chrono::seconds(2), 14}};
  const auto lines = timed_lines("abc\ndefgh\nxyz\nlast", 0, marks, start);
  REQUIRE(lines.size() == 4);
  CHECK(lines[0].at == start);
  CHECK(lines[1].at == start);
  CHECK(lines[2].text == "xyz");
  CHECK(lines[2].at == start + std::chrono::seconds(1));
  CHECK(lines[3].at == start + std::chrono::seconds(2));
}
