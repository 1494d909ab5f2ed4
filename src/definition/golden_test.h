/// Cases in a text file beside the tests: what goes in and what must come out. With GT_ACCEPT=1 in
/// the environment a test writes what came out into the file instead of comparing.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace gt {

/// Each case of `src/definition/golden/<name>`: a line `=== title`, the input, a line `---`, the
/// output. Checks that `produce` makes the output of the input.
void check_golden(const std::string& name,
                  const std::function<std::string(const std::string& input)>& produce);

/// The text of a file of the source tree, looked for from the working directory upwards.
std::string read_source_file(const std::string& path);

}  // namespace gt
