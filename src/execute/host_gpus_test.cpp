#include "execute/host_gpus.h"

#include <doctest/doctest.h>
#include <map>

#include "base/test_folder.h"

namespace gt {

namespace {

using Ids = std::vector<std::string>;

Result<Ids> gpus_with(const std::map<std::string, std::string>& variables,
                      const GpuPlaces& places = {"/nowhere", "/nowhere"}) {
  return host_gpus(
      [&](const char* name) {
        const auto found = variables.find(name);
        return found == variables.end() ? nullptr : found->second.c_str();
      },
      places);
}

}  // namespace

TEST_CASE("GEARTRAIN_GPUS says which devices there are, by number or UUID") {
  CHECK(*gpus_with({{"GEARTRAIN_GPUS", "0, 2"}}) == Ids{"0", "2"});
  CHECK(*gpus_with({{"GEARTRAIN_GPUS", "GPU-8932f937-d72c"}}) == Ids{"GPU-8932f937-d72c"});
  CHECK(gpus_with({{"GEARTRAIN_GPUS", "none"}})->empty());
  CHECK(gpus_with({{"GEARTRAIN_GPUS", ""}})->empty());
  for (const char* wrong : {"0,,1", "0,0", "a b", "$x"}) {
    INFO(wrong);
    const auto refused = gpus_with({{"GEARTRAIN_GPUS", wrong}});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == Errc::invalid);
  }
}

TEST_CASE("what CUDA_VISIBLE_DEVICES leaves us is all that there is") {
  CHECK(*gpus_with({{"CUDA_VISIBLE_DEVICES", "3,5"}}) == Ids{"3", "5"});
  CHECK(gpus_with({{"CUDA_VISIBLE_DEVICES", ""}})->empty());
  CHECK(*gpus_with({{"CUDA_VISIBLE_DEVICES", "3,5"}, {"GEARTRAIN_GPUS", "1"}}) == Ids{"1"});
}

TEST_CASE("devices are those that the drivers show") {
  const TestFolder folder;
  const GpuPlaces places{folder / "dev", folder / "nodes"};
  CHECK(gpus_with({}, places)->empty());
  folder.write("nodes/0/gpu_id", "0\n");
  folder.write("nodes/1/gpu_id", "51140\n");
  folder.write("nodes/2/gpu_id", "9876\n");
  CHECK(*gpus_with({}, places) == Ids{"0", "1"});
  for (const char* device : {"nvidia0", "nvidia1", "nvidia7", "nvidiactl", "nvidia-uvm"})
    folder.write(std::string("dev/") + device, "");
  CHECK(*gpus_with({}, places) == Ids{"0", "1", "2"});
}

}  // namespace gt
