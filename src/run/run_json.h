/// The JSON that the store keeps in text columns.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/json.h"
#include "run/run.h"

namespace gt {

std::string options_text(const RunOptions& options);
Result<RunOptions> parse_options(const std::string& text);

/// A list of records (expression/value.h). Errc::invalid for a secret.
Result<std::string> values_text(const std::vector<Value>& values);
Result<std::vector<Value>> parse_values(const std::string& text);

/// An object of values by name.
Result<std::string> named_values_text(const ValueObject& values);
Result<ValueObject> parse_named_values(const std::string& text);

Result<std::string> items_text(const std::vector<std::vector<Value>>& items);
Result<std::vector<std::vector<Value>>> parse_items(const std::string& text);

/// Places of items, as a list.
std::string order_text(const std::vector<std::int32_t>& order);
Result<std::vector<std::int32_t>> parse_order(const std::string& text);

std::string failure_text(const AttemptFailed& failure);
Result<AttemptFailed> parse_failure(const std::string& text);

const char* to_text(CancelMode mode);
CancelMode parse_cancel_mode(std::string_view text);

}  // namespace gt
