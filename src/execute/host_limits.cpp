#include "execute/host_limits.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <sched.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"

namespace gt {

namespace {

// "max" means that there is no limit.
std::optional<double> number_of(std::string_view text) {
  double number = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size() || number <= 0)
    return std::nullopt;
  return number;
}

}  // namespace

ExecutorLimits host_limits(const std::string& control_group) {
  ExecutorLimits limits;
  cpu_set_t cpus;
  // More than 1,024 CPUs do not fit into the set.
  limits.cpu = ::sched_getaffinity(0, sizeof cpus, &cpus) == 0
                   ? CPU_COUNT(&cpus)
                   : static_cast<double>(::sysconf(_SC_NPROCESSORS_ONLN));
  if (const auto quota = read_file(join_path(control_group, "cpu.max"))) {
    const auto fields = split(trim(*quota), ' ');
    if (const auto part = number_of(fields[0]); part && fields.size() == 2)
      if (const auto period = number_of(fields[1]))
        limits.cpu = std::min(limits.cpu, *part / *period);
  }
  limits.memory_bytes = std::int64_t{::sysconf(_SC_PHYS_PAGES)} * ::sysconf(_SC_PAGESIZE);
  if (const auto limit = read_file(join_path(control_group, "memory.max")))
    if (const auto bytes = number_of(trim(*limit)))
      limits.memory_bytes = std::min(limits.memory_bytes, static_cast<std::int64_t>(*bytes));
  return limits;
}

}  // namespace gt
