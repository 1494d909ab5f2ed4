// What a step writes into the file named by $GEARTRAIN_VALUES.
#include <array>

#include "base/text.h"
#include "execute/values_file.h"
#include "expression/value.h"
#include "fuzz/targets.h"

namespace gt {

namespace {

constexpr std::array types = {ValueType::any,    ValueType::boolean, ValueType::integer,
                              ValueType::number, ValueType::string,  ValueType::array,
                              ValueType::object};

void check_value(const std::string& text) {
  bool is_of_some_type = false;
  for (const ValueType type : types) {
    const auto value = parse_value(text, type);
    if (!value) {
      GT_CHECK(is_utf8(value.error().message), "a refusal can be shown");
      continue;
    }
    is_of_some_type = is_of_some_type || type != ValueType::any;
    const auto record = to_record(value_from_json(*value));
    GT_CHECK(record.ok() && from_record(*record).ok(), "a value can be recorded");
  }
  GT_CHECK(!parse_value(text, ValueType::any) || is_of_some_type || trim(text) == "null",
           "all but null is of some type");
}

}  // namespace

void fuzz_values(std::string_view bytes) {
  const auto values = parse_values_file(bytes);
  if (!values) {
    GT_CHECK(is_utf8(values.error().message), "a refusal can be shown");
    return;
  }
  for (const auto& [name, text] : *values) {
    GT_CHECK(text.size() <= value_bytes_max, "a value has a limit");
    GT_CHECK(text.find('\n') == std::string::npos, "a value is one line");
    check_value(text);
  }
}

}  // namespace gt
