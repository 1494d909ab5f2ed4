/// What `config show` says of each setting.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "cli/session.h"
#include "cli/table.h"

namespace gt {

struct ShownSetting {
  const Setting* setting;
  std::string text;  ///< as one would write it; empty where nothing holds
  Json value;        ///< a number, of a size in bytes, of a time in seconds; a text; or null
  SettingPlace place;
};

/// All, or one; what depends on this machine is looked up.
Result<std::vector<ShownSetting>> shown_settings(const Session& session,
                                                 std::optional<SettingId> only);

Table table_of(const std::vector<ShownSetting>& shown, bool with_origin);
JsonList shape_of(const std::vector<ShownSetting>& shown);

}  // namespace gt
