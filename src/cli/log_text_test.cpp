#include "cli/log_text.h"

#include <doctest/doctest.h>

#include "base/test_folder.h"
#include "process/log_file.h"

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
  folder.write("empty/log", "");
  CHECK(last_lines(folder / "empty", 3).empty());
  folder.write("short/log", "a\nb");
  CHECK(last_lines(folder / "short", 3) == std::vector<std::string>{"a", "b"});
  std::string many;
  for (int i = 0; i < 10'000; ++i) many += "line " + std::to_string(i) + "\n";
  folder.write("long/log", many);
  for (const bool is_compressed : {false, true}) {
    if (is_compressed) REQUIRE(compress_log(folder / "long").ok());
    CHECK(last_lines(folder / "long", 2) == std::vector<std::string>{"line 9998", "line 9999"});
  }
  folder.write("one/log", std::string(100'000, 'x'));
  const auto one = last_lines(folder / "one", 2);
  REQUIRE(one.size() == 1);
  CHECK(one[0].size() <= 16U << 10U);
}
