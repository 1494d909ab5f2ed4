#include <charconv>
#include <fmt/ranges.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "cli/doctor.h"
#include "cli/machine_share.h"
#include "execute/host_limits.h"

namespace gt {

namespace {

constexpr int kernel_major_min = 5, kernel_minor_min = 10;
constexpr std::int64_t memory_bytes_min = 256 << 20;
constexpr rlim_t files_min = 1024, processes_min = 256;
// A clock before this program was written is wrong: 2026-01-01.
constexpr Time clock_min = from_microseconds(std::int64_t{1'767'225'600} * 1'000'000);

bool is_new_enough(std::string_view release) {
  int major = 0, minor = 0;
  const char* const end = release.data() + release.size();
  const auto first = std::from_chars(release.data(), end, major);
  if (first.ec != std::errc() || first.ptr == end) return false;
  (void)std::from_chars(first.ptr + 1, end, minor);
  return major > kernel_major_min || (major == kernel_major_min && minor >= kernel_minor_min);
}

Finding kernel() {
  utsname facts{};
  if (::uname(&facts) != 0) return {"machine", "kernel", FindingState::warning, "unknown"};
  Finding finding{"machine", "kernel", FindingState::ok,
                  fmt::format("{} {} on {}", facts.sysname, facts.release, facts.machine)};
  if (is_new_enough(facts.release)) return finding;
  finding.state = FindingState::missing;
  finding.remedy =
      fmt::format("Linux {}.{} or newer is needed", kernel_major_min, kernel_minor_min);
  return finding;
}

std::string limit_text(rlim_t limit) {
  return limit == RLIM_INFINITY ? "no limit" : std::to_string(limit);
}

Finding limit(const char* name, const char* what, __rlimit_resource which, rlim_t minimum,
              const char* flag) {
  rlimit facts{};
  if (::getrlimit(which, &facts) != 0) return {"machine", name, FindingState::warning, "unknown"};
  Finding finding{"machine", name, FindingState::ok,
                  fmt::format("{} ({})", limit_text(facts.rlim_cur), what)};
  if (facts.rlim_cur == RLIM_INFINITY || facts.rlim_cur >= minimum) return finding;
  finding.state = FindingState::warning;
  finding.remedy = fmt::format("ulimit {} {}", flag, minimum);
  if (facts.rlim_max != RLIM_INFINITY && facts.rlim_max < minimum)
    finding.remedy += fmt::format(", which root has to permit (hard limit {})", facts.rlim_max);
  return finding;
}

Finding clock(const Patient& patient) {
  const Time now = patient.session.clock.now();
  Finding finding{"machine", "clock", FindingState::ok, format_time(now)};
  if (now >= clock_min) return finding;
  finding.state = FindingState::warning;
  finding.text += ", which is long ago";
  finding.remedy = "set it: timedatectl set-ntp true";
  return finding;
}

Finding slots() {
  const ExecutorLimits limits = host_limits();
  Finding finding{
      "machine", "slots", FindingState::ok,
      fmt::format("{:g} CPUs, {} of memory", limits.cpu, format_bytes(limits.memory_bytes))};
  if (limits.memory_bytes >= memory_bytes_min) return finding;
  finding.state = FindingState::warning;
  finding.remedy = fmt::format("at least {} are good to have", format_bytes(memory_bytes_min));
  return finding;
}

/// Tried in a child, so that we stay where we are.
bool can_make_user_namespace() {
  const pid_t child = ::fork();
  if (child < 0) return false;
  if (child == 0) ::_exit(::unshare(CLONE_NEWUSER) == 0 ? 0 : 1);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

Finding namespaces() {
  return {"machine", "namespaces", FindingState::ok,
          can_make_user_namespace() ? "user namespaces can be made"
                                    : "user namespaces cannot be made; nothing needs them yet"};
}

Finding gpus(const Session& session) {
  const std::vector<std::string> devices = gpus_of(session);
  return {
      "machine", "gpus", FindingState::ok,
      devices.empty() ? "none" : fmt::format("{}: {}", devices.size(), fmt::join(devices, ", "))};
}

}  // namespace

void look_at_machine(const Patient& patient, Findings& findings) {
  const std::string& name = patient.distribution.name;
  findings.push_back({"machine", "system", FindingState::ok,
                      name.empty() ? "of an unknown distribution" : printable(name)});
  findings.push_back(kernel());
  findings.push_back(slots());
  findings.push_back(clock(patient));
  findings.push_back(limit("files", "open at once", RLIMIT_NOFILE, files_min, "-n"));
  findings.push_back(limit("processes", "at once", RLIMIT_NPROC, processes_min, "-u"));
  findings.push_back(namespaces());
  findings.push_back(gpus(patient.session));
}

}  // namespace gt
