/// The published JSON Schema (draft 2020-12) of settings files, made of the table of settings.
#pragma once

#include "base/json.h"
#include "settings/setting.h"

namespace gt {

/// Of a project's `geartrain.yaml`, or of a person's file, which may say more.
Json settings_schema(SettingScope scope);

}  // namespace gt
