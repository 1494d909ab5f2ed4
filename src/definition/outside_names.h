/// Which connections and variables of the project a pipeline asks for.
#pragma once

#include <string>
#include <vector>

#include "definition/pipeline.h"

namespace gt {

struct OutsideName {
  bool is_connection = false;  ///< else a variable
  std::string name;
  Position position;  ///< where it stands first
};

/// Of all steps, also those of groups, of `finally` and of called pipelines; each once.
std::vector<OutsideName> outside_names(const Pipeline& pipeline);

}  // namespace gt
