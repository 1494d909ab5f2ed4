#include "execute/spare_folders.h"

#include <algorithm>

#include "base/file.h"
#include "process/attempt_folder.h"

namespace gt {

namespace {

/// As many attempts as usually end before others begin.
constexpr std::size_t spare_folders_max = 16;

bool is_as_good_as_new(const std::string& folder) {
  const auto names = list_directory(folder);
  return names && std::ranges::all_of(*names, [&](const std::string& name) {
           if (name == "lock") return true;
           const std::string path = join_path(folder, name);
           if (name != "tmp" || kind_of(path).value_or(PathKind::other) != PathKind::directory)
             return false;
           const auto inside = list_directory(path);
           return inside && inside->empty();
         });
}

}  // namespace

SpareFolders::~SpareFolders() {
  for (const std::string& folder : folders_) (void)remove_tree(folder).ok();
}

void SpareFolders::offer(const std::string& folder) {
  {
    const std::lock_guard lock(mutex_);
    if (folders_.size() >= spare_folders_max) return;
  }
  if (!is_as_good_as_new(folder) || !reset_attempt(folder)) return;
  const std::lock_guard lock(mutex_);
  folders_.push_back(folder);
}

void SpareFolders::move_one_to(const std::string& folder) {
  std::string spare;
  {
    const std::lock_guard lock(mutex_);
    if (folders_.empty()) return;
    spare = std::move(folders_.back());
    folders_.pop_back();
  }
  if (rename_path(spare, folder)) return;
  const std::lock_guard lock(mutex_);
  folders_.push_back(std::move(spare));
}

}  // namespace gt
