#include "source/incoming_files.h"

#include <doctest/doctest.h>

#include "base/file.h"
#include "base/test_folder.h"

using namespace gt;

namespace {

struct Fixture {
  TestFolder folder;
  Home home = *Home::open(folder / "home");
  IncomingFiles incoming{home};

  Result<std::int64_t> put(std::string_view whole, std::string_view bytes, std::int64_t begin = 0) {
    return incoming.put({.file = sha256(whole),
                         .begin = begin,
                         .total = static_cast<std::int64_t>(whole.size()),
                         .bytes = bytes});
  }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "a file that has come as a whole is there by its digest") {
  CHECK(*put("data", "data") == 4);
  const auto path = incoming.path_of(sha256("data"));
  REQUIRE(path.has_value());
  CHECK(*read_file(*path) == "data");
  CHECK_FALSE(incoming.path_of(sha256("other")).has_value());
}

TEST_CASE_FIXTURE(Fixture, "an empty file comes, too") {
  CHECK(*put("", "") == 0);
  CHECK(incoming.path_of(sha256("")).has_value());
}

TEST_CASE_FIXTURE(Fixture, "pieces make a file, and one that does not follow is left out") {
  CHECK(*put("abcdef", "abc") == 3);
  CHECK_FALSE(incoming.path_of(sha256("abcdef")).has_value());
  SUBCASE("the next one") { CHECK(*put("abcdef", "def", 3) == 6); }
  SUBCASE("one that has come already") {
    CHECK(*put("abcdef", "ab", 0) == 3);
    CHECK(*put("abcdef", "def", 3) == 6);
  }
  SUBCASE("one too far on") {
    CHECK(*put("abcdef", "f", 5) == 3);
    CHECK(*put("abcdef", "def", 3) == 6);
  }
  CHECK(*read_file(*incoming.path_of(sha256("abcdef"))) == "abcdef");
}

TEST_CASE_FIXTURE(Fixture, "content that is not what its name says is refused and forgotten") {
  CHECK(*put("abcdef", "xyz") == 3);
  const auto wrong = put("abcdef", "def", 3);
  REQUIRE_FALSE(wrong.ok());
  CHECK(wrong.error().code == Errc::invalid);
  CHECK(*put("abcdef", "abcdef") == 6);
}

TEST_CASE_FIXTURE(Fixture, "a piece beyond the end of the file is refused") {
  CHECK(put("abc", "abcd").error().code == Errc::invalid);
  CHECK(put("abc", "c", 3).error().code == Errc::invalid);
  CHECK(put("abc", "c", -1).error().code == Errc::invalid);
}

TEST_CASE_FIXTURE(Fixture, "what nobody has added to for a day is removed") {
  CHECK(put("data", "data").ok());
  SystemClock clock;
  incoming.remove_old(clock.now() + std::chrono::hours(23));
  CHECK(incoming.path_of(sha256("data")).has_value());
  incoming.remove_old(clock.now() + std::chrono::hours(25));
  CHECK_FALSE(incoming.path_of(sha256("data")).has_value());
}
