#include "execute/values_file.h"

#include <doctest/doctest.h>

namespace gt {

TEST_CASE("a values file has a line for each value, and the last one counts") {
  const auto values =
      parse_values_file("auc=0.5\n\n name = \"x\"\r\nauc=0.75\nexpression=a=b\nempty=");
  REQUIRE(values.ok());
  CHECK(values->size() == 4);
  CHECK(values->at("auc") == "0.75");
  CHECK(values->at("name") == " \"x\"");
  CHECK(values->at("expression") == "a=b");
  CHECK(values->at("empty").empty());
}

TEST_CASE("a line without = and a value over the limit are named") {
  const auto wrong = parse_values_file("a=1\nhello\n");
  REQUIRE_FALSE(wrong.ok());
  CHECK(wrong.error().message == "line 2 of the values file is not `name=json`: hello");
  CHECK(parse_values_file("a=" + std::string(value_bytes_max, 'x')).ok());
  const auto large = parse_values_file("big=" + std::string(value_bytes_max + 1, 'x'));
  REQUIRE_FALSE(large.ok());
  CHECK(large.error().code == Errc::exhausted);
  CHECK(
      large.error().message ==
      "the value big has 1048577 bytes, more than 1048576 (limit value_bytes_max); what is larger "
      "is given as an output with a path");
}

TEST_CASE("a value must be of its declared type") {
  struct Case {
    const char* text;
    ValueType type;
    Json value;
  };
  for (const auto& [text, type, value] :
       {Case{"5", ValueType::integer, 5}, Case{"5", ValueType::number, 5},
        Case{"5.5", ValueType::number, 5.5}, Case{"true", ValueType::boolean, true},
        Case{"[1, null]", ValueType::array, JsonList{1, nullptr}},
        Case{"{\"a\":1}", ValueType::object, JsonObject{{"a", 1}}},
        Case{"null", ValueType::any, nullptr},
        Case{"plain words", ValueType::string, "plain words"},
        Case{"\"a\\nb\"", ValueType::string, "a\nb"}, Case{"", ValueType::string, ""},
        Case{"5", ValueType::string, "5"}}) {
    CAPTURE(text);
    const auto parsed = parse_value(text, type);
    REQUIRE(parsed.ok());
    CHECK(*parsed == value);
  }
  for (const auto& [text, type] : {std::pair{"5.0", ValueType::integer},
                                   {"\"5\"", ValueType::integer},
                                   {"5", ValueType::boolean},
                                   {"null", ValueType::number},
                                   {"nan", ValueType::number},
                                   {"{}", ValueType::array},
                                   {"[]", ValueType::object},
                                   {"plain", ValueType::any},
                                   {"\"unended", ValueType::string},
                                   {"\xff", ValueType::string},
                                   {"", ValueType::any}}) {
    CAPTURE(text);
    CHECK_FALSE(parse_value(text, type).ok());
  }
  CHECK(parse_value("\"high\"", ValueType::number).error().message ==
        "\"high\" is of type string; number was declared");
}

}  // namespace gt
