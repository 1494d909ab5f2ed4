#include "process/process_table.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <dirent.h>
#include <fcntl.h>
#include <map>
#include <memory>
#include <poll.h>
#include <set>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"

namespace gt {

namespace {

struct CloseDirectory {
  void operator()(DIR* directory) const { closedir(directory); }
};

pid_t to_pid(std::string_view text) {
  pid_t id = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), id);
  return parsed.ec == std::errc() && parsed.ptr == text.data() + text.size() ? id : 0;
}

Result<ProcessEntry> entry_of(pid_t id) {
  const std::string stat = TRY(read_file(fmt::format("/proc/{}/stat", id)));
  // The name stands in parentheses and may hold anything, also ") Z 1".
  const auto name_end = stat.rfind(')');
  if (name_end == std::string::npos) return error(Errc::not_found, "process {}", id);
  const auto fields =
      split(std::string_view(stat).substr(std::min(name_end + 2, stat.size())), ' ');
  if (fields.size() < 4 || fields[0] == "Z" || fields[0] == "X")
    return error(Errc::not_found, "process {}", id);
  return ProcessEntry{.id = id, .parent = to_pid(fields[1]), .session = to_pid(fields[3])};
}

std::set<pid_t> marked_processes(const std::string& assignment, pid_t session,
                                 const std::vector<ProcessEntry>& processes) {
  std::set<pid_t> marked;
  bool is_session_ours = false;
  for (const auto& process : processes) {
    if (!has_in_environment(process.id, assignment)) continue;
    marked.insert(process.id);
    // Ids are used again: only a member that we know makes the session surely ours.
    is_session_ours = is_session_ours || (session > 0 && process.session == session);
  }
  for (const auto& process : processes)
    if (is_session_ours && process.session == session) marked.insert(process.id);
  const std::set<pid_t> roots = marked;
  for (const pid_t root : roots)
    for (const pid_t descendant : descendants_of(root, processes)) marked.insert(descendant);
  marked.erase(getpid());
  return marked;
}

void wait_for_end(const std::vector<UniqueFd>& processes, int milliseconds_max) {
  std::vector<pollfd> waits;
  for (const auto& process : processes) waits.push_back({process.get(), POLLIN, 0});
  SystemClock clock;
  const Duration deadline = clock.steady() + std::chrono::milliseconds(milliseconds_max);
  while (!waits.empty() && clock.steady() < deadline) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - clock.steady()).count();
    if (::poll(waits.data(), waits.size(), static_cast<int>(left)) < 0 && errno != EINTR) return;
    std::erase_if(waits, [](const pollfd& wait) { return wait.revents != 0; });
  }
}

}  // namespace

Result<std::vector<ProcessEntry>> list_processes() {
  const std::unique_ptr<DIR, CloseDirectory> directory(opendir("/proc"));
  if (!directory) return errno_error(errno, "listing processes in /proc");
  std::vector<ProcessEntry> processes;
  while (const dirent* entry = ::readdir(directory.get())) {
    const pid_t id = to_pid(entry->d_name);
    if (id <= 0) continue;
    if (auto process = entry_of(id)) processes.push_back(*process);
  }
  return processes;
}

std::vector<pid_t> descendants_of(pid_t ancestor, const std::vector<ProcessEntry>& processes) {
  std::multimap<pid_t, pid_t> children;
  for (const auto& process : processes) children.emplace(process.parent, process.id);
  // The list is no snapshot: ids that were used again while we read could make a circle.
  std::set<pid_t> seen{ancestor};
  std::vector<pid_t> parents{ancestor};
  for (std::size_t i = 0; i < parents.size(); ++i) {
    const auto [begin, end] = children.equal_range(parents[i]);
    for (auto child = begin; child != end; ++child)
      if (seen.insert(child->second).second) parents.push_back(child->second);
  }
  parents.erase(parents.begin());
  return parents;
}

bool has_in_environment(pid_t process, const std::string& assignment) {
  const auto environment = read_file(fmt::format("/proc/{}/environ", process));
  if (!environment) return false;
  const auto entries = split(*environment, '\0');
  return std::ranges::count(entries, assignment) > 0;
}

Result<void> kill_marked_processes(const std::string& assignment, pid_t session, int seconds_max) {
  SystemClock clock;
  const Duration deadline = clock.steady() + std::chrono::seconds(seconds_max);
  for (;;) {
    const auto marked = marked_processes(assignment, session, TRY(list_processes()));
    if (marked.empty()) return {};
    if (clock.steady() > deadline)
      return error(Errc::unavailable, "{} processes could not be ended, one of them is {}",
                   marked.size(), *marked.begin());
    std::vector<UniqueFd> ending;
    for (const pid_t process : marked) {
      UniqueFd handle(static_cast<int>(::syscall(SYS_pidfd_open, process, 0)));
      if (!handle) {
        if (errno != ESRCH) ::kill(process, SIGKILL);
        continue;
      }
      if (::syscall(SYS_pidfd_send_signal, handle.get(), SIGKILL, nullptr, 0) == 0)
        ending.push_back(std::move(handle));
    }
    wait_for_end(ending, 1000);
    // One that we may not signal, or cannot follow, is looked at again after a while.
    if (ending.size() < marked.size()) ::poll(nullptr, 0, 50);
  }
}

}  // namespace gt
