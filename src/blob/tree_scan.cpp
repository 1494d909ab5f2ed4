#include "blob/tree_scan.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "blob/seal.h"

namespace gt {

namespace {

class Scanner {
 public:
  Scanner(TreeScan& scan, const std::string& name) : scan_(scan), name_(name) {}

  Result<void> scan_folder(int fd, const std::string& path, int depth) {
    if (depth > folder_depth_max)
      return error(Errc::invalid, "{} has folders more than {} deep", shown(path),
                   folder_depth_max);
    struct stat facts{};
    if (::fstat(fd, &facts) != 0) return failed(errno, path);
    if (!gt::is_sealed(facts)) scan_.is_sealed = false;
    const auto names =
        TRY(list_directory(fmt::format("/proc/self/fd/{}", fd)).context("{}", shown(path)));
    for (const std::string& name : names)
      TRY(scan_entry(fd, name, path.empty() ? name : path + "/" + name, depth));
    if (names.empty() && !path.empty())
      scan_.entries.push_back({.path = path, .kind = TreeEntry::Kind::empty_folder});
    return {};
  }

 private:
  Result<void> scan_entry(int parent, const std::string& name, const std::string& path, int depth) {
    struct stat facts{};
    if (::fstatat(parent, name.c_str(), &facts, AT_SYMLINK_NOFOLLOW) != 0)
      return failed(errno, path);
    if (scan_.entries.size() + scan_.folders.size() >= folder_entries_max)
      return error(Errc::invalid, "{} holds more than {} files and folders", shown(""),
                   folder_entries_max);
    if (S_ISREG(facts.st_mode)) return scan_file(facts, path);
    if (S_ISLNK(facts.st_mode)) return scan_link(parent, name, path);
    if (!S_ISDIR(facts.st_mode))
      return error(Errc::invalid, "{} is {}: only files, folders and links can be kept",
                   shown(path), kind_in_words(facts.st_mode));
    scan_.folders.push_back(path);
    constexpr int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    UniqueFd fd(::openat(parent, name.c_str(), flags));
    // Its owner may have closed it even to himself.
    if (!fd && errno == EACCES && ::fchmodat(parent, name.c_str(), 0700, 0) == 0)
      fd.reset(::openat(parent, name.c_str(), flags));
    if (!fd) return failed(errno, path);
    return scan_folder(fd.get(), path, depth + 1);
  }

  Result<void> scan_file(const struct stat& facts, const std::string& path) {
    const bool executable = (facts.st_mode & 0111) != 0;
    scan_.entries.push_back(
        {.path = path,
         .kind = executable ? TreeEntry::Kind::executable : TreeEntry::Kind::file,
         .bytes = facts.st_size});
    scan_.bytes += facts.st_size;
    ++scan_.files;
    if (facts.st_nlink > 1) scan_.shared.push_back(path);
    if (!gt::is_sealed(facts)) scan_.is_sealed = false;
    return {};
  }

  Result<void> scan_link(int parent, const std::string& name, const std::string& path) {
    char target[4096];
    const ssize_t size = ::readlinkat(parent, name.c_str(), target, sizeof target);
    if (size < 0) return failed(errno, path);
    const std::string_view text(target, static_cast<std::size_t>(size));
    const std::size_t slash = path.rfind('/');
    const std::string_view folder =
        slash == std::string::npos ? std::string_view() : std::string_view(path).substr(0, slash);
    if (!stays_inside(folder, text))
      return Error{Errc::invalid,
                   fmt::format("{} is a link to {}, which may lie outside of the folder",
                               shown(path), printable(text)),
                   "copy what it points to, or make the link relative and inside the folder"};
    scan_.entries.push_back(
        {.path = path, .kind = TreeEntry::Kind::link, .target = std::string(text)});
    return {};
  }

  std::string shown(const std::string& path) const {
    return printable(path.empty() ? name_ : name_ + "/" + path);
  }
  Error failed(int errno_value, const std::string& path) const {
    return errno_error(errno_value, fmt::format("reading {}", shown(path)));
  }

  TreeScan& scan_;
  const std::string& name_;
};

}  // namespace

Result<TreeScan> scan_tree(int root, const std::string& name) {
  TreeScan scan;
  TRY(Scanner(scan, name).scan_folder(root, "", 0));
  return scan;
}

const char* kind_in_words(mode_t mode) {
  if (S_ISREG(mode)) return "a file";
  if (S_ISDIR(mode)) return "a folder";
  if (S_ISLNK(mode)) return "a symbolic link";
  if (S_ISFIFO(mode)) return "a FIFO";
  if (S_ISSOCK(mode)) return "a socket";
  return "a device";
}

}  // namespace gt
