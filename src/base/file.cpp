#include "base/file.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/entropy.h"
#include "base/text.h"

namespace gt {

namespace {

Error path_error(std::string_view what, std::string_view path) {
  const int errno_value = errno;
  return errno_error(errno_value, fmt::format("{} {}", what, printable(path)));
}

Result<void> sync_file(int fd, const std::string& path) {
  if (fdatasync(fd) != 0) return path_error("synchronising", path);
  return {};
}

Result<void> write_and_rename(int fd, const std::string& partial, const std::string& path,
                              std::string_view bytes, Durability durability) {
  TRY(write_all(fd, bytes).context("writing {}", printable(path)));
  if (durability == Durability::sync) TRY(sync_file(fd, path));
  TRY(rename_path(partial, path));
  if (durability == Durability::sync) TRY(sync_directory(parent_path(path)));
  return {};
}

}  // namespace

void UniqueFd::reset(int fd) {
  // After EINTR Linux has closed the descriptor all the same; closing again could hit another's.
  if (fd_ >= 0) ::close(fd_);
  fd_ = fd;
}

Result<UniqueFd> open_file(const std::string& path, int flags, mode_t mode) {
  for (;;) {
    UniqueFd fd(::open(path.c_str(), flags | O_CLOEXEC, mode));
    if (fd) return fd;
    if (errno != EINTR) return path_error("opening", path);
  }
}

Result<UniqueFd> open_regular_file(const std::string& path) {
  auto fd = open_file(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
  const bool is_link = !fd && kind_of(path).value_or(PathKind::nothing) == PathKind::link;
  if (!fd && !is_link) return fd;
  struct stat status{};
  if (fd && fstat(fd->get(), &status) != 0) return path_error("looking at", path);
  if (fd && S_ISREG(status.st_mode)) return fd;
  return error(Errc::unavailable, "{} is no regular file", printable(path));
}

Result<std::string> read_regular_file(const std::string& path, std::size_t bytes_max) {
  const UniqueFd fd = TRY(open_regular_file(path));
  auto bytes = read_all(fd.get(), bytes_max);
  if (!bytes) return std::move(bytes).error().context("reading {}", printable(path));
  return bytes;
}

Result<std::string> read_all(int fd, std::size_t bytes_max) {
  std::string bytes;
  struct stat status{};
  if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0)
    bytes.reserve(std::min(static_cast<std::size_t>(status.st_size), bytes_max) + 1);
  std::size_t size = 0;
  for (;;) {
    // One byte more than the file has, so that its end is seen without growing.
    if (size == bytes.size()) bytes.resize(std::max(bytes.capacity(), size + 16384));
    const ssize_t count = ::read(fd, bytes.data() + size, bytes.size() - size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return errno_error(errno, "reading");
    if (count == 0) break;
    size += static_cast<std::size_t>(count);
    if (size > bytes_max) return error(Errc::exhausted, "more than {} bytes", bytes_max);
  }
  bytes.resize(size);
  return bytes;
}

Result<std::string> read_file(const std::string& path, std::size_t bytes_max) {
  const UniqueFd fd = TRY(open_file(path, O_RDONLY));
  return read_all(fd.get(), bytes_max).context("{}", printable(path));
}

Result<void> write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(fd, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return errno_error(errno, "writing");
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return {};
}

Result<void> write_file_atomically(const std::string& path, std::string_view bytes,
                                   Durability durability) {
  // Renaming over a device or a FIFO would destroy it: for root, `--output /dev/null` must not.
  const PathKind kind = TRY(kind_of(path));
  if (kind == PathKind::directory || kind == PathKind::other)
    return error(Errc::invalid, "{} is not a regular file", printable(path));
  SystemEntropy entropy;
  const std::string partial = join_path(
      parent_path(path),
      fmt::format(".{}.{:016x}.partial", file_name(path).substr(0, 200), entropy.next64()));
  const UniqueFd fd = TRY(open_file(partial, O_WRONLY | O_CREAT | O_EXCL));
  auto written = write_and_rename(fd.get(), partial, path, bytes, durability);
  if (!written) ::unlink(partial.c_str());
  return written;
}

Result<Digest> digest_of_file(const std::string& path) {
  const UniqueFd fd = TRY(open_file(path, O_RDONLY | O_NONBLOCK | O_NOCTTY));
  struct stat status{};
  if (fstat(fd.get(), &status) != 0) return path_error("looking at", path);
  if (!S_ISREG(status.st_mode))
    return error(Errc::invalid, "{} is not a regular file", printable(path));
  constexpr std::size_t piece_bytes = 256U << 10U;
  std::string piece(std::min(piece_bytes, static_cast<std::size_t>(status.st_size) + 1), '\0');
  Sha256 hash;
  for (;;) {
    const ssize_t count = ::read(fd.get(), piece.data(), piece.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return path_error("reading", path);
    if (count == 0) return hash.finish();
    hash.update(std::string_view(piece).substr(0, static_cast<std::size_t>(count)));
  }
}

Result<void> rename_path(const std::string& from, const std::string& to) {
  if (::rename(from.c_str(), to.c_str()) != 0)
    return path_error(fmt::format("renaming {} to", printable(from)), to);
  return {};
}

Result<void> sync_directory(const std::string& path) {
  const UniqueFd fd = TRY(open_file(path, O_RDONLY | O_DIRECTORY));
  if (fsync(fd.get()) != 0) return path_error("synchronising", path);
  return {};
}

Result<PathKind> kind_of(const std::string& path) {
  struct stat status{};
  if (lstat(path.c_str(), &status) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) return PathKind::nothing;
    return path_error("looking at", path);
  }
  if (S_ISREG(status.st_mode)) return PathKind::file;
  if (S_ISDIR(status.st_mode)) return PathKind::directory;
  if (S_ISLNK(status.st_mode)) return PathKind::link;
  return PathKind::other;
}

Result<std::string> read_link(const std::string& path) {
  std::string target(256, '\0');
  for (;;) {
    const ssize_t size = ::readlink(path.c_str(), target.data(), target.size());
    if (size < 0) return path_error("reading the link", path);
    if (static_cast<std::size_t>(size) < target.size()) {
      target.resize(static_cast<std::size_t>(size));
      return target;
    }
    target.resize(2 * target.size());
  }
}

std::string join_path(std::string_view folder, std::string_view name) {
  std::string path(folder);
  if (!path.empty() && path.back() != '/') path += '/';
  return path.append(name);
}

std::string parent_path(std::string_view path) {
  const auto slash = path.rfind('/');
  if (slash == std::string_view::npos) return ".";
  return std::string(path.substr(0, std::max<std::size_t>(slash, 1)));
}

std::string_view file_name(std::string_view path) { return path.substr(path.rfind('/') + 1); }

}  // namespace gt
