#include "blob/copy_file.h"

#include <cerrno>
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "blob/open_beneath.h"

namespace gt {

namespace {

Result<void> copy_by_reading(int from, int to) {
  std::string piece(256U << 10U, '\0');
  while (true) {
    const ssize_t size = ::read(from, piece.data(), piece.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return errno_error(errno, "reading");
    if (size == 0) return {};
    TRY(write_all(to, std::string_view(piece).substr(0, static_cast<std::size_t>(size))));
  }
}

Result<void> make_folder(int root, const std::string& path) {
  if (::mkdirat(root, path.c_str(), 0755) != 0)
    return errno_error(errno, fmt::format("making the folder {}", printable(path)));
  return {};
}

Result<void> copy_entry(int root, const TreeEntry& entry, int to) {
  if (entry.kind == TreeEntry::Kind::empty_folder) return {};
  if (entry.kind == TreeEntry::Kind::link) {
    if (::symlinkat(entry.target.c_str(), to, entry.path.c_str()) != 0)
      return errno_error(errno, fmt::format("making the link {}", printable(entry.path)));
    return {};
  }
  const UniqueFd source = TRY(open_beneath(root, entry.path, O_RDONLY));
  const mode_t mode = entry.kind == TreeEntry::Kind::executable ? 0755 : 0644;
  const UniqueFd target = TRY(open_beneath(to, entry.path, O_WRONLY | O_CREAT | O_EXCL, mode));
  return copy_content(source.get(), target.get()).context("copying {}", printable(entry.path));
}

}  // namespace

Result<void> copy_content(int from, int to) {
  if (::ioctl(to, FICLONE, from) == 0) return {};
  bool copied_any = false;
  while (true) {
    const ssize_t size = ::copy_file_range(from, nullptr, to, nullptr, std::size_t{1} << 30U, 0);
    if (size > 0) copied_any = true;
    if (size == 0 && copied_any) return {};
    if (size > 0 || (size < 0 && errno == EINTR)) continue;
    // Not between these file systems; and some pretend that a file of theirs is empty.
    if (size == 0 || errno == EXDEV || errno == EINVAL || errno == ENOSYS || errno == EOPNOTSUPP)
      return copy_by_reading(from, to);
    return errno_error(errno, "copying");
  }
}

Result<void> copy_tree(int root, const TreeScan& scan, const std::string& to) {
  if (::mkdir(to.c_str(), 0755) != 0)
    return errno_error(errno, fmt::format("making the folder {}", printable(to)));
  const UniqueFd target = TRY(open_file(to, O_RDONLY | O_DIRECTORY));
  for (const std::string& folder : scan.folders) TRY(make_folder(target.get(), folder));
  for (const TreeEntry& entry : scan.entries) TRY(copy_entry(root, entry, target.get()));
  return {};
}

}  // namespace gt
