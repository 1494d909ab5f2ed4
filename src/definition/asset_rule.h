/// Which updates of assets begin a run: one of them, all of some, any of some, one inside the
/// other.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace gt {

struct AssetRule {
  enum class Kind : std::uint8_t {
    asset,  ///< this asset was updated
    all,    ///< all of the parts are met
    any,    ///< at least one of the parts is met
  };

  static constexpr std::size_t depth_max = 8;
  static constexpr std::size_t assets_max = 1'000;

  Kind kind = Kind::all;
  std::string asset = {};             ///< of Kind::asset
  std::vector<AssetRule> parts = {};  ///< of the others; at least one

  bool operator==(const AssetRule&) const = default;
};

/// Each asset of the rule once, by name.
std::vector<std::string> assets_of(const AssetRule& rule);
/// Whether the rule is met when these assets were updated.
bool is_met(const AssetRule& rule, const std::function<bool(std::string_view)>& is_updated);
/// As in a pipeline file: "flights", {"all": ["flights", {"any": ["a", "b"]}]}.
Json to_json(const AssetRule& rule);
/// Each of its assets by another name.
void rename_assets(AssetRule& rule,
                   const std::function<std::string(const std::string& name)>& new_name);

}  // namespace gt
