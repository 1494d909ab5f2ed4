/// Looks at a folder on disk without following any link, and refuses what no artifact can hold.
#pragma once

#include <string>
#include <vector>

#include "blob/tree_manifest.h"

namespace gt {

/// Folders inside folders; each costs an open descriptor while it is scanned.
inline constexpr int folder_depth_max = 200;
/// Files, links and folders of one artifact.
inline constexpr std::size_t folder_entries_max = 10'000'000;

struct TreeScan {
  std::vector<TreeEntry> entries;    ///< files without digests
  std::vector<std::string> folders;  ///< all below the root, parents first
  std::vector<std::string> shared;   ///< files with further links elsewhere
  std::int64_t bytes = 0;
  std::int64_t files = 0;
  bool is_sealed = true;  ///< nothing was written, added or removed since it was sealed (seal.h)
};

/// Of the open folder `root`; `name` is for messages. Errc::invalid for devices, sockets, FIFOs,
/// links that leave the folder, and what is beyond a limit.
Result<TreeScan> scan_tree(int root, const std::string& name);

/// What is at `mode`, in words: "a FIFO".
const char* kind_in_words(mode_t mode);

}  // namespace gt
