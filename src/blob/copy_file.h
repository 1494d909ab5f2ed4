/// Copies of files and folders that share the disk blocks where the file system can (reflink).
#pragma once

#include <string>

#include "base/result.h"
#include "blob/tree_scan.h"

namespace gt {

/// From the beginning of `from` to the end of it, into the empty `to`.
Result<void> copy_content(int from, int to);

/// Makes `to` (which must not exist) a folder with the scanned content of the open folder `root`;
/// files are 0644 or 0755, folders 0755.
Result<void> copy_tree(int root, const TreeScan& scan, const std::string& to);

}  // namespace gt
