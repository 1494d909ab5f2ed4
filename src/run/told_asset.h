/// Updates of assets that no run makes.
#pragma once

#include <string>

#include "run/asset_store.h"

namespace gt {

struct ToldAsset {
  std::string asset;            ///< "flights", or "sales.flights" in a pushed project
  std::optional<Json> content;  ///< none: it is unlike every other version
  JsonObject details;
  std::string by;
};

/// Of content and details together.
constexpr std::size_t told_asset_bytes_max = std::size_t{64} << 10U;

/// Errc::invalid for a bad name, or more than told_asset_bytes_max.
Result<AssetUpdate> update_of(ToldAsset told, Time now);

}  // namespace gt
