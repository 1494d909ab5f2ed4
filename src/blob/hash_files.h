/// Hashes the files of a scanned tree, and notices when one changes meanwhile.
#pragma once

#include "blob/tree_scan.h"

namespace gt {

enum class Sealing {
  none,
  seal,  ///< each file becomes read-only, its time fixed (seal.h)
};

/// Fills in the digests (files below the open folder `root`; `name` is for messages), with several
/// threads when there are many. Errc::conflict when a file is not what it was when it was scanned.
Result<void> hash_files(int root, const std::string& name, TreeScan& scan, Sealing sealing);

/// The digest of an open regular file from its beginning. Errc::conflict when it changes meanwhile.
Result<Digest> hash_open_file(int fd);

Result<void> seal_file(int fd, bool executable);
Result<void> seal_folder(int fd);
/// All folders below `root`. Whoever is not root cannot move a sealed folder, so `root` is left.
Result<void> seal_folders(int root, const TreeScan& scan);

}  // namespace gt
