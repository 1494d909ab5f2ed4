/// Reads `geartrain.yaml` and its like: a flat mapping from the names of settings to their values.
#pragma once

#include <string>

#include "settings/settings.h"

namespace gt {

inline constexpr std::size_t settings_file_bytes_max = 1U << 20U;

/// Fills the file in and sets what is good in it; a file that is not there is none of its own.
void read_settings_file(SettingsFile& file, const std::string& person_home, Settings& settings);

/// `text` as an absolute path: below the person's home for `~/`, else below `folder`.
std::string full_path(const std::string& text, const std::string& folder,
                      const std::string& person_home);

}  // namespace gt
