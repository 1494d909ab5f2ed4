/// All source files of a project as the list that names a version of it.
#pragma once

#include <vector>

#include "base/result.h"
#include "blob/tree_manifest.h"
#include "source/source.h"

namespace gt {

/// The files of Source::files() with their digests; the list is not sorted yet. Errors: invalid (a
/// link that leaves the project, a file that changes meanwhile), denied, exhausted.
Result<std::vector<TreeEntry>> read_project_tree(Source& source);

}  // namespace gt
