#include "base/device_list.h"

#include <algorithm>

#include "base/text.h"

namespace gt {

namespace {

bool is_device(std::string_view id) {
  return !id.empty() && std::ranges::all_of(id, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
           c == '_' || c == '/' || c == ':' || c == '.';
  });
}

}  // namespace

std::optional<std::vector<std::string>> parse_device_list(std::string_view text) {
  std::vector<std::string> devices;
  for (const std::string_view part : split(text, ',')) {
    const std::string_view id = trim(part);
    if (!is_device(id) || std::ranges::find(devices, id) != devices.end()) return std::nullopt;
    devices.emplace_back(id);
  }
  if (std::ssize(devices) > devices_max) return std::nullopt;
  return devices;
}

}  // namespace gt
