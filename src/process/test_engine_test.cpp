#include "process/test_engine.h"

#include <algorithm>
#include <doctest/doctest.h>
#include <poll.h>
#include <signal.h>
#include <sys/inotify.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/entropy.h"
#include "base/text.h"
#include "process/process_table.h"

namespace gt {

namespace {

constexpr int deadline_milliseconds = 60'000;  // far longer than the slowest machine needs

bool is_readable(int fd) {
  pollfd wait{fd, POLLIN, 0};
  return ::poll(&wait, 1, deadline_milliseconds) == 1;
}

SpawnRequest request_in(const TestFolder& folder, const std::string& name) {
  SystemEntropy entropy;
  SpawnRequest request;
  request.name = fmt::format("gt-{:012x}-{}-1", entropy.next64() >> 16U, name);
  request.folder = folder / request.name;
  request.environment = {"PATH=/usr/local/bin:/usr/bin:/bin", "GEARTRAIN_ATTEMPT=" + request.name};
  request.working_directory = request.folder;
  request.grace = std::chrono::seconds(60);
  return request;
}

}  // namespace

TestEngine::TestEngine() {
  auto link = fork_keeper();
  REQUIRE(link.ok());
  auto opened = KeeperClient::open(*std::move(link));
  REQUIRE(opened.ok());
  client = *std::move(opened);
}

SpawnRequest TestEngine::argv(const std::string& name, std::vector<std::string> argv) const {
  SpawnRequest request = request_in(folder, name);
  request.command = std::move(argv);
  return request;
}

SpawnRequest TestEngine::script(const std::string& name, const std::string& text) const {
  SpawnRequest request = request_in(folder, name);
  request.command = Script{text};
  return request;
}

void TestEngine::start(const SpawnRequest& request) { REQUIRE(client->start(request).ok()); }

ProcessEvent TestEngine::next_event() {
  while (events_.empty()) {
    REQUIRE(is_readable(client->event_fd()));
    for (auto& event : client->poll()) events_.push_back(std::move(event));
  }
  ProcessEvent event = std::move(events_.front());
  events_.pop_front();
  return event;
}

ExitRecord TestEngine::wait_for_end(const SpawnRequest& request) {
  for (;;) {
    const ProcessEvent event = next_event();
    if (event.name != request.name) continue;
    if (const auto* failure = std::get_if<ProcessNotStarted>(&event.what))
      FAIL("not started: " << failure->error.message);
    if (const auto* ended = std::get_if<ProcessEnded>(&event.what)) return ended->record;
  }
}

ExitRecord TestEngine::run(const SpawnRequest& request) {
  start(request);
  return wait_for_end(request);
}

std::string log_of(const SpawnRequest& request) {
  return read_file(request.folder + "/log").value_or("");
}

void wait_until(const std::string& folder, const std::function<bool()>& is_so) {
  const UniqueFd watch(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
  REQUIRE(watch);
  REQUIRE(::inotify_add_watch(watch.get(), folder.c_str(),
                              IN_CREATE | IN_DELETE | IN_MOVED_TO | IN_MODIFY | IN_CLOSE_WRITE) >=
          0);
  char events[4096];
  while (!is_so()) {
    REQUIRE(is_readable(watch.get()));
    (void)!::read(watch.get(), events, sizeof events);
  }
}

std::string wait_for_line(const SpawnRequest& request, const std::string& name) {
  REQUIRE(make_directories(request.folder).ok());
  std::string text;
  wait_until(request.folder, [&] {
    text = read_file(join_path(request.folder, name)).value_or("");
    return text.find('\n') != std::string::npos;
  });
  return text.substr(0, text.find('\n'));
}

pid_t wait_for_pid(const SpawnRequest& request, const std::string& name) {
  return static_cast<pid_t>(std::stol(wait_for_line(request, name)));
}

bool is_alive(pid_t process) {
  const auto processes = list_processes();
  REQUIRE(processes.ok());
  return std::ranges::any_of(*processes, [&](const auto& entry) { return entry.id == process; });
}

void wait_for_death(pid_t process) {
  const UniqueFd handle(static_cast<int>(::syscall(SYS_pidfd_open, process, 0)));
  if (handle) REQUIRE(is_readable(handle.get()));
}

pid_t parent_of(pid_t process) {
  const auto processes = list_processes();
  REQUIRE(processes.ok());
  for (const auto& entry : *processes)
    if (entry.id == process) return entry.parent;
  FAIL("process " << process << " is not there");
  return 0;
}

pid_t shim_of(const SpawnRequest& request) {
  const auto identity = read_shim_identity(request.folder);
  REQUIRE(identity.ok());
  return identity->shim;
}

}  // namespace gt
