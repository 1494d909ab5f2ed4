/// Where two results of one task differ first: the output, the file, the place in it.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "blob/blob_store.h"
#include "run/attempt.h"

namespace gt {

/// The outputs of one execution, and where their bytes are.
struct KeptResult {
  std::vector<OutputValue> outputs;
  std::function<std::string(const BlobName&)> path_of;  ///< of an artifact; a folder's manifest
                                                        ///< stands beside it (folder_blobs.h)
};

struct ResultDifference {
  std::size_t output = 0;   ///< position among the step's outputs
  std::string file;         ///< in a folder, the path below it; else empty
  std::string what;         ///< "line 3 differs", "is only in the recorded one"
  std::string before, now;  ///< the texts, or, of large files, the part where they differ
};

/// nullopt for equal results. Errors: of reading; not_found where an artifact is not there.
Result<std::optional<ResultDifference>> find_difference(const KeptResult& before,
                                                        const KeptResult& now);

/// The outputs as text, equal exactly for equal outputs.
Result<std::string> result_text(const std::vector<OutputValue>& outputs);

}  // namespace gt
