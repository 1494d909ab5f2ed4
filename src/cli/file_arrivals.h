/// The files that a glob selects, as they come, change and come to rest.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/glob.h"
#include "engine/fire_files.h"
#include "source/file_stamp.h"

namespace gt {

/// Of one trigger, or of a wait. Hidden files and folders (a dot in front) are left out, as those
/// are that a program writes and renames when it is done; so are links to folders. Threads: one.
class FileArrivals {
 public:
  static constexpr std::size_t files_max = 100'000;
  static constexpr std::size_t depth_max = 64;

  /// `root` is the project's. Errc::invalid for a glob that is none.
  static Result<FileArrivals> open(const std::string& root, const FileRule& rule);

  /// All that are there now, by path. Where a folder cannot be read its files are not there.
  /// Errors: exhausted beyond files_max.
  Result<std::vector<ArrivedFile>> look(Clock& clock);
  /// Whether it looks for the file of that path, which is absolute as those of folders() are.
  bool selects(const std::string& path) const;
  /// How long until a file may have come to rest that had not at the last look; nullopt: all have.
  std::optional<Duration> until_stable(Duration steady_now) const {
    return stable_at_ ? std::optional(std::max(Duration(0), *stable_at_ - steady_now))
                      : std::nullopt;
  }
  /// Folders that were looked into at the last look, to watch for changes.
  const std::vector<std::string>& folders() const { return folders_; }

 private:
  struct Seen {
    FileStamp stamp;
    Duration since{};  ///< by the steady clock
    bool is_stable = false;
  };

  FileArrivals(std::string base, Glob glob, Duration stable)
      : base_(std::move(base)), glob_(std::move(glob)), stable_(stable) {}
  Result<void> walk(const std::string& folder, std::size_t depth);
  void take(const std::string& path);

  std::string base_;  ///< what the glob's paths are relative to; "/" of an absolute one
  Glob glob_;
  Duration stable_;
  std::vector<std::pair<std::string, FileStamp>> found_;
  std::vector<std::string> folders_;
  std::map<std::string, Seen> seen_;
  /// By the steady clock: when the first of those that have not may have come to rest.
  std::optional<Duration> stable_at_;
};

}  // namespace gt
