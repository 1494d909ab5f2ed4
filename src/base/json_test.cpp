#include "base/json.h"

#include <algorithm>
#include <cmath>
#include <doctest/doctest.h>
#include <limits>
#include <rapidcheck.h>

#include "base/text.h"

namespace gt {

namespace {

rc::Gen<std::string> any_text() {
  // Pieces that are valid UTF-8, so that the text survives, and everything that needs an escape.
  return rc::gen::map(rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>(
                          "a", "\"", "\\", "/", "\n", "\x01", "\x7f", std::string(1, '\0'),
                          "\xc3\xa4", "\xe2\x82\xac", "\xf0\x9f\x9a\x80", "\xef\xbf\xbf", "key")),
                      [](const std::vector<std::string>& pieces) {
                        std::string text;
                        for (const auto& piece : pieces) text += piece;
                        return text;
                      });
}

rc::Gen<double> any_finite() {
  return rc::gen::map(rc::gen::arbitrary<std::uint64_t>(), [](std::uint64_t bits) {
    double value = 0;
    static_assert(sizeof value == sizeof bits);
    std::copy_n(reinterpret_cast<const char*>(&bits), sizeof bits, reinterpret_cast<char*>(&value));
    return std::isfinite(value) ? value : -0.0;
  });
}

rc::Gen<Json> any_json(int depth) {
  auto scalar = rc::gen::oneOf(
      rc::gen::just(Json()),
      rc::gen::map(rc::gen::arbitrary<bool>(), [](bool b) { return Json(b); }),
      rc::gen::map(rc::gen::arbitrary<std::int64_t>(), [](std::int64_t i) { return Json(i); }),
      rc::gen::map(any_finite(), [](double d) { return Json(d); }),
      rc::gen::map(any_text(), [](std::string s) { return Json(std::move(s)); }));
  if (depth == 0) return scalar;
  auto list = rc::gen::map(rc::gen::container<JsonList>(any_json(depth - 1)),
                           [](JsonList items) { return Json(std::move(items)); });
  auto object = rc::gen::map(rc::gen::container<std::vector<std::pair<std::string, Json>>>(
                                 rc::gen::pair(any_text(), any_json(depth - 1))),
                             [](std::vector<std::pair<std::string, Json>> members) {
                               JsonObject result;
                               for (auto& [key, value] : members)
                                 result.set(std::move(key), std::move(value));
                               return Json(std::move(result));
                             });
  return rc::gen::oneOf(scalar, list, object);
}

Json reversed(const Json& value) {
  if (const JsonList* list = value.list()) {
    JsonList items;
    for (const auto& item : *list) items.push_back(reversed(item));
    return items;
  }
  if (const JsonObject* object = value.object()) {
    std::vector<JsonObject::Member> members(object->begin(), object->end());
    std::ranges::reverse(members);
    JsonObject result;
    for (const auto& [key, member] : members) result.set(key, reversed(member));
    return result;
  }
  return value;
}

std::string message_for(std::string_view text) {
  const auto parsed = parse_json(text);
  REQUIRE_FALSE(parsed.ok());
  CHECK(parsed.error().code == Errc::invalid);
  return parsed.error().message;
}

}  // namespace

TEST_CASE("what is written is read back equal, in each of the three forms") {
  CHECK(rc::check([] {
    const Json value = *any_json(2);
    RC_ASSERT(*parse_json(canonical_json(value)) == value);
    RC_ASSERT(*parse_json(compact_json(value)) == value);
    RC_ASSERT(*parse_json(pretty_json(value)) == value);
  }));
}

TEST_CASE("the canonical form does not depend on the order of members") {
  CHECK(rc::check([] {
    const Json value = *any_json(2);
    RC_ASSERT(reversed(value) == value);
    RC_ASSERT(canonical_json(reversed(value)) == canonical_json(value));
  }));
  CHECK(canonical_json(*parse_json(R"({"b": 1, "a": {"d": 2, "c": 3}})")) ==
        R"({"a":{"c":3,"d":2},"b":1})");
  CHECK(compact_json(*parse_json(R"({"b": 1, "a": 2})")) == R"({"b":1,"a":2})");
}

