/// Versions of assets as people and programs see them.
#pragma once

#include "base/json.h"
#include "run/asset_store.h"

namespace gt {

/// {sequence, asset, content, at, logical_date, interval, run, output, told_by, details}; what does
/// not apply is null.
JsonObject asset_update_json(const RecordedAssetUpdate& version);

}  // namespace gt
