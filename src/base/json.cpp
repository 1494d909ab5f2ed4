#include "base/json.h"

#include <algorithm>
#include <utility>

namespace gt {

namespace {

// From here on an index beats looking at every member.
constexpr std::size_t few_members = 16;

std::vector<const JsonObject::Member*> sorted_members(const JsonObject& object) {
  std::vector<const JsonObject::Member*> members;
  members.reserve(object.size());
  for (const auto& member : object) members.push_back(&member);
  std::ranges::sort(members, {},
                    [](const auto* member) { return std::string_view(member->first); });
  return members;
}

}  // namespace

JsonObject::JsonObject(std::initializer_list<Member> members) {
  for (const auto& [key, value] : members) set(key, value);
}

const Json* JsonObject::find(std::string_view key) const {
  const auto found = std::ranges::find(members_, key, &Member::first);
  return found == members_.end() ? nullptr : &found->second;
}

Json* JsonObject::find(std::string_view key) {
  return const_cast<Json*>(std::as_const(*this).find(key));
}

void JsonObject::set(std::string key, Json value) {
  if (Json* found = find(key))
    *found = std::move(value);
  else
    members_.emplace_back(std::move(key), std::move(value));
}

bool JsonObject::erase(std::string_view key) {
  return std::erase_if(members_, [&](const Member& member) { return member.first == key; }) != 0;
}

bool JsonObject::operator==(const JsonObject& other) const {
  if (size() != other.size()) return false;
  if (size() <= few_members)
    return std::ranges::all_of(members_, [&](const Member& member) {
      const Json* found = other.find(member.first);
      return found != nullptr && *found == member.second;
    });
  return std::ranges::equal(sorted_members(*this), sorted_members(other),
                            [](const auto* a, const auto* b) { return *a == *b; });
}

const Json* Json::find(std::string_view key) const {
  const JsonObject* members = object();
  return members == nullptr ? nullptr : members->find(key);
}

const char* type_name(const Json& value) {
  constexpr const char* names[] = {"null",   "boolean", "integer", "number",
                                   "string", "array",   "object"};
  return names[value.variant().index()];
}

}  // namespace gt
