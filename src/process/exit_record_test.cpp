#include "process/exit_record.h"

#include <doctest/doctest.h>

namespace gt {

TEST_CASE("an exit record reads back as it was written") {
  ExitRecord record{.name = "gt-000000000001-train-1",
                    .cause = ExitCause::timeout,
                    .exit_code = std::nullopt,
                    .signal = 15,
                    .message = "ran longer than its timeout of 1s\n\"quoted\"",
                    .started_at = from_microseconds(5),
                    .ended_at = from_microseconds(1'000'005),
                    .duration = Duration(1'000'000),
                    .peak_memory_bytes = 1 << 20,
                    .cpu_user = Duration(7),
                    .cpu_system = Duration(8),
                    .log_bytes = 9,
                    .log_bytes_left_out = 10,
                    .log_problem = "disk full",
                    .leftovers = 2};
  SUBCASE("with everything") {}
  SUBCASE("never started") {
    record.cause = ExitCause::spawn_failed;
    record.started_at.reset();
    record.signal.reset();
  }
  SUBCASE("ended well") {
    record.cause = ExitCause::exit;
    record.exit_code = 0;
    record.message.clear();
  }
  const auto read = parse_exit_record(to_json_text(record));
  REQUIRE(read.ok());
  CHECK(*read == record);
}

TEST_CASE("what is no exit record of a protocol that we know is refused") {
  for (const char* text :
       {"", "{}", "[1]", "{\"protocol\":2,\"cause\":\"exit\",\"ended_at\":1}",
        "{\"protocol\":1,\"cause\":\"bored\",\"ended_at\":1}",
        "{\"protocol\":1,\"cause\":\"exit\"}", "{\"protocol\":1,\"cause\":\"exit\",\"ended_at\":1"})
    CHECK_FALSE(parse_exit_record(text).ok());
}

TEST_CASE("members that a later minor version adds are passed over") {
  const auto read = parse_exit_record(
      R"({"protocol":1,"name":"n","cause":"exit","exit_code":3,"ended_at":1,"energy":5})");
  REQUIRE(read.ok());
  CHECK(read->exit_code == 3);
}

}  // namespace gt
