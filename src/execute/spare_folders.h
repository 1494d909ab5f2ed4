/// Folders of attempts that left nothing behind, for attempts that begin.
///
/// Making a folder and the files in it is what a short attempt costs most for, the more so on ext4
/// right after others were removed. Most steps write a log, whose folder stays; one that wrote
/// nothing needs no folder any more once its end is recorded.
#pragma once

#include <mutex>
#include <string>
#include <vector>

namespace gt {

/// Threads: any.
class SpareFolders {
 public:
  SpareFolders() = default;
  /// Removes those that nobody needed.
  ~SpareFolders();
  SpareFolders(const SpareFolders&) = delete;
  SpareFolders& operator=(const SpareFolders&) = delete;

  /// The folder of an attempt whose end is recorded and whose files are forgotten; taken if all
  /// that is in it is as good as new.
  void offer(const std::string& folder);
  /// Renames one to `folder`, if there is one, and nothing there. A folder that an attempt runs in,
  /// or ran in, stays what it is.
  void move_one_to(const std::string& folder);

 private:
  std::mutex mutex_;
  std::vector<std::string> folders_;
};

}  // namespace gt
