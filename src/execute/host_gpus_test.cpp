#include "execute/host_gpus.h"

#include <doctest/doctest.h>
#include <map>

#include "base/test_folder.h"

namespace gt {

namespace {

using Ids = std::vector<std::string>;

Ids gpus_with(const char* chosen, const std::map<std::string, std::string>& variables = {},
              const GpuPlaces& places = {"/nowhere", "/nowhere"}) {
  const std::string text = chosen == nullptr ? "" : chosen;
  return host_gpus(
      chosen == nullptr ? nullptr : &text,
      [&](const char* name) {
        const auto found = variables.find(name);
        return found == variables.end() ? nullptr : found->second.c_str();
      },
      places);
}

}  // namespace

TEST_CASE("the setting says which devices there are, by number or UUID") {
  CHECK(gpus_with("0, 2") == Ids{"0", "2"});
  CHECK(gpus_with("GPU-8932f937-d72c") == Ids{"GPU-8932f937-d72c"});
  CHECK(gpus_with("none").empty());
}

TEST_CASE("what CUDA_VISIBLE_DEVICES leaves us is all that there is") {
  CHECK(gpus_with(nullptr, {{"CUDA_VISIBLE_DEVICES", "3,5"}}) == Ids{"3", "5"});
  CHECK(gpus_with(nullptr, {{"CUDA_VISIBLE_DEVICES", ""}}).empty());
  CHECK(gpus_with("1", {{"CUDA_VISIBLE_DEVICES", "3,5"}}) == Ids{"1"});
}

TEST_CASE("devices are those that the drivers show") {
  const TestFolder folder;
  const GpuPlaces places{folder / "dev", folder / "nodes"};
  CHECK(gpus_with(nullptr, {}, places).empty());
  folder.write("nodes/0/gpu_id", "0\n");
  folder.write("nodes/1/gpu_id", "51140\n");
  folder.write("nodes/2/gpu_id", "9876\n");
  CHECK(gpus_with(nullptr, {}, places) == Ids{"0", "1"});
  for (const char* device : {"nvidia0", "nvidia1", "nvidia7", "nvidiactl", "nvidia-uvm"})
    folder.write(std::string("dev/") + device, "");
  CHECK(gpus_with(nullptr, {}, places) == Ids{"0", "1", "2"});
}

}  // namespace gt
