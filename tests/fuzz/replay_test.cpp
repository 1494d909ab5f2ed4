// Every kept input of every target, with the compiler and sanitizers of all other tests.
#include <doctest/doctest.h>
#include <filesystem>

#include "base/file.h"
#include "fuzz/targets.h"

namespace gt {
namespace {

namespace fs = std::filesystem;

TEST_CASE("every kept input of every fuzz target keeps the laws") {
  for (const FuzzTarget& target : fuzz_targets()) {
    const fs::path folder = fs::path(GEARTRAIN_FUZZ_CORPUS) / target.name;
    std::size_t inputs = 0;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
      INFO(entry.path().string());
      const auto bytes = read_file(entry.path());
      REQUIRE(bytes.ok());
      target.run(*bytes);
      ++inputs;
    }
    INFO(folder.string());
    CHECK(inputs > 0);
  }
}

TEST_CASE("every folder of inputs belongs to a target") {
  for (const fs::directory_entry& entry : fs::directory_iterator(GEARTRAIN_FUZZ_CORPUS)) {
    INFO(entry.path().string());
    CHECK(find_fuzz_target(entry.path().filename().string()) != nullptr);
  }
}

}  // namespace
}  // namespace gt
