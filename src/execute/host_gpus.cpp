#include "execute/host_gpus.h"

#include <algorithm>
#include <optional>

#include "base/file.h"
#include "base/text.h"
#include "definition/limits.h"

namespace gt {

namespace {

bool is_device(std::string_view id) {
  return !id.empty() && std::ranges::all_of(id, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
           c == '_' || c == '/' || c == ':' || c == '.';
  });
}

/// nullopt if it is no list of devices.
std::optional<std::vector<std::string>> parse_devices(std::string_view text) {
  std::vector<std::string> devices;
  for (const std::string_view part : split(text, ',')) {
    const std::string_view id = trim(part);
    if (!is_device(id)) return std::nullopt;
    if (std::ranges::find(devices, id) != devices.end()) return std::nullopt;
    devices.emplace_back(id);
  }
  if (devices.size() > definition_limits::gpus_max) return std::nullopt;
  return devices;
}

std::vector<std::string> numbered(std::size_t count) {
  std::vector<std::string> ids;
  for (std::size_t i = 0; i < count; ++i) ids.push_back(std::to_string(i));
  return ids;
}

bool is_number(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

/// /dev/nvidia0, /dev/nvidia1, …: a container has those of its own, whatever /proc shows.
std::size_t nvidia_gpus(const std::string& devices) {
  constexpr std::string_view name = "nvidia";
  const auto names = list_directory(devices);
  if (!names) return 0;
  return static_cast<std::size_t>(std::ranges::count_if(*names, [&](const std::string& entry) {
    return entry.starts_with(name) && is_number(std::string_view(entry).substr(name.size()));
  }));
}

/// Nodes of AMD's driver; those of CPUs have the id 0.
std::size_t amd_gpus(const std::string& nodes) {
  constexpr std::size_t id_bytes_max = 64;
  const auto names = list_directory(nodes);
  if (!names) return 0;
  return static_cast<std::size_t>(std::ranges::count_if(*names, [&](const std::string& node) {
    const auto id = read_file(join_path(nodes, node) + "/gpu_id", id_bytes_max);
    return id && trim(*id) != "0" && is_number(trim(*id));
  }));
}

}  // namespace

Result<std::vector<std::string>> host_gpus(
    const std::function<const char*(const char* name)>& variable, const GpuPlaces& places) {
  if (const char* const set = variable("GEARTRAIN_GPUS"); set != nullptr) {
    const std::string_view text = trim(set);
    if (text.empty() || text == "none") return std::vector<std::string>();
    if (auto devices = parse_devices(text)) return *std::move(devices);
    return Error{Errc::invalid,
                 fmt::format("GEARTRAIN_GPUS={} is no list of devices", printable(text)),
                 "numbers or UUIDs, each once, with commas between them, as in 0,1; or none"};
  }
  if (const char* const left = variable("CUDA_VISIBLE_DEVICES"); left != nullptr)
    return parse_devices(trim(left)).value_or(std::vector<std::string>());
  if (const std::size_t count = nvidia_gpus(places.devices); count > 0) return numbered(count);
  return numbered(amd_gpus(places.kfd_nodes));
}

}  // namespace gt
