#include "net/resolve.h"

#include <cerrno>
#include <cstring>
#include <memory>
#include <mutex>
#include <netdb.h>
#include <optional>
#include <poll.h>
#include <sys/eventfd.h>

#include "base/file.h"
#include "base/thread.h"
#include "net/ip_address.h"

namespace gt {
namespace {

using Addresses = std::vector<SocketAddress>;

Result<Addresses> ask_system(const std::string& host, std::uint16_t port, int flags) {
  addrinfo wanted = {};
  wanted.ai_family = AF_UNSPEC;
  wanted.ai_socktype = SOCK_STREAM;
  wanted.ai_flags = flags | AI_NUMERICSERV;
  addrinfo* first = nullptr;
  const int failed = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &wanted, &first);
  if (failed != 0) {
    const bool may_pass = failed == EAI_AGAIN || failed == EAI_SYSTEM || failed == EAI_MEMORY;
    return error(may_pass ? Errc::unavailable : Errc::not_found, "the name is not found ({})",
                 ::gai_strerror(failed));
  }
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> all(first, ::freeaddrinfo);
  Addresses addresses;
  for (const addrinfo* one = first; one != nullptr; one = one->ai_next) {
    SocketAddress address;
    if (one->ai_addrlen > sizeof address.bytes) continue;
    std::memcpy(&address.bytes, one->ai_addr, one->ai_addrlen);
    address.size = one->ai_addrlen;
    addresses.push_back(address);
  }
  if (addresses.empty()) return error(Errc::not_found, "the name has no address");
  return addresses;
}

// What the thread leaves to whoever still waits for it.
struct Question {
  std::mutex mutex = {};
  std::optional<Result<Addresses>> answer = {};
  UniqueFd answered = {};
};

}  // namespace

Result<Addresses> resolve_host(const std::string& host, std::uint16_t port, Duration time_max,
                               Patience& patience) {
  if (is_ipv4(host) || is_ipv6(host)) return ask_system(host, port, AI_NUMERICHOST);
  const auto question = std::make_shared<Question>();
  question->answered = UniqueFd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!question->answered) return errno_error(errno, "looking up the name");
  std::jthread thread = TRY(start_thread([question, host, port] {
    auto answer = ask_system(host, port, AI_ADDRCONFIG);
    const std::lock_guard lock(question->mutex);
    question->answer.emplace(std::move(answer));
    (void)::eventfd_write(question->answered.get(), 1);
  }));
  thread.detach();
  TRY(patience.await(question->answered.get(), POLLIN, time_max).context("looking up the name"));
  const std::lock_guard lock(question->mutex);
  return *std::move(question->answer);
}

}  // namespace gt
