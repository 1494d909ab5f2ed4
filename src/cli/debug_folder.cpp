#include "cli/debug_folder.h"

#include "base/file.h"

namespace gt {

namespace {

constexpr int at_once_max = 100;

}  // namespace

Result<DebugFolder> claim_debug_folder(const std::string& home, const std::string& name) {
  const std::string all = join_path(home, debug_folders);
  TRY(make_directories(all));
  for (int number = 1; number <= at_once_max; ++number) {
    std::string own = number == 1 ? name : fmt::format("{}-{}", name, number);
    std::string path = join_path(all, own);
    auto lock = TRY(FileLock::try_take(path + ".lock"));
    if (!lock) continue;
    // What an earlier one left, or was asked to keep, is looked at by a person.
    if (TRY(kind_of(path)) != PathKind::nothing) continue;
    return DebugFolder{std::move(own), std::move(path), *std::move(lock)};
  }
  return Error{Errc::exhausted,
               fmt::format("there are {} folders of {} already", at_once_max, name),
               "`geartrain gc` removes those that nobody uses"};
}

Result<void> collect_debug_folders(const std::string& home) {
  const std::string all = join_path(home, debug_folders);
  if (TRY(kind_of(all)) == PathKind::nothing) return {};
  for (const std::string& name : TRY(list_directory(all))) {
    const std::string path = join_path(all, name);
    if (!name.ends_with(".lock")) {
      const auto lock = TRY(FileLock::try_take(path + ".lock"));
      if (lock) TRY(remove_tree(path));
    }
  }
  return {};
}

}  // namespace gt
