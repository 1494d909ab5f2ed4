/// `run --each NAME=VALUES`: the parameters of many runs.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "definition/pipeline.h"

namespace gt {

/// Of one command; each of them is a run.
inline constexpr std::size_t each_runs_max = 10'000;

struct EachAxis {
  std::string name;
  std::vector<std::string> values;  ///< as `-p NAME=` would be given them
};

/// `text` is NAME= and a range (1..12, 0..1..0.25), a list as YAML has it ([eu, us]), values with
/// commas between, or @FILE with a value on each line. `read` reads that file. Errc::invalid,
/// also over each_runs_max.
Result<EachAxis> parse_each(const Pipeline& pipeline, std::string_view text,
                            const std::function<Result<std::string>(const std::string&)>& read);

/// All combinations as assignments (`month=3`), the first axis varies slowest. Errc::invalid for a
/// name that stands twice, and over each_runs_max.
Result<std::vector<std::vector<std::string>>> combinations(const std::vector<EachAxis>& axes);

}  // namespace gt
