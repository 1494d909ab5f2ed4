#include "net/peer.h"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/listen_socket.h"
#include "net/test_client.h"

namespace gt {
namespace {

UniqueFd accepted(int listener) {
  pollfd ready = {.fd = listener, .events = POLLIN, .revents = 0};
  REQUIRE(::poll(&ready, 1, 20'000) == 1);
  return UniqueFd(::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC));
}

// Some sandboxes refuse netlink; then no owner is known, which is what the header says.
bool netlink_answers() {
  auto listener = listen_at("127.0.0.1", 0);
  REQUIRE(listener.ok());
  const TestClient client(*port_of(listener->get()));
  const UniqueFd server = accepted(listener->get());
  const bool answers = peer_of(server.get()).uid.has_value();
  if (!answers) MESSAGE("SKIP: the kernel does not tell who owns a socket");
  return answers;
}

TEST_CASE("the peer on a loopback address is the owner of its socket") {
  if (!netlink_answers()) return;
  auto listener = listen_at("127.0.0.1", 0);
  REQUIRE(listener.ok());
  const TestClient client(*port_of(listener->get()));
  const UniqueFd server = accepted(listener->get());
  const Peer peer = peer_of(server.get());
  CHECK(peer.address == "127.0.0.1");
  CHECK(peer.is_loopback);
  REQUIRE(peer.uid.has_value());
  CHECK(*peer.uid == ::geteuid());
  // The other way round it is the same question.
  CHECK(peer_of(client.fd()).uid == peer.uid);
  CHECK(peer_of(client.fd()).port == *port_of(listener->get()));
  CHECK(peer.port == *port_of(client.fd()));
}

TEST_CASE("the owner of a socket that is another user's is that user") {
  if (!netlink_answers()) return;
  if (::geteuid() != 0) {
    MESSAGE("SKIP: only root can give a socket away");
    return;
  }
  auto listener = listen_at("127.0.0.1", 0);
  REQUIRE(listener.ok());
  const TestClient client(*port_of(listener->get()));
  const UniqueFd server = accepted(listener->get());
  REQUIRE(::fchown(client.fd(), 4321, static_cast<gid_t>(-1)) == 0);
  CHECK(peer_of(server.get()).uid == 4321U);
  // The kernel's word for a user without a name here.
  REQUIRE(::fchown(client.fd(), 65534, static_cast<gid_t>(-1)) == 0);
  CHECK(!peer_of(server.get()).uid);
}

TEST_CASE("IPv6 and IPv4 by IPv6 are answered too") {
  auto listener = listen_at("::", 0);
  if (!listener) {
    MESSAGE("SKIP: this machine has no IPv6");
    return;
  }
  if (!netlink_answers()) return;
  const std::uint16_t port = *port_of(listener->get());
  {
    const TestClient client(port);
    const UniqueFd server = accepted(listener->get());
    const Peer peer = peer_of(server.get());
    CHECK(peer.address == "127.0.0.1");
    CHECK(peer.is_loopback);
    CHECK(peer.uid == ::geteuid());
  }
  const UniqueFd client(::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in6 address = {};
  address.sin6_family = AF_INET6;
  address.sin6_addr = in6addr_loopback;
  address.sin6_port = htons(port);
  if (::connect(client.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    MESSAGE("SKIP: ::1 cannot be reached");
    return;
  }
  const UniqueFd server = accepted(listener->get());
  const Peer peer = peer_of(server.get());
  CHECK(peer.address == "::1");
  CHECK(peer.is_loopback);
  CHECK(peer.uid == ::geteuid());
}

TEST_CASE("a peer that has closed its socket has no owner, and is not root") {
  auto listener = listen_at("127.0.0.1", 0);
  REQUIRE(listener.ok());
  TestClient client(*port_of(listener->get()));
  const UniqueFd server = accepted(listener->get());
  client.close();
  const Peer peer = peer_of(server.get());
  CHECK(peer.address == "127.0.0.1");
  CHECK(!peer.uid);
}

TEST_CASE("what is no connection has no peer") {
  const UniqueFd unconnected(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  CHECK(peer_of(unconnected.get()).address.empty());
  CHECK(peer_of(-1).address.empty());
}

}  // namespace
}  // namespace gt
