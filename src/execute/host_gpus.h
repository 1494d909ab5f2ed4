/// Which GPUs attempts on this machine may be given.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace gt {

/// Where devices are looked for; other folders in tests.
struct GpuPlaces {
  std::string devices = "/dev";
  std::string kfd_nodes = "/sys/class/kfd/kfd/topology/nodes";
};

/// Ids as CUDA_VISIBLE_DEVICES has them: numbers or UUIDs. Those of the setting `gpus`, if there is
/// one (`none`: not one); else those that $CUDA_VISIBLE_DEVICES leaves us, as schedulers of
/// clusters set it; else all that the drivers of NVIDIA or AMD show.
std::vector<std::string> host_gpus(const std::string* chosen,
                                   const std::function<const char*(const char* name)>& variable,
                                   const GpuPlaces& places = {});

}  // namespace gt
