#include "source/hashing.h"

#include <array>
#include <atomic>
#include <cerrno>
#include <fcntl.h>
#include <linux/openat2.h>
#include <mutex>
#include <sys/syscall.h>
#include <thread>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "base/thread.h"

namespace gt {

namespace {

UniqueFd open_beneath(int folder_fd, const std::string& path) {
  open_how how = {};
  // A FIFO in the place of a file must not block us.
  how.flags = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS;
  for (;;) {
    UniqueFd fd(static_cast<int>(syscall(SYS_openat2, folder_fd, path.c_str(), &how, sizeof how)));
    if (fd || (errno != EINTR && errno != EAGAIN && errno != ENOSYS && errno != EPERM)) return fd;
    // Some containers refuse the newer call; then only the last segment is guarded.
    if (errno == ENOSYS || errno == EPERM)
      return UniqueFd(openat(folder_fd, path.c_str(),
                             O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC | O_NOFOLLOW));
  }
}

Error read_error(int errno_value, const std::string& path) {
  Error failed = errno_error(errno_value, fmt::format("reading {}", printable(path)));
  if (failed.code == Errc::denied) failed.hint = "name it in .geartrainignore if it is no source";
  return failed;
}

}  // namespace

Result<std::optional<HashedFile>> hash_file(int folder_fd, const std::string& path) {
  const UniqueFd fd = open_beneath(folder_fd, path);
  // ELOOP: it, or a folder above it, has become a link.
  if (!fd && (errno == ENOENT || errno == ENOTDIR || errno == ELOOP || errno == EXDEV))
    return std::optional<HashedFile>();
  if (!fd) return read_error(errno, path);
  struct stat before{};
  if (fstat(fd.get(), &before) != 0) return read_error(errno, path);
  if (!S_ISREG(before.st_mode)) return std::optional<HashedFile>();
  std::array<char, 65536> piece;
  Sha256 hash;
  for (;;) {
    const ssize_t count = ::read(fd.get(), piece.data(), piece.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return read_error(errno, path);
    if (count == 0) break;
    hash.update({piece.data(), static_cast<std::size_t>(count)});
  }
  struct stat after{};
  if (fstat(fd.get(), &after) != 0) return read_error(errno, path);
  return std::optional(
      HashedFile{hash.finish(), stamp_of(before), stamp_of(before) == stamp_of(after)});
}

Result<std::vector<std::optional<HashedFile>>> hash_files(int folder_fd,
                                                          const std::vector<std::string>& paths) {
  std::vector<std::optional<HashedFile>> hashed(paths.size());
  std::atomic<std::size_t> next = 0;
  std::mutex mutex;
  std::optional<Error> failed;
  const auto work = [&] {
    for (std::size_t i = next++; i < paths.size(); i = next++) {
      auto one = hash_file(folder_fd, paths[i]);
      if (one) {
        hashed[i] = *std::move(one);
        continue;
      }
      const std::lock_guard lock(mutex);
      if (!failed) failed = std::move(one).error();
      next = paths.size();
    }
  };
  constexpr std::size_t few_files = 32;  // cheaper than a thread
  if (paths.size() > few_files) {
    // One that is not to be had is done without.
    const auto second = start_thread(work);
    work();
  } else {
    work();
  }
  if (failed) return *std::move(failed);
  return hashed;
}

}  // namespace gt
