#include "base/text.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

namespace gt {

TEST_CASE("splitting keeps empty parts, and joining gives the text back") {
  CHECK(split("", ',') == std::vector<std::string_view>{""});
  CHECK(split("a,,b,", ',') == std::vector<std::string_view>{"a", "", "b", ""});
  CHECK(rc::check([](const std::string& text) {
    RC_ASSERT(fmt::format("{}", fmt::join(split(text, 'a'), "a")) == text);
  }));
}

TEST_CASE("trimming takes blanks from both ends only") {
  CHECK(trim(" \t a b\r\n") == "a b");
  CHECK(trim(" \n").empty());
}

TEST_CASE("UTF-8 is what RFC 3629 says") {
  CHECK(is_utf8("plain, \xc3\xa4, \xe2\x82\xac, \xf0\x9f\x9a\x80"));
  CHECK_FALSE(is_utf8("\xc3"));              // cut off
  CHECK_FALSE(is_utf8("\x80"));              // continuation first
  CHECK_FALSE(is_utf8("\xc0\xaf"));          // overlong '/'
  CHECK_FALSE(is_utf8("\xe0\x80\xaf"));      // overlong
  CHECK_FALSE(is_utf8("\xed\xa0\x80"));      // surrogate
  CHECK_FALSE(is_utf8("\xf4\x90\x80\x80"));  // beyond U+10FFFF
  CHECK_FALSE(is_utf8("\xff"));
}

TEST_CASE("a typing mistake finds the word that was meant, a different word finds none") {
  const std::vector<std::string> words = {"retry", "timeout", "resources", "run", "needs"};
  CHECK(nearest("rerty", words) == "retry");
  CHECK(nearest("timout", words) == "timeout");
  CHECK(nearest("resorce", words) == "resources");
  CHECK(nearest("runs", words) == "run");
  CHECK_FALSE(nearest("image", words));
  CHECK_FALSE(nearest("", words));
  CHECK_FALSE(nearest(std::string(1'000'000, 'x'), words));
}

TEST_CASE("shell quoting gives one harmless word") {
  CHECK(shell_quoted("src/train.py") == "src/train.py");
  CHECK(shell_quoted("") == "''");
  CHECK(shell_quoted("it's") == "'it'\\''s'");
  CHECK(shell_quoted("$(rm)\n") == "'$(rm)\n'");
  CHECK(shell_quoted("~x") == "'~x'");
  const std::vector<std::string> argv = {"a=b", "c=d", "two words"};
  CHECK(shell_quoted(argv) == "'a=b' c=d 'two words'");
}

TEST_CASE("durations are read in all their forms") {
  CHECK(*parse_duration("90s") == std::chrono::seconds(90));
  CHECK(*parse_duration("10m") == std::chrono::minutes(10));
  CHECK(*parse_duration("1h30m") == std::chrono::minutes(90));
  CHECK(*parse_duration("2d") == std::chrono::hours(48));
  CHECK(*parse_duration("500ms") == std::chrono::milliseconds(500));
  CHECK(*parse_duration("1.5h") == std::chrono::minutes(90));
  CHECK(*parse_duration("0.1s") == std::chrono::milliseconds(100));
  CHECK(*parse_duration("0s") == Duration::zero());
  for (const char* wrong : {"", "5", "s", "1x", "-1s", "1h1h", "1s1m", "1 s", "1.s", ".5s", "1e3s",
                            "99999999999d", "nans", "0x1s"}) {
    CAPTURE(wrong);
    CHECK(parse_duration(wrong).error().code == Errc::invalid);
  }
}

TEST_CASE("durations are written for people") {
  using namespace std::chrono_literals;
  CHECK(format_duration(0s) == "0ms");
  CHECK(format_duration(12ms) == "12ms");
  CHECK(format_duration(450ms) == "0.4s");
  CHECK(format_duration(59'999ms) == "59.9s");
  CHECK(format_duration(4min + 5s) == "4m05s");
  CHECK(format_duration(2h + 3min) == "2h03m");
  CHECK(format_duration(76h) == "3d04h");
  CHECK(format_duration(-2s) == "-2.0s");
}

TEST_CASE("sizes are read in decimal and binary units") {
  CHECK(*parse_bytes("1024") == 1024);
  CHECK(*parse_bytes("512Mi") == 512LL << 20);
  CHECK(*parse_bytes("2Gi") == 2LL << 30);
  CHECK(*parse_bytes("1.5G") == 1'500'000'000);
  for (const char* wrong : {"", "Gi", "1GB", "1 G", "-1", "1e3", "99999999999Ti", "0.5.5K"}) {
    CAPTURE(wrong);
    CHECK(parse_bytes(wrong).error().code == Errc::invalid);
  }
}

TEST_CASE("sizes are written for people") {
  CHECK(format_bytes(312) == "312 B");
  CHECK(format_bytes(1229) == "1.2 KiB");
  CHECK(format_bytes((1LL << 20) - 1) == "1.0 MiB");
  CHECK(format_bytes(3'650'722'202) == "3.4 GiB");
  CHECK(format_bytes(INT64_MAX) == "8.0 EiB");
}

TEST_CASE("times are written in RFC 3339") {
  CHECK(format_time(from_microseconds(0)) == "1970-01-01T00:00:00.000Z");
  CHECK(format_time(from_microseconds(1'795'413'600'123'999)) == "2026-11-23T06:00:00.123Z");
  CHECK(format_time(from_microseconds(-1)) == "1969-12-31T23:59:59.999Z");
}

TEST_CASE("names are letters, digits, underscores and hyphens, and begin with no digit or hyphen") {
  CHECK(is_name("train-2_x"));
  CHECK(is_name("_x"));
  for (const std::string& wrong :
       {std::string(), std::string("2x"), std::string("-x"), std::string("a.b"), std::string("a b"),
        std::string("\xc3\xa4"), std::string(129, 'a')})
    CHECK_FALSE(is_name(wrong));
}

TEST_CASE("no byte of a name can move the cursor or turn the text around") {
  CHECK(printable("d\xc3\xa4ta.csv") == "d\xc3\xa4ta.csv");
  CHECK(printable("a\nb\t\x1b[2J") == "a\\nb\\t\\x1b[2J");
  CHECK(printable("\xff") == "\\xff");
  CHECK(printable("\xc2\x9b") == "\\xc2\\x9b");           // C1 control
  CHECK(printable("\xe2\x80\xae") == "\\xe2\\x80\\xae");  // right-to-left override
  CHECK(rc::check([](const std::string& bytes) {
    const std::string shown = printable(bytes);
    RC_ASSERT(is_utf8(shown));
    for (const char c : shown) RC_ASSERT(static_cast<unsigned char>(c) >= 0x20);
  }));
}

TEST_CASE("escaped texts are one word and come back byte for byte") {
  CHECK(escaped("src/tr\xc3\xa4in.py") == "src/tr\xc3\xa4in.py");
  CHECK(escaped("a b\nc\\\xff") == "a\\x20b\\x0ac\\\\\\xff");
  for (const char* wrong : {"a b", "\\", "\\x4", "\\xzz", "\\n", "\\x41", "\\x0A"}) {
    CAPTURE(wrong);
    CHECK_FALSE(unescaped(wrong));
  }
  CHECK(rc::check([](const std::string& text) {
    const std::string word = escaped(text);
    RC_ASSERT(unescaped(word) == text);
    RC_ASSERT(word.find_first_of(" \n\t\"") == std::string::npos);
  }));
}

TEST_CASE("a whole number is digits and nothing else") {
  CHECK(parse_whole_number("0") == 0);
  CHECK(parse_whole_number("-7") == -7);
  CHECK(parse_whole_number("007") == 7);
  CHECK(parse_whole_number("9223372036854775807") == INT64_MAX);
  for (const char* text : {"", "-", "+1", " 1", "1 ", "1.0", "1e3", "0x1", "9223372036854775808"})
    CHECK_FALSE(parse_whole_number(text).has_value());
}

}  // namespace gt
