#include "execute/host_gpus.h"

#include <algorithm>
#include <string_view>

#include "base/device_list.h"
#include "base/file.h"
#include "base/text.h"

namespace gt {

namespace {

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

std::vector<std::string> host_gpus(const std::string* chosen,
                                   const std::function<const char*(const char* name)>& variable,
                                   const GpuPlaces& places) {
  if (chosen != nullptr && *chosen == "none") return {};
  if (chosen != nullptr) return parse_device_list(*chosen).value_or(std::vector<std::string>());
  if (const char* const left = variable("CUDA_VISIBLE_DEVICES"); left != nullptr)
    return parse_device_list(left).value_or(std::vector<std::string>());
  if (const std::size_t count = nvidia_gpus(places.devices); count > 0) return numbered(count);
  return numbered(amd_gpus(places.kfd_nodes));
}

}  // namespace gt
