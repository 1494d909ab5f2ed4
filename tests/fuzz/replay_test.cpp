// Every kept input of every target, with the compiler and sanitizers of all other tests.
#include <doctest/doctest.h>
#include <filesystem>
#include <fmt/format.h>
#include <optional>

#include "base/file.h"
#include "base/text.h"
#include "fuzz/targets.h"

namespace gt {
namespace {

namespace fs = std::filesystem;

/// nullopt for what is no base64.
std::optional<std::string> decoded(std::string_view line) {
  constexpr std::string_view digits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string bytes;
  std::uint32_t bits = 0, count = 0;
  while (line.ends_with('=')) line.remove_suffix(1);
  for (const char digit : line) {
    const std::size_t value = digits.find(digit);
    if (value == std::string_view::npos) return std::nullopt;
    bits = (bits << 6U | static_cast<std::uint32_t>(value)) & 0xFFFFU;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes += static_cast<char>(bits >> count & 0xFFU);
  }
  return bytes;
}

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

TEST_CASE("so does every input that fuzzing has found worth keeping") {
  for (const FuzzTarget& target : fuzz_targets()) {
    const auto lines = read_file(fmt::format("{}/{}.base64", GEARTRAIN_FUZZ_CORPUS, target.name));
    REQUIRE(lines.ok());
    CHECK_FALSE(lines->empty());
    for (const std::string_view line : split(trim(*lines), '\n')) {
      INFO(target.name, " ", line);
      const auto bytes = decoded(line);
      REQUIRE(bytes);
      target.run(*bytes);
    }
  }
}

TEST_CASE("every folder and file of inputs belongs to a target") {
  for (const fs::directory_entry& entry : fs::directory_iterator(GEARTRAIN_FUZZ_CORPUS)) {
    INFO(entry.path().string());
    CHECK(find_fuzz_target(entry.path().stem().string()) != nullptr);
  }
}

}  // namespace
}  // namespace gt
