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

TEST_CASE("text in base64 becomes the bytes again, filled up or not") {
  for (const char* const text : {"Zg==", "Zg", "Zm8=", "Zm8", "Zm9v", "//79", ""}) {
    const auto bytes = decode_base64(text);
    REQUIRE(bytes);
    CHECK(base64(*bytes).starts_with(text));
  }
  for (const char* const wrong : {"Z", "Zg=", "Zh==", "Zg==Zg==", "Zm 9v", "Zm9v=", "_w=="})
    CHECK_FALSE(decode_base64(wrong));
}

}  // namespace
}  // namespace gt
