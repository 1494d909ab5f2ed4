#include "base/file_lock.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>

#include "base/text.h"

namespace gt {

Result<std::optional<FileLock>> FileLock::try_take(const std::string& path) {
  UniqueFd fd = TRY(open_file(path, O_RDWR | O_CREAT));
  while (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return std::optional<FileLock>();
    if (errno != EINTR) return errno_error(errno, fmt::format("locking {}", printable(path)));
  }
  return std::optional(FileLock(std::move(fd)));
}

Result<FileLock> FileLock::take(const std::string& path) { return wait_for(path, LOCK_EX); }

Result<FileLock> FileLock::share(const std::string& path) { return wait_for(path, LOCK_SH); }

Result<FileLock> FileLock::wait_for(const std::string& path, int how) {
  UniqueFd fd = TRY(open_file(path, O_RDWR | O_CREAT));
  while (::flock(fd.get(), how) != 0)
    if (errno != EINTR) return errno_error(errno, fmt::format("locking {}", printable(path)));
  return FileLock(std::move(fd));
}

}  // namespace gt
