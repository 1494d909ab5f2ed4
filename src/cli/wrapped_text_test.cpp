#include "cli/wrapped_text.h"

#include <doctest/doctest.h>

using namespace gt;

TEST_CASE("columns count characters, not bytes, and combining marks not at all") {
  CHECK(columns_of("abc") == 3);
  CHECK(columns_of("größe…") == 6);
  CHECK(columns_of("e\xcc\x81") == 1);
}

TEST_CASE("long text is broken between words") {
  const std::string text = wrapped(std::string(40, 'a') + " " + std::string(45, 'b') + " c", 2);
  CHECK(text == "  " + std::string(40, 'a') + "\n  " + std::string(45, 'b') + " c\n");
}

TEST_CASE("a long name stands on a line of its own") {
  CHECK(two_columns("-j N", "How many.") == "  -j N                    How many.\n");
  CHECK(two_columns("--a-name-that-is-too-long X", "How.") ==
        "  --a-name-that-is-too-long X\n                          How.\n");
}

TEST_CASE("what is too long is cut with an ellipsis") {
  CHECK(clipped("größer", 6) == "größer");
  CHECK(clipped("größer", 4) == "grö…");
  CHECK(clipped("abc", 1) == "…");
  CHECK(clipped("abc", 0).empty());
}
