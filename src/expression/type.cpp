#include "expression/type.h"

#include <algorithm>

namespace gt {

Type Type::list_of(Type item) {
  Type type(Kind::list);
  if (item.kind_ != Kind::any) type.item_ = std::make_shared<const Type>(std::move(item));
  return type;
}

Type Type::object_of(std::vector<Field> fields) {
  Type type(Kind::object);
  type.fields_ = std::make_shared<const std::vector<Field>>(std::move(fields));
  return type;
}

Type Type::of(const Value& value) {
  if (value.is_null()) return Kind::null;
  if (value.boolean() != nullptr) return Kind::boolean;
  if (value.integer() != nullptr) return Kind::integer;
  if (value.real() != nullptr) return Kind::number;
  if (value.string() != nullptr) return Kind::string;
  if (value.artifact() != nullptr) return Kind::artifact;
  if (value.secret() != nullptr) return Kind::secret;
  if (const auto* list = value.list()) {
    if (list->empty()) return Kind::list;
    Type item = of(list->front());
    for (const Value& other : *list) item = common(item, of(other));
    return list_of(std::move(item));
  }
  if (const auto* object = value.object()) {
    std::vector<Field> fields;
    for (const auto& [key, member] : *object) fields.emplace_back(key, of(member));
    return object_of(std::move(fields));
  }
  return Kind::any;
}

Type Type::common(const Type& left, const Type& right) {
  if (left == right) return left;
  const auto is_numeric = [](const Type& type) {
    return type.kind_ == Kind::integer || type.kind_ == Kind::number;
  };
  if (is_numeric(left) && is_numeric(right)) return Kind::number;
  if (left.kind_ == Kind::list && right.kind_ == Kind::list)
    return list_of(common(left.item(), right.item()));
  if (left.kind_ == Kind::object && right.kind_ == Kind::object) return Kind::object;
  return Kind::any;
}

const Type& Type::item() const {
  static const Type any;
  return item_ == nullptr ? any : *item_;
}

std::string Type::to_text() const {
  switch (kind_) {
    case Kind::any:
      return "any";
    case Kind::null:
      return "null";
    case Kind::boolean:
      return "boolean";
    case Kind::integer:
      return "integer";
    case Kind::number:
      return "number";
    case Kind::string:
      return "string";
    case Kind::artifact:
      return "artifact";
    case Kind::secret:
      return "secret";
    case Kind::list:
      return item_ == nullptr ? "list" : "list of " + item_->to_text();
    case Kind::object:
      return "object";
  }
  return "";
}

bool Type::fits(const Type& wanted) const {
  if (kind_ == Kind::any || wanted.kind_ == Kind::any) return true;
  // A number may turn out to be whole.
  if (kind_ == Kind::integer || kind_ == Kind::number)
    return wanted.kind_ == Kind::integer || wanted.kind_ == Kind::number;
  if (kind_ != wanted.kind_) return false;
  if (kind_ == Kind::list) return item().fits(wanted.item());
  if (fields_ == nullptr || wanted.fields_ == nullptr) return true;
  return std::ranges::all_of(*wanted.fields_, [&](const Field& field) {
    const auto own = std::ranges::find(*fields_, field.first, &Field::first);
    return own != fields_->end() && own->second.fits(field.second);
  });
}

bool Type::operator==(const Type& other) const {
  if (kind_ != other.kind_ || !(item_ == nullptr) != !(other.item_ == nullptr)) return false;
  if (item_ != nullptr && !(*item_ == *other.item_)) return false;
  if ((fields_ == nullptr) != (other.fields_ == nullptr)) return false;
  return fields_ == nullptr || *fields_ == *other.fields_;
}

}  // namespace gt
