#include "net/listen_socket.h"

#include <doctest/doctest.h>

namespace gt {
namespace {

TEST_CASE("a port that is taken is a conflict, an address that is none is invalid") {
  const auto first = listen_at("127.0.0.1", 0);
  REQUIRE(first.ok());
  const auto port = port_of(first->get());
  REQUIRE(port.ok());
  CHECK(*port != 0);
  const auto second = listen_at("127.0.0.1", *port);
  REQUIRE(!second.ok());
  CHECK(second.error().code == Errc::conflict);
  for (const char* bad : {"", "localhost", "127.1", "1.2.3.4.5", "::1%", "[::1]"}) {
    CAPTURE(std::string(bad));
    const auto none = listen_at(bad, 0);
    REQUIRE(!none.ok());
    CHECK(none.error().code == Errc::invalid);
  }
}

}  // namespace
}  // namespace gt
