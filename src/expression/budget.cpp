#include "expression/budget.h"

namespace gt {

Result<void> Budget::take_items(std::size_t count) {
  if (count > items_left_)
    return error(Errc::exhausted, "one evaluation makes at most {} list items (items_max)",
                 expression_limits::items_max);
  items_left_ -= count;
  return {};
}

Result<void> Budget::take_bytes(std::size_t count) {
  if (count > bytes_left_)
    return error(Errc::exhausted, "one evaluation makes at most {} bytes of text (text_bytes_max)",
                 expression_limits::text_bytes_max);
  bytes_left_ -= count;
  return {};
}

Result<void> Budget::take(const Value& value, std::size_t depth) {
  if (depth > expression_limits::value_depth_max)
    return error(Errc::exhausted, "a value nests at most {} levels deep (value_depth_max)",
                 expression_limits::value_depth_max);
  if (const auto* text = value.string()) return take_bytes(text->size());
  if (const auto* secret = value.secret()) return take_bytes(secret->text.size());
  if (const auto* list = value.list()) {
    TRY(take_items(list->size()));
    for (const Value& item : *list) TRY(take(item, depth + 1));
  }
  if (const auto* object = value.object()) {
    TRY(take_items(object->size()));
    for (const auto& [key, member] : *object) {
      TRY(take_bytes(key.size()));
      TRY(take(member, depth + 1));
    }
  }
  return {};
}

}  // namespace gt
