#include "process/message.h"

#include <cerrno>
#include <cstring>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

#include "process/packing.h"

namespace gt {

namespace {

constexpr std::uint32_t protocol = 1;

struct Header {
  std::uint32_t protocol;
  MessageKind kind;
  std::uint32_t packets_to_come;
};

Error socket_error(int errno_value, std::string_view what) {
  if (errno_value == EPIPE || errno_value == ECONNRESET || errno_value == ENOTCONN)
    return error(Errc::not_found, "{}: the other end is closed", what);
  return errno_error(errno_value, what);
}

}  // namespace

Result<SocketPair> make_socket_pair() {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
    return errno_error(errno, "making a socket pair");
  return SocketPair{UniqueFd(ends[0]), UniqueFd(ends[1])};
}

std::vector<std::string> to_packets(MessageKind kind, std::string_view body) {
  std::vector<std::string> packets;
  auto packets_to_come = static_cast<std::uint32_t>(body.size() / packet_body_max);
  for (;; --packets_to_come) {
    const Header header{protocol, kind, packets_to_come};
    std::string packet(reinterpret_cast<const char*>(&header), sizeof header);
    packets.push_back(std::move(packet.append(body.substr(0, packet_body_max))));
    if (packets_to_come == 0) return packets;
    body.remove_prefix(packet_body_max);
  }
}

Result<bool> send_packet(int socket, std::string_view packet, Sending sending, int attachment) {
  iovec part{const_cast<char*>(packet.data()), packet.size()};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  if (attachment >= 0) {
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    cmsghdr* rights = CMSG_FIRSTHDR(&message);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(sizeof(int));
    std::memcpy(CMSG_DATA(rights), &attachment, sizeof(int));
  }
  const int flags = MSG_NOSIGNAL | (sending == Sending::never_blocks ? MSG_DONTWAIT : 0);
  for (;;) {
    if (::sendmsg(socket, &message, flags) >= 0) return true;
    if (errno == EAGAIN || errno == EWOULDBLOCK) return false;
    if (errno != EINTR) return socket_error(errno, "sending a message");
  }
}

void send_event(int socket, MessageKind kind, std::string_view body) {
  for (const auto& packet : to_packets(kind, body))
    if (!send_packet(socket, packet, Sending::may_block)) return;
}

std::string pack_not_started(std::string_view name, const Error& why) {
  return Packer()
      .text(name)
      .number(static_cast<std::int64_t>(why.code))
      .text(why.message)
      .text(why.hint)
      .take();
}

Result<std::optional<Message>> MessageReader::receive(int socket) {
  for (;;) {
    ssize_t size = 0;
    while ((size = ::recv(socket, nullptr, 0, MSG_PEEK | MSG_TRUNC | MSG_DONTWAIT)) < 0) {
      if (errno == EAGAIN || errno == EWOULDBLOCK) return std::optional<Message>();
      if (errno != EINTR) return socket_error(errno, "receiving a message");
    }
    if (size == 0) return error(Errc::not_found, "receiving a message: the other end is closed");
    std::string packet(static_cast<std::size_t>(size), '\0');
    iovec part{packet.data(), packet.size()};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    while ((size = ::recvmsg(socket, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC)) < 0)
      if (errno != EINTR) return socket_error(errno, "receiving a message");

    Message received;
    if (const cmsghdr* rights = CMSG_FIRSTHDR(&message);
        rights != nullptr && rights->cmsg_type == SCM_RIGHTS) {
      int attachment = -1;
      std::memcpy(&attachment, CMSG_DATA(rights), sizeof(int));
      received.attachment.reset(attachment);
    }
    Header header{};
    if (packet.size() >= sizeof header) std::memcpy(&header, packet.data(), sizeof header);
    if (header.protocol != protocol) return error(Errc::internal, "a message of another protocol");
    so_far_.append(packet, sizeof header);
    if (header.packets_to_come > 0) continue;
    received.kind = header.kind;
    received.body = std::exchange(so_far_, {});
    return std::optional(std::move(received));
  }
}

}  // namespace gt
