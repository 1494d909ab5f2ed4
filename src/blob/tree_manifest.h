/// What a folder holds, as one text whose SHA-256 names the folder.
///
///     geartrain tree 1
///     644 12 <sha256> data/train.csv        a file: its mode is 644 or 755, then its size
///     755 90 <sha256> run.sh
///     link ../data/train.csv model/input    a symbolic link: what it says, and where it is
///     folder empty                          a folder without anything in it
///
/// Sorted by path (bytes); paths and targets are escaped() words. Times, owners and other modes are
/// left out, so that equal content has an equal name.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "base/result.h"

namespace gt {

struct TreeEntry {
  enum class Kind { file, executable, link, empty_folder };
  std::string path;  ///< relative, with slashes, as bytes
  Kind kind = Kind::file;
  std::int64_t bytes = 0;   ///< of files
  Digest digest = {};       ///< of files
  std::string target = {};  ///< of links

  bool is_file() const { return kind == Kind::file || kind == Kind::executable; }
  bool operator==(const TreeEntry&) const = default;
};

/// Sorts the entries by path first.
std::string tree_text(std::vector<TreeEntry>& entries);

/// The inverse of tree_text: any other spelling of a tree, and a path that leads out of it, is
/// Errc::invalid with the line's number.
Result<std::vector<TreeEntry>> parse_tree(std::string_view text);

/// What a manifest says of all its entries together.
struct TreeTotals {
  std::int64_t entries = 0;
  std::int64_t files = 0;
  std::int64_t bytes = 0;
  bool operator==(const TreeTotals&) const = default;
};

/// Much faster than parse_tree(), as it looks at the beginnings of lines only. Errc::invalid.
Result<TreeTotals> tree_totals(std::string_view text);

/// Whether a link in the folder `folder` of a tree ("" for its root) stays inside whatever other
/// such links there are: its target is relative, climbs only at its beginning, and not beyond the
/// root.
bool stays_inside(std::string_view folder, std::string_view target);

}  // namespace gt
