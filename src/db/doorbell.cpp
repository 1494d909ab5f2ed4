#include "db/doorbell.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/text.h"

namespace gt {

namespace {

/// A socket's path is limited to 107 bytes, a home folder's is not: the open folder stands for it.
sockaddr_un address_of(const UniqueFd& folder, const std::string& name) {
  const std::string path = fmt::format("/proc/self/fd/{}/{}", folder.get(), name);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  GT_CHECK(path.size() < sizeof address.sun_path, "names of doorbells are short");
  std::memcpy(address.sun_path, path.data(), path.size());
  return address;
}

Result<UniqueFd> open_socket() {
  UniqueFd fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd) return errno_error(errno, "making a socket");
  return fd;
}

}  // namespace

void Bell::clear() {
  char sink[64];
  while (::read(fd_.get(), sink, sizeof sink) >= 0 || errno == EINTR) {
  }
}

Result<DoorbellFolder> DoorbellFolder::open(const std::string& path) {
  DoorbellFolder result;
  result.path_ = path;
  result.folder_ = TRY(open_file(path, O_PATH | O_DIRECTORY));
  result.sender_ = TRY(open_socket());
  return result;
}

Result<Bell> DoorbellFolder::listen(const std::string& id) const {
  const std::string name = id + ".sock";
  UniqueFd fd = TRY(open_socket());
  const sockaddr_un address = address_of(folder_, name);
  if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return errno_error(errno, fmt::format("making {}/{}", printable(path_), name));
  return Bell(std::move(fd), [path = join_path(path_, name)] { ::unlink(path.c_str()); });
}

void DoorbellFolder::ring_socket(const std::string& name) const {
  const sockaddr_un address = address_of(folder_, name);
  // A full queue means that it was rung already; whoever does not listen any more needs no bell.
  if (::sendto(sender_.get(), "!", 1, MSG_DONTWAIT | MSG_NOSIGNAL,
               reinterpret_cast<const sockaddr*>(&address), sizeof address) < 0 &&
      errno == ECONNREFUSED)
    ::unlinkat(folder_.get(), name.c_str(), 0);
}

void DoorbellFolder::ring_all() const {
  const Result<std::vector<std::string>> names = list_directory(path_);
  if (!names.ok()) return;
  for (const std::string& name : *names)
    if (name.ends_with(".sock") && name.size() < 64) ring_socket(name);
}

}  // namespace gt
