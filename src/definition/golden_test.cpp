#include "definition/golden_test.h"

#include <cstdlib>
#include <doctest/doctest.h>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/text.h"

namespace gt {
namespace {

std::filesystem::path find_source_file(const std::string& path) {
  for (auto folder = std::filesystem::current_path();; folder = folder.parent_path()) {
    if (std::filesystem::exists(folder / path)) return folder / path;
    REQUIRE_MESSAGE(folder != folder.root_path(),
                    "the tests run inside the source tree; no " << path);
  }
}

struct Case {
  std::string title;
  std::string input;
  std::string output;
};

std::vector<Case> parse_cases(const std::string& text) {
  std::vector<Case> cases;
  bool is_output = false;
  for (const std::string_view line : split(text, '\n')) {
    if (line.starts_with("=== ")) {
      cases.push_back({.title = std::string(line.substr(4)), .input = {}, .output = {}});
      is_output = false;
    } else if (line == "---" && !cases.empty() && !is_output) {
      is_output = true;
    } else if (!cases.empty()) {
      (is_output ? cases.back().output : cases.back().input) += std::string(line) + "\n";
    }
  }
  return cases;
}

/// The empty line before the next title, and the end of the last line.
std::string without_trailing_breaks(std::string text) {
  while (text.ends_with('\n')) text.pop_back();
  return text;
}

}  // namespace

std::string read_source_file(const std::string& path) {
  std::ifstream stream(find_source_file(path));
  std::stringstream text;
  text << stream.rdbuf();
  return text.str();
}

void check_golden(const std::string& name,
                  const std::function<std::string(const std::string& input)>& produce) {
  const std::string path = "src/definition/golden/" + name;
  const bool is_accepting = std::getenv("GT_ACCEPT") != nullptr;
  std::string accepted;
  const auto cases = parse_cases(read_source_file(path));
  CHECK(cases.size() > 1);
  for (const Case& one : cases) {
    const std::string output = without_trailing_breaks(produce(one.input));
    accepted += "=== " + one.title + "\n" + one.input + "---\n" + output + "\n\n";
    CAPTURE(one.title);
    if (!is_accepting) CHECK(output == without_trailing_breaks(one.output));
  }
  if (!is_accepting) return;
  std::ofstream(find_source_file(path)) << without_trailing_breaks(accepted) << "\n";
}

}  // namespace gt
