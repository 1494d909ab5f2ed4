#include "expression/value.h"

#include <doctest/doctest.h>

namespace gt {
namespace {

Artifact folder() {
  return {
      .digest = sha256("x"), .is_folder = true, .bytes = 3, .file_name = "model", .path = "/in/m"};
}

TEST_CASE("a value is small") { CHECK(sizeof(Value) <= 40); }

TEST_CASE("copies are deep") {
  Value one = ValueList{1, ValueObject{{"k", folder()}}};
  const Value two = one;
  one.list()->push_back(3);
  CHECK(two.list()->size() == 2);
  CHECK(two == Value(ValueList{1, ValueObject{{"k", folder()}}}));
}

TEST_CASE("the text form is what people would write") {
  CHECK(*render(5) == "5");
  CHECK(*render(5.0) == "5.0");
  CHECK(*render(0.1) == "0.1");
  CHECK(*render(false) == "false");
  CHECK(*render("a\nb") == "a\nb");
  CHECK(*render(folder()) == "/in/m");
  CHECK(*render(Secret{"s", "text"}) == "text");
  CHECK_FALSE(render(nullptr).ok());
  CHECK_FALSE(render(Artifact{.file_name = "x"}).ok());
  CHECK(render(ValueList{}).error().hint == "to_json(x) or join(x, ', ') makes text of a list");
}

TEST_CASE("JSON shows an artifact by its digest and refuses secrets and unknowns") {
  CHECK(canonical_json(*to_json(ValueList{folder(), 1, 1.0, nullptr})) ==
        R"([{"artifact":")" + sha256("x").hex() +
            R"(","bytes":3,"folder":true,"name":"model"},1,1.0,null])");
  CHECK_FALSE(to_json(ValueList{Secret{"a", "b"}}).ok());
  CHECK_FALSE(to_json(ValueObject{{"a", Unknown{"later"}}}).ok());
}

TEST_CASE("a record gives back what it was made from, and no data poses as an artifact") {
  Artifact placed_nowhere = folder();
  placed_nowhere.path.clear();
  const Value value = ValueObject{{"a", ValueList{1, 2.5, nullptr, true, "text"}},
                                  {"artifact", placed_nowhere},
                                  {"$artifact", ValueObject{{"digest", "x"}}},
                                  {"$$x", 1}};
  const auto record = to_record(value);
  REQUIRE(record.ok());
  CHECK(*from_record(*parse_json(canonical_json(*record))) == value);

  const Value posing = value_from_json(*to_record(placed_nowhere));
  CHECK(from_record(*to_record(posing))->artifact() == nullptr);
  CHECK(*from_record(*to_record(posing)) == posing);
  CHECK(from_record(*to_record(folder()))->artifact() != nullptr);
}

TEST_CASE("a damaged record is refused") {
  for (const char* text :
       {R"({"$artifact": {}})", R"({"$artifact": 5})", R"({"$other": 5})",
        R"({"$artifact": {"digest": "00", "folder": true, "bytes": 1, "name": ""}})"})
    CHECK_FALSE(from_record(*parse_json(text)).ok());
}

TEST_CASE("an unknown is found however deep") {
  CHECK(find_unknown(ValueList{1, ValueObject{{"a", Unknown{"later"}}}})->why == "later");
  CHECK(find_unknown(ValueList{1, ValueObject{{"a", 1}}}) == nullptr);
}

}  // namespace
}  // namespace gt
