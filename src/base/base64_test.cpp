#include "base/base64.h"

#include <doctest/doctest.h>

namespace gt {
namespace {

// RFC 4648, 10.
TEST_CASE("bytes are written in groups of three, the last one filled up") {
  CHECK(base64("") == "");
  CHECK(base64("f") == "Zg==");
  CHECK(base64("fo") == "Zm8=");
  CHECK(base64("foo") == "Zm9v");
  CHECK(base64("foob") == "Zm9vYg==");
  CHECK(base64("fooba") == "Zm9vYmE=");
  CHECK(base64("foobar") == "Zm9vYmFy");
  CHECK(base64("\xff\xfe\xfd") == "//79");
}

}  // namespace
}  // namespace gt
