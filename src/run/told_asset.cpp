#include "run/told_asset.h"

#include <algorithm>

#include "base/text.h"

namespace gt {

namespace {

Result<void> check_asset_name(std::string_view name) {
  const auto parts = split(name, '.');
  if (parts.size() <= 2 && std::ranges::all_of(parts, is_name)) return {};
  Error problem = error(Errc::invalid, "{} is no name of an asset", shell_quoted(printable(name)));
  problem.hint = "flights, or sales.flights of a pushed project";
  return problem;
}

}  // namespace

Result<AssetUpdate> update_of(ToldAsset told, Time now) {
  TRY(check_asset_name(told.asset));
  const Json content = std::move(told.content).value_or(Json(format_time(now)));
  if (compact_json(content).size() + compact_json(told.details).size() > told_asset_bytes_max)
    return error(Errc::invalid, "content and details of {} are larger than {}", told.asset,
                 format_bytes(told_asset_bytes_max));
  return AssetUpdate{.asset = std::move(told.asset),
                     .content = value_from_json(content),
                     .at = now,
                     .logical_date = now,
                     .told_by = std::move(told.by),
                     .details = std::move(told.details)};
}

}  // namespace gt
