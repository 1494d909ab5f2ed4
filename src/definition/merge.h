/// Puts what several files say into one mapping.
#pragma once

#include <cstdint>
#include <set>
#include <vector>

#include "base/problem.h"
#include "definition/pipeline_files.h"
#include "definition/yaml/tree.h"

namespace gt {

struct SaidFile {
  std::uint16_t file;                ///< its number
  YamlNode root;                     ///< a mapping
  std::set<std::uint16_t> includes;  ///< directly or not
};

/// `said`: those that are included stand before those that include them; the last is the
/// pipeline's own file, which includes all others. The rules are in definition/include.h.
YamlTree merge(const std::vector<SaidFile>& said, const PipelineFiles& files, Problems& problems);

}  // namespace gt
