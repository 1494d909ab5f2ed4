#include "definition/asset_rule.h"

#include <algorithm>
#include <set>

namespace gt {

namespace {

void collect(const AssetRule& rule, std::set<std::string>& names) {
  if (rule.kind == AssetRule::Kind::asset) names.insert(rule.asset);
  for (const AssetRule& part : rule.parts) collect(part, names);
}

}  // namespace

std::vector<std::string> assets_of(const AssetRule& rule) {
  std::set<std::string> names;
  collect(rule, names);
  return {names.begin(), names.end()};
}

bool is_met(const AssetRule& rule, const std::function<bool(std::string_view)>& is_updated) {
  const auto part_is_met = [&](const AssetRule& part) { return is_met(part, is_updated); };
  switch (rule.kind) {
    case AssetRule::Kind::asset:
      return is_updated(rule.asset);
    case AssetRule::Kind::all:
      return std::ranges::all_of(rule.parts, part_is_met);
    case AssetRule::Kind::any:
      return std::ranges::any_of(rule.parts, part_is_met);
  }
  return false;
}

Json to_json(const AssetRule& rule) {
  if (rule.kind == AssetRule::Kind::asset) return rule.asset;
  JsonList parts;
  for (const AssetRule& part : rule.parts) parts.push_back(to_json(part));
  return JsonObject{{rule.kind == AssetRule::Kind::all ? "all" : "any", std::move(parts)}};
}

void rename_assets(AssetRule& rule,
                   const std::function<std::string(const std::string& name)>& new_name) {
  if (rule.kind == AssetRule::Kind::asset) rule.asset = new_name(rule.asset);
  for (AssetRule& part : rule.parts) rename_assets(part, new_name);
}

}  // namespace gt
