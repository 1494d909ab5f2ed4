#include "process/attempt_folder.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include "base/test_folder.h"

namespace gt {

namespace {

ExitRecord record_of_success() {
  return {.name = "gt-1", .cause = ExitCause::exit, .exit_code = 0, .log_bytes = 12};
}

}  // namespace

TEST_CASE("an exit record that finds no room for a file of its own is kept in the lock file") {
  const TestFolder folder;
  const std::string attempt = folder / "attempt";
  auto claim = AttemptClaim::take(attempt, place_of_processes());
  REQUIRE(claim.ok());
  REQUIRE(claim->has_value());
  // A folder in its way, as good as a full disk.
  REQUIRE(make_directories(attempt + "/exit.json.partial").ok());
  ExitRecord record = record_of_success();
  record.log_problem = std::string(5000, 'x');
  REQUIRE(write_exit_record(attempt, record).ok());
  CHECK(inspect_attempt(attempt)->phase == AttemptPhase::running);
  claim->reset();
  record.log_problem.resize(400);

  const auto status = inspect_attempt(attempt);
  REQUIRE(status.ok());
  CHECK(status->phase == AttemptPhase::ended);
  REQUIRE(status->exit.has_value());
  CHECK(*status->exit == record);
  CHECK(*bury_attempt(attempt, "gt-1") == record);
  CHECK(read_shim_identity(attempt)->place == place_of_processes());
  CHECK(kind_of(attempt + "/exit.json").value_or(PathKind::other) == PathKind::nothing);
}

TEST_CASE("what a command puts in the place of its folder or of the record is not written to") {
  const TestFolder folder;
  const std::string attempt = folder / "attempt";
  const std::string precious = folder.write("elsewhere/precious", "precious");
  auto claim = AttemptClaim::take(attempt, place_of_processes());
  REQUIRE(claim.ok());
  REQUIRE(claim->has_value());
  REQUIRE(::symlink(precious.c_str(), (attempt + "/exit.json.partial").c_str()) == 0);
  REQUIRE(rename_path(attempt, folder / "away").ok());
  REQUIRE(::symlink("elsewhere", attempt.c_str()) == 0);
  REQUIRE(write_exit_record((*claim)->folder(), record_of_success()).ok());
  CHECK(list_directory(folder / "elsewhere").value_or(std::vector<std::string>()) ==
        std::vector<std::string>{"precious"});
  CHECK(read_file(precious).value_or("") == "precious");
  CHECK(inspect_attempt(folder / "away")->exit == record_of_success());
  // Nor is a folder taken that is a link.
  CHECK(!AttemptClaim::take(attempt, place_of_processes()).ok());
}

TEST_CASE("an attempt without any exit record is lost, and buried once") {
  const TestFolder folder;
  const std::string attempt = folder / "attempt";
  CHECK(inspect_attempt(attempt)->phase == AttemptPhase::never_started);
  REQUIRE(AttemptClaim::take(attempt, "elsewhere").ok());
  CHECK(inspect_attempt(attempt)->phase == AttemptPhase::lost);
  REQUIRE(make_directories(attempt + "/exit.json.partial").ok());
  const auto buried = bury_attempt(attempt, "gt-1");
  REQUIRE(buried.ok());
  CHECK(buried->cause == ExitCause::lost);
  CHECK(inspect_attempt(attempt)->phase == AttemptPhase::ended);
  CHECK(*bury_attempt(attempt, "gt-1") == *buried);
}

}  // namespace gt
