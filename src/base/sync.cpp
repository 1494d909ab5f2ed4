#include "base/sync.h"

#include <cerrno>
#include <unistd.h>

namespace gt {

Result<void> sync_fd(int fd) {
  if (::fsync(fd) != 0) return errno_error(errno, "synchronising");
  return {};
}

}  // namespace gt
