#include <algorithm>
#include <cerrno>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <memory>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/removal.h"
#include "base/text.h"

namespace gt {

namespace {

struct CloseDirectory {
  void operator()(DIR* directory) const { closedir(directory); }
};
using Directory = std::unique_ptr<DIR, CloseDirectory>;

// The names in an open folder; the descriptor stays the caller's.
Result<std::vector<std::string>> names_in(int fd) {
  UniqueFd copy(::openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!copy) return errno_error(errno, "opening");
  Directory directory(fdopendir(copy.get()));
  if (!directory) return errno_error(errno, "opening");
  (void)copy.release();
  std::vector<std::string> names;
  for (;;) {
    errno = 0;
    const dirent* entry = ::readdir(directory.get());
    if (entry == nullptr && errno != 0) return errno_error(errno, "listing");
    if (entry == nullptr) return names;
    if (std::strcmp(entry->d_name, ".") != 0 && std::strcmp(entry->d_name, "..") != 0)
      names.emplace_back(entry->d_name);
  }
}

// A hostile tree can be deeper than our stack or our descriptors; far deeper than any real one.
constexpr int depth_max = 500;

Result<void> remove_at(int parent, const std::string& name, int depth, const RemovalStep& goes_on);

Result<void> remove_directory_at(int parent, const std::string& name, int depth,
                                 const RemovalStep& goes_on) {
  if (depth > depth_max)
    return error(Errc::exhausted, "{} has more than {} levels of folders", printable(name),
                 depth_max);
  constexpr int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
  UniqueFd fd(::openat(parent, name.c_str(), flags));
  if (!fd && errno == EACCES && ::fchmodat(parent, name.c_str(), 0700, 0) == 0)
    fd.reset(::openat(parent, name.c_str(), flags));
  if (!fd) {
    if (errno == ENOENT) return {};
    return errno_error(errno, fmt::format("opening {}", printable(name)));
  }
  const auto names = TRY(names_in(fd.get()));
  // Without write permission on a folder its entries cannot be removed, not even by its owner.
  if (!names.empty() && ::faccessat(fd.get(), ".", W_OK | X_OK, AT_EACCESS) != 0)
    ::fchmod(fd.get(), 0700);
  for (const auto& child : names)
    TRY(remove_at(fd.get(), child, depth + 1, goes_on).context("in {}", printable(name)));
  if (::unlinkat(parent, name.c_str(), AT_REMOVEDIR) != 0 && errno != ENOENT)
    return errno_error(errno, fmt::format("removing {}", printable(name)));
  return {};
}

Result<void> remove_at(int parent, const std::string& name, int depth, const RemovalStep& goes_on) {
  if (goes_on && !goes_on(parent, name))
    return error(Errc::cancelled, "left before {}", printable(name));
  if (::unlinkat(parent, name.c_str(), 0) == 0 || errno == ENOENT || errno == ENOTDIR) return {};
  // Linux says EISDIR for a folder; POSIX permits EPERM, and so does an immutable file.
  if (errno != EISDIR && errno != EPERM)
    return errno_error(errno, fmt::format("removing {}", printable(name)));
  const int unlink_errno = errno;
  struct stat status{};
  if (::fstatat(parent, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0 &&
      !S_ISDIR(status.st_mode))
    return errno_error(unlink_errno, fmt::format("removing {}", printable(name)));
  return remove_directory_at(parent, name, depth, goes_on);
}

}  // namespace

Result<void> make_directories(const std::string& path) {
  if (::mkdir(path.c_str(), 0777) == 0) return {};
  const int mkdir_errno = errno;
  struct stat status{};
  if (mkdir_errno == EEXIST && ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode))
    return {};
  const std::string parent = parent_path(path);
  if (mkdir_errno != ENOENT || parent == path || parent == ".")
    return errno_error(mkdir_errno, fmt::format("making the folder {}", printable(path)));
  TRY(make_directories(parent));
  if (::mkdir(path.c_str(), 0777) != 0 && errno != EEXIST)
    return errno_error(errno, fmt::format("making the folder {}", printable(path)));
  return {};
}

Result<void> remove_tree(const std::string& path) { return remove_at(AT_FDCWD, path, 0, nullptr); }

Result<void> remove_tree(const std::string& path, const RemovalStep& goes_on) {
  return remove_at(AT_FDCWD, path, 0, goes_on);
}

Result<std::vector<std::string>> list_directory(const std::string& path) {
  const UniqueFd fd = TRY(open_file(path, O_RDONLY | O_DIRECTORY));
  auto names = TRY(names_in(fd.get()).context("{}", printable(path)));
  std::ranges::sort(names);
  return names;
}

}  // namespace gt
