#include "cli/wake.h"

#include <cerrno>
#include <cstdint>
#include <sys/eventfd.h>
#include <unistd.h>

namespace gt {

Result<Wake> Wake::open() {
  UniqueFd fd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!fd) return errno_error(errno, "making an eventfd");
  return Wake(std::move(fd));
}

void Wake::ring() const {
  const std::uint64_t one = 1;
  // A full counter is awake already.
  (void)!::write(fd_.get(), &one, sizeof one);
}

void Wake::clear() const {
  std::uint64_t count = 0;
  (void)!::read(fd_.get(), &count, sizeof count);
}

}  // namespace gt
