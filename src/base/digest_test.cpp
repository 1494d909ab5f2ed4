#include "base/digest.h"

#include <doctest/doctest.h>
#include <unordered_set>

namespace gt {

TEST_CASE("the digests of FIPS 180-4's examples come out") {
  CHECK(sha256("").hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(sha256("abc").hex() == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq").hex() ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

TEST_CASE("pieces of any size give the digest of the whole, and the object can be used again") {
  std::string bytes;
  for (int i = 0; i < 100'000; ++i) bytes += static_cast<char>(i * 31 + i / 7);
  Sha256 hash;
  for (const std::size_t step : {1UL, 63UL, 64UL, 65UL, 4096UL}) {
    for (std::size_t at = 0; at < bytes.size(); at += step)
      hash.update(std::string_view(bytes).substr(at, step));
    CHECK(hash.finish() == sha256(bytes));
  }
}

TEST_CASE("a digest's text is exactly 64 lower-case hex digits") {
  const Digest digest = sha256("x");
  const std::string text = digest.hex();
  CHECK(Digest::parse(text) == digest);
  CHECK_FALSE(Digest::parse(text.substr(1)));
  CHECK_FALSE(Digest::parse(text + "0"));
  CHECK_FALSE(Digest::parse("G" + text.substr(1)));
  CHECK_FALSE(Digest::parse("A" + text.substr(1)));
  CHECK(std::unordered_set{digest, sha256("x"), sha256("y")}.size() == 2);
}

}  // namespace gt
