#include "process/masker.h"

#include <algorithm>
#include <doctest/doctest.h>
#include <rapidcheck.h>

namespace gt {

namespace {

std::string masked(const std::vector<std::string>& secrets, std::string_view text,
                   std::size_t piece = std::string::npos) {
  Masker masker(secrets);
  std::string shown;
  for (std::size_t at = 0; at < text.size(); at += std::min(piece, text.size() - at))
    shown += masker.feed(text.substr(at, piece));
  return shown + masker.finish();
}

}  // namespace

TEST_CASE("a secret is masked wherever the stream is cut") {
  const std::string text = "key=hunter2-hunter2; hunter2 and hunter3, hunter";
  for (std::size_t piece = 1; piece <= text.size(); ++piece)
    CHECK(masked({"hunter2"}, text, piece) == "key=***-***; *** and hunter3, hunter");
}

TEST_CASE("overlapping secrets leave nothing of each other") {
  for (std::size_t piece = 1; piece <= 8; ++piece) {
    CHECK(masked({"abcd", "cdef"}, "1abcdef2", piece) == "1***2");
    CHECK(masked({"abcd", "cdef"}, "1abcdeg2", piece) == "1***eg2");
    CHECK(masked({"abcdef", "cd"}, "1abcdef2cd", piece) == "1***2***");
  }
}

TEST_CASE("a secret that repeats itself is not held back for ever") {
  Masker masker({"aa"});
  std::string shown;
  for (int i = 0; i < 1000; ++i) shown += masker.feed("a");
  shown += masker.feed("b");
  CHECK(shown == "***b");
}

TEST_CASE("encoded forms of a secret are masked") {
  const std::string secret = "p@ss w\"rd/1";
  CHECK(masked({secret}, "url p%40ss%20w%22rd%2F1 end") == "url *** end");
  CHECK(masked({secret}, "url p%40ss%20w%22rd%2f1 end") == "url *** end");
  CHECK(masked({secret}, "form p%40ss+w%22rd%2F1 end") == "form *** end");
  CHECK(masked({secret}, R"(json "p@ss w\"rd/1" end)") == "json \"***\" end");
  CHECK(masked({secret}, "basic cEBzcyB3InJkLzE= end") == "basic *** end");
  // base64 of "u:" + secret and of "us:" + secret: what the secret decides is gone.
  CHECK(masked({secret}, "dTpwQHNzIHcicmQvMQ==").find("QHNzIHcicmQv") == std::string::npos);
  CHECK(masked({secret}, "dXM6cEBzcyB3InJkLzE=") == "dXM6***");
}

TEST_CASE("each line of a secret of several lines is masked, but no braces") {
  CHECK(masked({"{\n  first-line\n  second-line\n}\n"}, "log: second-line {x}") == "log: *** {x}");
}

TEST_CASE("no secret, or an empty one, changes nothing") {
  const std::string binary("\0\xff\x01", 3);
  CHECK(masked({}, binary) == binary);
  CHECK(masked({"", "\n"}, binary) == binary);
  CHECK(masked({std::string("\0\xff", 2)}, binary) == "***\x01");
}

TEST_CASE("no secret ever comes out, and what is no secret does") {
  CHECK(rc::check([] {
    const auto letter = rc::gen::elementOf(std::string("abc"));
    const auto secrets = *rc::gen::container<std::vector<std::string>>(
        rc::gen::nonEmpty(rc::gen::container<std::string>(letter)));
    const auto text = *rc::gen::container<std::string>(rc::gen::elementOf(std::string("abcx")));
    const auto piece = *rc::gen::inRange<std::size_t>(1, 9);
    const auto shown = masked(secrets, text, piece);
    RC_ASSERT(shown == masked(secrets, text));
    for (const auto& secret : secrets) RC_ASSERT(shown.find(secret) == std::string::npos);
    RC_ASSERT(std::ranges::count(shown, 'x') == std::ranges::count(text, 'x'));
  }));
}

}  // namespace gt
