/// A version of a project as a folder, put together from files that have come and files of earlier
/// versions.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/digest.h"
#include "base/result.h"
#include "blob/tree_manifest.h"
#include "source/incoming_files.h"

namespace gt {

inline constexpr std::size_t version_files_max = 200'000;

/// Where files of a project are that have come earlier. Absolute paths by digest.
using KnownFiles = std::unordered_map<Digest, std::string>;

/// Those of a tree that lies in a folder.
void add_known_files(std::span<const TreeEntry> tree, const std::string& folder, KnownFiles& known);

/// The list of a version's files as it was sent: tree_text(). Errors: invalid (not such a list, a
/// link that leaves the project, a name of Geartrain's own), exhausted (version_files_max).
Result<std::vector<TreeEntry>> parse_version_tree(std::string_view text);

/// Digests of files that are nowhere; each once, with its size.
struct MissingFile {
  Digest digest = {};
  std::int64_t bytes = 0;
};
std::vector<MissingFile> missing_files(std::span<const TreeEntry> tree, const KnownFiles& known,
                                       const IncomingFiles& incoming);

/// Makes `folder`, which must not exist, with all that the tree says. Errc::not_found: a file has
/// gone meanwhile.
Result<void> make_version_folder(std::span<const TreeEntry> tree, const KnownFiles& known,
                                 const IncomingFiles& incoming, const std::string& folder);

}  // namespace gt
