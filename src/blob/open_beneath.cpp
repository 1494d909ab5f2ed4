#include "blob/open_beneath.h"

#include <cerrno>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/text.h"

namespace gt {

Result<UniqueFd> open_beneath(int root, const std::string& path, int flags, mode_t mode) {
  open_how how{};
  // O_NONBLOCK, so that a FIFO cannot hold us up; it means nothing to files.
  how.flags = static_cast<decltype(how.flags)>(flags | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  how.mode = mode;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
  while (true) {
    const long fd =
        ::syscall(SYS_openat2, root, path.empty() ? "." : path.c_str(), &how, sizeof how);
    if (fd >= 0) return UniqueFd(static_cast<int>(fd));
    if (errno == EINTR || errno == EAGAIN) continue;
    if (errno == ELOOP)
      return error(Errc::invalid, "{} is, or passes through, a symbolic link", printable(path));
    if (errno == EXDEV) return error(Errc::invalid, "{} leaves its folder", printable(path));
    if (errno == ENXIO) return error(Errc::invalid, "{} is a socket or a device", printable(path));
    return errno_error(errno, fmt::format("opening {}", printable(path)));
  }
}

}  // namespace gt
