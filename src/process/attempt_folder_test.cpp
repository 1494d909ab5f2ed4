#include "process/attempt_folder.h"

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/test_folder.h"

namespace gt {

namespace {

ExitRecord record_of_success() {
  return {.name = "gt-1", .cause = ExitCause::exit, .exit_code = 0, .log_bytes = 12};
}

AttemptClaim taken(const std::string& folder, const std::string& place) {
  auto claim = AttemptClaim::take(folder, place);
  REQUIRE(claim.ok());
  REQUIRE(claim->has_value());
  return **std::move(claim);
}

/// No file of this process grows beyond that many bytes, as on a full disk.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    // Whatever it was, it is not to end the test.
    old_action_ = ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    ::signal(SIGXFSZ, old_action_);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  rlimit before_{};
  sighandler_t old_action_ = SIG_DFL;
};

}  // namespace

TEST_CASE("how an attempt ended stands in its lock file, and counts once it is written") {
  const TestFolder folder;
  const std::string attempt = folder / "attempt";
  CHECK(inspect_attempt(attempt)->phase == AttemptPhase::never_started);
  AttemptClaim claim = taken(attempt, place_of_processes());
  CHECK(inspect_attempt(attempt)->phase == AttemptPhase::running);
  CHECK_FALSE(AttemptClaim::take(attempt, "elsewhere")->has_value());
  const ExitRecord record = record_of_success();
  REQUIRE(claim.record_end(record).ok());
  claim.release();
  const auto status = inspect_attempt(attempt);
  REQUIRE(status.ok());
  CHECK(status->phase == AttemptPhase::ended);
  CHECK(status->exit == record);
  CHECK(*bury_attempt(attempt, "gt-1") == record);
  CHECK(read_shim_identity(attempt)->place == place_of_processes());
  CHECK_FALSE(AttemptClaim::take(attempt, "elsewhere")->has_value());
}

TEST_CASE("where there is little room an exit record has shorter messages, or nothing is written") {
  const TestFolder folder;
  const std::string attempt = folder / "attempt";
  AttemptClaim claim = taken(attempt, place_of_processes());
  ExitRecord record = record_of_success();
  record.log_problem = std::string(5000, 'x');
  struct stat before{}, after{};
  REQUIRE(::stat((attempt + "/lock").c_str(), &before) == 0);
  {
    const FileSizeLimit limit(static_cast<rlim_t>(before.st_size) + 100);
    CHECK_FALSE(claim.record_end(record).ok());
  }
  REQUIRE(::stat((attempt + "/lock").c_str(), &after) == 0);
  CHECK(after.st_size == before.st_size);
  {
    const FileSizeLimit limit(4096);
    REQUIRE(claim.record_end(record).ok());
  }
  claim.release();
  record.log_problem.resize(400);
  CHECK(inspect_attempt(attempt)->exit == record);
}

TEST_CASE("what a command puts in the place of its folder or of the lock file is not written to") {
  const TestFolder folder;
  const std::string attempt = folder / "attempt";
  const std::string precious = folder.write("elsewhere/lock", "precious");
  AttemptClaim claim = taken(attempt, place_of_processes());
  REQUIRE(rename_path(attempt, folder / "away").ok());
  REQUIRE(::symlink("elsewhere", attempt.c_str()) == 0);
  REQUIRE(claim.record_end(record_of_success()).ok());
  CHECK(read_file(precious).value_or("") == "precious");
  CHECK(inspect_attempt(folder / "away")->exit == record_of_success());
  // Nor is a folder taken that is a link.
  CHECK(!AttemptClaim::take(attempt, place_of_processes()).ok());
}

TEST_CASE("an attempt without any exit record is lost, and buried once") {
  const TestFolder folder;
  const std::string attempt = folder / "attempt";
  taken(attempt, "elsewhere").release();
  CHECK(inspect_attempt(attempt)->phase == AttemptPhase::lost);
  const auto buried = bury_attempt(attempt, "gt-1");
  REQUIRE(buried.ok());
  CHECK(buried->cause == ExitCause::lost);
  CHECK(inspect_attempt(attempt)->phase == AttemptPhase::ended);
  CHECK(*bury_attempt(attempt, "gt-1") == *buried);
}

TEST_CASE("a lock file that lost its end with the machine's power says that the attempt is lost") {
  const TestFolder folder;
  for (const std::string& text : {std::string(20, '\0'), std::string("{\"protocol\":1,\"pla")}) {
    const std::string attempt = folder / std::to_string(text.size());
    REQUIRE(make_directories(attempt).ok());
    REQUIRE(write_file_atomically(attempt + "/lock", text, Durability::none).ok());
    CHECK(inspect_attempt(attempt)->phase == AttemptPhase::lost);
    REQUIRE(bury_attempt(attempt, "gt-1").ok());
    CHECK(inspect_attempt(attempt)->phase == AttemptPhase::ended);
  }
}

}  // namespace gt
