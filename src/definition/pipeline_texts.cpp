#include "definition/pipeline_texts.h"

#include <algorithm>

namespace gt {

NamedFiles named_files(std::string own_path, const std::vector<FileText>& texts) {
  return {std::move(own_path), [&texts](const std::string& path) -> Result<std::string> {
            const auto found = std::ranges::find(texts, path, &FileText::path);
            if (found == texts.end()) return error(Errc::not_found, "is not there");
            return found->text;
          }};
}

}  // namespace gt
