#include "server/attempt_token.h"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include "base/test_folder.h"

using namespace gt;

namespace {

const AttemptClaims claims{.run_uuid = "0190a1b2c3d4", .task = 7, .number = 2};

struct Fixture {
  TestFolder folder;
  Home home = *Home::open(folder / "home");
  SeededEntropy entropy{1};
  AttemptTokens tokens = *AttemptTokens::open(home, entropy);
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "a token says whose it is, to everybody with the home's key") {
  const std::string token = tokens.make(claims);
  const AttemptTokens others = *AttemptTokens::open(home, entropy);
  const auto read = others.read(token);
  REQUIRE(read.has_value());
  CHECK(read->run_uuid == claims.run_uuid);
  CHECK(read->task == claims.task);
  CHECK(read->number == claims.number);
}

TEST_CASE_FIXTURE(Fixture, "a token that was changed, or made with another key, is none") {
  const std::string token = tokens.make(claims);
  const Home elsewhere = *Home::open(folder / "elsewhere");
  CHECK_FALSE(AttemptTokens::open(elsewhere, entropy)->read(token).has_value());
  for (std::size_t i = 0; i < token.size(); ++i) {
    std::string changed = token;
    changed[i] = changed[i] == '0' ? '1' : '0';
    CHECK_FALSE(tokens.read(changed).has_value());
  }
  for (const char* const text : {"", "gta_", "gta_a_b_c_d", "gt_0123", "gta_____"})
    CHECK_FALSE(tokens.read(text).has_value());
}

TEST_CASE_FIXTURE(Fixture, "nobody but its owner can read the key") {
  struct stat facts{};
  REQUIRE(::stat(home.at("attempt-key").c_str(), &facts) == 0);
  CHECK((facts.st_mode & 0777) == 0600);
}
