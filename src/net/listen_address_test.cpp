#include "net/listen_address.h"

#include <doctest/doctest.h>

namespace gt {
namespace {

std::string read(std::string_view text) {
  const auto address = parse_listen_address(text);
  return address ? address->text() + (address->is_loopback() ? "" : " outside") : "none";
}

TEST_CASE("an address is a port, or a host in numbers with a port") {
  CHECK(read("4207") == "127.0.0.1:4207");
  CHECK(read("localhost:1") == "127.0.0.1:1");
  CHECK(read("127.0.0.9:65535") == "127.0.0.9:65535");
  CHECK(read("[::1]:80") == "[::1]:80");
  CHECK(read("0.0.0.0:80") == "0.0.0.0:80 outside");
  CHECK(read("[::]:80") == "[::]:80 outside");
  CHECK(read("192.168.1.7:0") == "192.168.1.7:0 outside");
}

TEST_CASE("what is no address is refused") {
  for (const char* text : {"", ":", "65536", "-1", "80 ", "host:80", "::1:80", "[::1]",
                           "[1.2.3.4]:80", "1.2.3:80", "127.0.0.1:", "[]:80", "[::1:80"})
    CHECK(read(text) == "none");
}

}  // namespace
}  // namespace gt
