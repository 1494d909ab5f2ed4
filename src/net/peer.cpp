#include "net/peer.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cstring>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "base/file.h"

namespace gt {
namespace {

// One end of a connection: an address as the kernel's diagnosis wants it, in network order.
struct End {
  std::uint8_t family = AF_UNSPEC;
  std::array<std::uint32_t, 4> address = {};
  std::uint16_t port = 0;  // in network order
};

End end_of(const sockaddr_storage& storage) {
  End end;
  if (storage.ss_family == AF_INET) {
    sockaddr_in v4;
    std::memcpy(&v4, &storage, sizeof v4);
    end.family = AF_INET;
    end.address[0] = v4.sin_addr.s_addr;
    end.port = v4.sin_port;
  } else if (storage.ss_family == AF_INET6) {
    sockaddr_in6 v6;
    std::memcpy(&v6, &storage, sizeof v6);
    end.family = AF_INET6;
    std::memcpy(end.address.data(), &v6.sin6_addr, sizeof v6.sin6_addr);
    end.port = v6.sin6_port;
    // The peer may well be a plain IPv4 socket, and is found by IPv4 in both cases.
    if (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr)) {
      end.family = AF_INET;
      end.address = {end.address[3], 0, 0, 0};
    }
  }
  return end;
}

bool is_loopback(const End& end) {
  if (end.family == AF_INET) return ntohl(end.address[0]) >> 24U == IN_LOOPBACKNET;
  in6_addr address;
  std::memcpy(&address, end.address.data(), sizeof address);
  return end.family == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&address);
}

struct Question {
  nlmsghdr header;
  inet_diag_req_v2 request;
};

Question question_about(const End& peer, const End& own) {
  Question question = {};
  question.header.nlmsg_len = sizeof question;
  question.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
  question.header.nlmsg_flags = NLM_F_REQUEST;
  question.request.sdiag_family = peer.family;
  question.request.sdiag_protocol = IPPROTO_TCP;
  question.request.idiag_states = ~0U;
  inet_diag_sockid& id = question.request.id;
  id.idiag_sport = peer.port;
  id.idiag_dport = own.port;
  std::ranges::copy(peer.address, id.idiag_src);
  std::ranges::copy(own.address, id.idiag_dst);
  std::ranges::fill(id.idiag_cookie, INET_DIAG_NOCOOKIE);
  return question;
}

// A socket that is still connecting may be another one that took over address and port.
bool is_connected(std::uint8_t state) {
  return state == TCP_ESTABLISHED || state == TCP_FIN_WAIT1 || state == TCP_FIN_WAIT2 ||
         state == TCP_CLOSE_WAIT;
}

// What the kernel writes for a user without a name in our user namespace; its own "nobody" cannot
// be told from that.
constexpr uid_t overflow_uid = 65534;

std::optional<uid_t> owner_in(const inet_diag_msg& found) {
  // A socket that no process holds any more (closed, waiting for its last packets) is reported as
  // root's, without an inode.
  if (found.idiag_inode == 0 || !is_connected(found.idiag_state)) return std::nullopt;
  if (found.idiag_uid == overflow_uid) return std::nullopt;
  return found.idiag_uid;
}

std::optional<uid_t> owner_of(const End& peer, const End& own) {
  const UniqueFd netlink(
      ::socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_SOCK_DIAG));
  if (!netlink) return std::nullopt;
  const Question question = question_about(peer, own);
  sockaddr_nl kernel = {};
  kernel.nl_family = AF_NETLINK;
  if (::sendto(netlink.get(), &question, sizeof question, 0,
               reinterpret_cast<const sockaddr*>(&kernel), sizeof kernel) < 0)
    return std::nullopt;

  // The kernel has answered within sendto().
  alignas(nlmsghdr) std::array<char, 4096> bytes;
  const ssize_t size = ::recv(netlink.get(), bytes.data(), bytes.size(), 0);
  constexpr std::size_t answer_size = NLMSG_LENGTH(sizeof(inet_diag_msg));
  if (size < static_cast<ssize_t>(answer_size)) return std::nullopt;
  nlmsghdr header;
  inet_diag_msg found;
  std::memcpy(&header, bytes.data(), sizeof header);
  std::memcpy(&found, bytes.data() + NLMSG_HDRLEN, sizeof found);
  if (header.nlmsg_type != SOCK_DIAG_BY_FAMILY || header.nlmsg_len < answer_size)
    return std::nullopt;
  // A listener may be found where no connection is.
  if (found.id.idiag_sport != peer.port || found.id.idiag_dport != own.port) return std::nullopt;
  return owner_in(found);
}

}  // namespace

Peer peer_of(int socket) {
  sockaddr_storage theirs = {};
  sockaddr_storage ours = {};
  socklen_t their_size = sizeof theirs;
  socklen_t our_size = sizeof ours;
  if (::getpeername(socket, reinterpret_cast<sockaddr*>(&theirs), &their_size) != 0 ||
      ::getsockname(socket, reinterpret_cast<sockaddr*>(&ours), &our_size) != 0)
    return {};

  const End end = end_of(theirs);
  std::array<char, INET6_ADDRSTRLEN> text = {};
  if (end.family == AF_UNSPEC ||
      ::inet_ntop(end.family, end.address.data(), text.data(), text.size()) == nullptr)
    return {};
  Peer peer;
  peer.address = text.data();
  peer.port = ntohs(end.port);
  peer.is_loopback = is_loopback(end);
  if (peer.is_loopback) peer.uid = owner_of(end, end_of(ours));
  return peer;
}

}  // namespace gt
