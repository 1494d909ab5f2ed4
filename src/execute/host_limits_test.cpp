#include "execute/host_limits.h"

#include <doctest/doctest.h>

#include "base/test_folder.h"

namespace gt {

TEST_CASE("a control group makes the machine smaller, never larger") {
  TestFolder folder;
  const auto machine = host_limits(folder.path());
  CHECK(machine.cpu >= 1);
  CHECK(machine.memory_bytes > 0);
  folder.write("cpu.max", "50000 100000\n");
  folder.write("memory.max", "1048576\n");
  CHECK(host_limits(folder.path()).cpu == 0.5);
  CHECK(host_limits(folder.path()).memory_bytes == 1'048'576);
  folder.write("cpu.max", "max 100000\n");
  folder.write("memory.max", "max\n");
  CHECK(host_limits(folder.path()).cpu == machine.cpu);
  CHECK(host_limits(folder.path()).memory_bytes == machine.memory_bytes);
  folder.write("cpu.max", "99999999 100\n");
  folder.write("memory.max", "9223372036854770000\n");
  CHECK(host_limits(folder.path()).cpu == machine.cpu);
  CHECK(host_limits(folder.path()).memory_bytes == machine.memory_bytes);
}

}  // namespace gt
