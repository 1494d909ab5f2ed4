#include "base/boot.h"

#include "base/file.h"
#include "base/text.h"

namespace gt {

std::string boot_id() {
  const auto id = read_file("/proc/sys/kernel/random/boot_id");
  return id ? std::string(trim(*id)) : "unknown";
}

}  // namespace gt
