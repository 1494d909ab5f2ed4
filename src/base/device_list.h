/// Devices as CUDA_VISIBLE_DEVICES has them: numbers or UUIDs with commas between them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gt {

inline constexpr std::int64_t devices_max = 1'024;

/// At least one, each once. nullopt for anything else.
std::optional<std::vector<std::string>> parse_device_list(std::string_view text);

}  // namespace gt
