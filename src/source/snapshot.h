/// Finds a project's files on disk: all that are its source, or those that a glob selects.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/glob.h"
#include "base/result.h"
#include "source/file_stamp.h"
#include "source/ignore.h"

namespace gt {

struct SourceFile {
  std::string path;                ///< from the project's folder
  PathKind kind = PathKind::file;  ///< file or link
  FileStamp stamp = {};
};

enum class SourceKind : std::uint8_t {
  project,  ///< a folder that people work in: git and lists of what to ignore say what is source
  version,  ///< all that is there is source, as somebody has sent it
};

/// A project's folder. Threads: any, at once.
class Snapshot {
 public:
  static constexpr std::size_t files_max = 1'000'000;
  static constexpr std::size_t depth_max = 200;

  /// `home`, if inside `root`, is left out always. Both absolute and canonical.
  static Result<Snapshot> open(std::string root, const std::string& home,
                               SourceKind kind = SourceKind::project);

  /// git's tracked and unignored files where git answers (submodules included), else all; both
  /// without the default ignore list (as far as git does not track such a file) and
  /// `.geartrainignore`, which lies at the root. Sorted by path. Errc::exhausted beyond the limits.
  Result<std::vector<SourceFile>> all_files() const;
  /// What the glob selects of all files, ignored by git or not, but not by the other two lists; a
  /// glob without wildcards names its file whatever is ignored. A link to a folder that may hold
  /// more is selected as a whole. Sorted by path; empty if there is nothing.
  Result<std::vector<SourceFile>> files_of(const Glob& glob) const;
  /// All below a folder, as all_files() without git.
  Result<std::vector<SourceFile>> files_below(const std::string& folder) const;

  /// nullopt if there is nothing, or behind a link.
  std::optional<SourceFile> look_at(const std::string& path) const;
  bool is_left_out(std::string_view path) const;

  /// Where a link in the project leads, from the project's folder ("" for itself); nullopt when out
  /// of the project or nowhere.
  std::optional<std::string> target_of(const std::string& path) const;

  const std::string& root() const { return root_; }
  int root_fd() const { return root_fd_.get(); }

 private:
  struct FolderContent;

  Snapshot() = default;
  Result<void> read_folder(const std::string& at, const Glob* glob, FolderContent& content) const;
  /// All in a folder and below it, or what a glob selects of it; sorted by path.
  Result<std::vector<SourceFile>> walk(const std::string& folder, const Glob* glob) const;
  Result<std::optional<std::vector<std::string>>> ask_git(const std::string& folder) const;
  Result<bool> add_git_files(const std::string& folder, std::size_t depth,
                             std::vector<SourceFile>& files) const;
  std::optional<SourceFile> first_link_or_end(const std::string& path) const;

  std::string root_;
  SourceKind kind_ = SourceKind::project;
  UniqueFd root_fd_;
  std::string home_;           // from the root; empty if outside
  IgnoreRules rules_;          // default list, then the project's
  IgnoreRules project_rules_;  // .geartrainignore alone
};

}  // namespace gt