TEST_CASE("integers stay integers and doubles are the shortest that read back equal") {
  CHECK(canonical_json(5) == "5");
  CHECK(canonical_json(5.0) == "5.0");
  CHECK(canonical_json(0.1) == "0.1");
  CHECK(canonical_json(-0.0) == "-0.0");
  CHECK(canonical_json(1e300) == "1e+300");
  CHECK(canonical_json(std::numeric_limits<std::int64_t>::min()) == "-9223372036854775808");
  CHECK(*parse_json("5") == Json(5));
  CHECK(*parse_json("5.0") == Json(5.0));
  CHECK(*parse_json("5e0") == Json(5.0));
  CHECK_FALSE(*parse_json("5") == *parse_json("5.0"));
  CHECK(*parse_json("-9223372036854775808") == Json(std::numeric_limits<std::int64_t>::min()));
  CHECK(*parse_json("4.9406564584124654e-324") == Json(4.9406564584124654e-324));
  CHECK(*parse_json("0.3333333333333333148296") == Json(0.3333333333333333148296));
  CHECK(canonical_json(std::numeric_limits<double>::quiet_NaN()) == "null");
}

TEST_CASE("pretty text is indented by two blanks and empty containers stay short") {
  CHECK(pretty_json(*parse_json(R"({"a":[1,{}],"b":[]})")) ==
        "{\n  \"a\": [\n    1,\n    {}\n  ],\n  \"b\": []\n}");
}

TEST_CASE("bytes that are no UTF-8 become the replacement character") {
  CHECK(json_quoted("a\xff\"\x01") == "\"a\xef\xbf\xbd\\\"\\u0001\"");
}

TEST_CASE("errors name line and column") {
  CHECK(message_for("{\n  \"a\": 1,\n  \"a\": 2}").starts_with("line 3, column 5"));
  CHECK(message_for("{\n  \"a\": nul}").starts_with("line 2, column"));
  CHECK(message_for("[1,\n2").find("too early") != std::string::npos);
}

TEST_CASE("loose JSON is refused") {
  for (const char* wrong : {"",
                            " ",
                            "NaN",
                            "Infinity",
                            "-Infinity",
                            "[1,]",
                            "{\"a\":1,}",
                            "{a:1}",
                            "'a'",
                            "01",
                            "1.",
                            ".5",
                            "+1",
                            "0x1",
                            "[1] 2",
                            "// c\n1",
                            "\"\\ud800\"",
                            "\"\\ud800\\u0041\"",
                            "\"\\udc00\"",
                            "\"\x01\"",
                            "\"\xff\"",
                            "\"\xed\xa0\x80\"",
                            "9223372036854775808",
                            "18446744073709551616",
                            "-9223372036854775809",
                            "1e400",
                            "-1e400",
                            "{\"a\":1,\"\\u0061\":2}",
                            "tru",
                            "\"",
                            "[",
                            "1e"}) {
    CAPTURE(wrong);
    CHECK(message_for(wrong).starts_with("line "));
  }
}

TEST_CASE("duplicates are found in objects of any size") {
  std::string text = "{";
  for (int i = 0; i < 1000; ++i) text += fmt::format("\"{}\":{},", i, i);
  CHECK(parse_json(text + "\"x\":1}").ok());
  CHECK(message_for(text + "\"500\":1}").find("\"500\" occurs twice") != std::string::npos);
}

TEST_CASE("depth and size have limits") {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  CHECK(parse_json(nested(64)).ok());
  CHECK(parse_json(nested(65)).error().code == Errc::exhausted);
  CHECK(parse_json(nested(1'000'000)).error().code == Errc::exhausted);
  CHECK(parse_json("[1,2]", {.bytes_max = 4}).error().code == Errc::exhausted);
}

TEST_CASE("any bytes are read or refused, and what was read can be written") {
  CHECK(rc::check([](const std::string& bytes) {
    const auto parsed = parse_json(bytes);
    if (parsed) RC_ASSERT(*parse_json(canonical_json(*parsed)) == *parsed);
  }));
}

TEST_CASE("members are found, replaced and erased by key") {
  JsonObject object = {{"a", 1}, {"b", 2}};
  object.set("a", "x");
  CHECK(*object.find("a") == Json("x"));
  CHECK(object.size() == 2);
  CHECK(object.erase("a"));
  CHECK_FALSE(object.erase("a"));
  CHECK(object.find("a") == nullptr);
  CHECK(Json(object).find("b")->integer() != nullptr);
  CHECK(Json(1).find("b") == nullptr);
  CHECK(std::string(type_name(1.5)) == "number");
}

}  // namespace gt
