/// What `geartrain init` writes.
#pragma once

#include <string>
#include <vector>

namespace gt {

struct InitFile {
  std::string path;  ///< below the project's folder
  std::string content;
};

std::vector<InitFile> init_files(const std::string& pipeline);

}  // namespace gt
