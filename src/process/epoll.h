/// One way to add a descriptor to an epoll descriptor.
#pragma once

#include <cerrno>
#include <cstdint>
#include <sys/epoll.h>

#include "base/file.h"
#include "base/result.h"

namespace gt {

/// `source` is what epoll_wait() then tells; `operation` EPOLL_CTL_ADD or EPOLL_CTL_MOD.
inline Result<void> epoll_listen(const UniqueFd& epoll, int fd, std::uint64_t source,
                                 std::uint32_t interest = EPOLLIN, int operation = EPOLL_CTL_ADD) {
  epoll_event event{};
  event.events = interest;
  event.data.u64 = source;
  if (::epoll_ctl(epoll.get(), operation, fd, &event) != 0)
    return errno_error(errno, "watching a descriptor");
  return {};
}

}  // namespace gt
