// The JSON reader and its writers, and the values that come of it.
#include "base/json.h"

#include "base/text.h"
#include "expression/value.h"
#include "fuzz/targets.h"

namespace gt {

namespace {

void check_prints(const Json& value) {
  const std::string canonical = canonical_json(value);
  for (const std::string& text : {canonical, compact_json(value), pretty_json(value)}) {
    GT_CHECK(is_utf8(text), "JSON is UTF-8");
    const auto again = parse_json(text);
    GT_CHECK(again.ok() && *again == value, "parse and print are inverse");
    GT_CHECK(canonical_json(*again) == canonical, "equal values have equal canonical bytes");
  }
}

void check_records(const Json& json) {
  const Value value = value_from_json(json);
  const auto back = to_json(value);
  GT_CHECK(back.ok() && *back == json, "a value is the JSON that it was made of");
  const auto record = to_record(value);
  GT_CHECK(record.ok(), "a value without secrets can be recorded");
  const auto read = from_record(*record);
  GT_CHECK(read.ok() && *read == value, "a record gives its value back");
}

}  // namespace

void fuzz_json(std::string_view bytes) {
  const auto parsed = parse_json(bytes);
  if (!parsed) {
    GT_CHECK(!parsed.error().message.empty(), "a refusal says why");
  } else {
    check_prints(*parsed);
    check_records(*parsed);
    // Whoever writes into the database may write anything.
    if (const auto value = from_record(*parsed))
      GT_CHECK(to_record(*value).ok(), "read is written");
  }
  const auto quoted = parse_json(json_quoted(bytes));
  GT_CHECK(quoted.ok() && quoted->string() != nullptr, "any bytes can be quoted");
  GT_CHECK(!is_utf8(bytes) || *quoted->string() == bytes, "UTF-8 stays as it is");
}

}  // namespace gt
