#include "process/spawn_request.h"

#include <doctest/doctest.h>

namespace gt {

namespace {

SpawnRequest train() {
  return {.name = "gt-1",
          .folder = "/tmp/with space\nand line",
          .command = std::vector<std::string>{"python", "", std::string("a\0b", 3)},
          .environment = {"A=1", "B="},
          .working_directory = "/",
          .folders = {"outputs"},
          .secrets = {"s3cret"},
          .timeout = std::chrono::seconds(3),
          .grace = std::chrono::seconds(1),
          .log_bytes_max = 77};
}

}  // namespace

TEST_CASE("a spawn request comes through packing unchanged") {
  SpawnRequest request = train();
  SUBCASE("argv") {}
  SUBCASE("script") { request.command = Script{"echo hello\n"}; }
  SUBCASE("without timeout") { request.timeout.reset(); }
  const auto unpacked = unpack_spawn_request(pack(request));
  REQUIRE(unpacked.ok());
  CHECK(*unpacked == request);
  const auto place = unpack_attempt_place(pack(request));
  REQUIRE(place.ok());
  CHECK(place->name == request.name);
  CHECK(place->folder == request.folder);
}

TEST_CASE("a packed request that was cut or lengthened is refused") {
  const std::string whole = pack(train());
  for (std::size_t size = 0; size < whole.size(); ++size)
    CHECK_FALSE(unpack_spawn_request(whole.substr(0, size)).ok());
  CHECK_FALSE(unpack_spawn_request(whole + "x").ok());
}

}  // namespace gt
