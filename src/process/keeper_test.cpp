/// Who may die, and what is left then.
#include "process/keeper.h"

#include <algorithm>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <set>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "process/chores.h"
#include "process/process_table.h"
#include "process/test_engine.h"

namespace gt {

namespace {

// Runs until it is stopped; says who it is.
SpawnRequest patient(const TestEngine& engine, const std::string& name) {
  return engine.script(name, "echo $$ > pid\nread -r line < go\necho $line\n");
}

void let_go(const SpawnRequest& request, const std::string& line) {
  const auto pipe = open_file(request.folder + "/go", O_WRONLY);
  REQUIRE(pipe.ok());
  REQUIRE(write_all(pipe->get(), line + "\n").ok());
}

void make_gate(const SpawnRequest& request) {
  REQUIRE(make_directories(request.folder).ok());
  REQUIRE(::mkfifo((request.folder + "/go").c_str(), 0600) == 0);
}

AttemptPhase phase_of(const SpawnRequest& request) {
  const auto status = inspect_attempt(request.folder);
  REQUIRE(status.ok());
  return status->phase;
}

pid_t keeper_of(const SpawnRequest& request) { return parent_of(shim_of(request)); }

}  // namespace

TEST_CASE("attempts run side by side") {
  TestEngine engine;
  std::vector<SpawnRequest> requests;
  for (int i = 0; i < 20; ++i)
    requests.push_back(engine.argv("many", {"sh", "-c", fmt::format("exit {}", i)}));
  for (const auto& request : requests) engine.start(request);
  std::set<int> codes;
  for (int i = 0; i < 20; ++i) {
    ProcessEvent event = engine.next_event();
    while (std::holds_alternative<ProcessStarted>(event.what)) event = engine.next_event();
    REQUIRE(std::holds_alternative<ProcessEnded>(event.what));
    codes.insert(std::get<ProcessEnded>(event.what).record.exit_code.value_or(-1));
  }
  CHECK(codes.size() == 20);
}

TEST_CASE("a request far longer than a packet gets through") {
  TestEngine engine;
  const std::string text(5'000'000, 'x');
  const auto request = engine.script("long", "value='" + text + "'\necho ${#value}\n");
  CHECK(engine.run(request).exit_code == 0);
  CHECK(log_of(request) == "5000000\n");
}

TEST_CASE("starting what runs, or has ended, does not run it twice") {
  TestEngine engine;
  TestEngine other;
  const auto request = patient(engine, "once");
  make_gate(request);
  engine.start(request);
  wait_for_pid(request, "pid");
  other.start(request);
  engine.start(request);
  let_go(request, "once");
  CHECK(engine.wait_for_end(request).exit_code == 0);
  CHECK(other.wait_for_end(request).exit_code == 0);
  other.start(request);
  CHECK(other.wait_for_end(request).exit_code == 0);
  engine.start(request);
  CHECK(engine.wait_for_end(request).exit_code == 0);
  CHECK(log_of(request) == "once\n");
}

TEST_CASE("what another keeper runs is stopped by whom started it again") {
  auto engine = std::make_unique<TestEngine>();
  TestEngine other;
  const auto request = engine->argv("elsewhere", {"sleep", "1000"});
  engine->start(request);
  REQUIRE(std::holds_alternative<ProcessStarted>(engine->next_event().what));
  other.start(request);
  REQUIRE(other.client->stop(request.name, StopSignal::terminate).ok());
  CHECK(other.wait_for_end(request).cause == ExitCause::cancelled);
}

TEST_CASE("of many who start an attempt at once, one runs it and all hear of its end") {
  std::vector<std::unique_ptr<TestEngine>> engines;
  for (int i = 0; i < 4; ++i) engines.push_back(std::make_unique<TestEngine>());
  for (int round = 0; round < 5; ++round) {
    const auto request = engines[0]->argv("race", {"sh", "-c", "echo ran"});
    for (const auto& engine : engines) engine->start(request);
    for (const auto& engine : engines) CHECK(engine->wait_for_end(request).exit_code == 0);
    CHECK(log_of(request) == "ran\n");
  }
}

TEST_CASE("an attempt goes on when its engine is gone, and another engine adopts it") {
  auto first = std::make_unique<TestEngine>();
  TestEngine second;
  const auto request = patient(second, "adopted");
  make_gate(request);
  first->start(request);
  const pid_t process = wait_for_pid(request, "pid");
  first.reset();
  CHECK(is_alive(process));
  CHECK(phase_of(request) == AttemptPhase::running);
  REQUIRE(second.client->adopt(request.name, request.folder).ok());
  SUBCASE("and hears of its end") {
    let_go(request, "hello");
    CHECK(second.wait_for_end(request).exit_code == 0);
    CHECK(log_of(request) == "hello\n");
  }
  SUBCASE("and can stop it") {
    REQUIRE(second.client->stop(request.name, StopSignal::terminate).ok());
    CHECK(second.wait_for_end(request).cause == ExitCause::cancelled);
    CHECK_FALSE(is_alive(process));
  }
}

TEST_CASE("an attempt that ended while no engine was there is adopted with its record") {
  auto first = std::make_unique<TestEngine>();
  TestEngine second;
  const auto request = patient(second, "unseen");
  make_gate(request);
  first->start(request);
  wait_for_pid(request, "pid");
  first.reset();
  let_go(request, "bye");
  wait_until(request.folder, [&] { return phase_of(request) == AttemptPhase::ended; });
  REQUIRE(second.client->adopt(request.name, request.folder).ok());
  CHECK(second.wait_for_end(request).exit_code == 0);
}

TEST_CASE("an engine that is killed takes nothing with it") {
  TestEngine observer;
  const auto request = patient(observer, "orphan");
  make_gate(request);
  const pid_t engine = ::fork();
  REQUIRE(engine >= 0);
  if (engine == 0) {
    auto link = fork_keeper();
    auto client = KeeperClient::open(*std::move(link));
    (void)(*client)->start(request).ok();
    for (;;) ::pause();
  }
  const pid_t process = wait_for_pid(request, "pid");
  const pid_t keeper = keeper_of(request);
  REQUIRE(::kill(engine, SIGKILL) == 0);
  REQUIRE(::waitpid(engine, nullptr, 0) == engine);
  CHECK(is_alive(process));
  REQUIRE(observer.client->adopt(request.name, request.folder).ok());
  let_go(request, "still here");
  CHECK(observer.wait_for_end(request).exit_code == 0);
  CHECK(log_of(request) == "still here\n");
  // Nothing is left to do for it.
  wait_for_death(keeper);
}

TEST_CASE("what was never started cannot be adopted") {
  TestEngine engine;
  const auto request = engine.argv("never", {"true"});
  CHECK(phase_of(request) == AttemptPhase::never_started);
  const auto adopted = engine.client->adopt(request.name, request.folder);
  REQUIRE_FALSE(adopted.ok());
  CHECK(adopted.error().code == Errc::not_found);
  CHECK(engine.run(request).exit_code == 0);
}

TEST_CASE("a keeper that is killed loses no attempt, and another one takes over") {
  TestEngine engine;
  const auto running = patient(engine, "running");
  make_gate(running);
  engine.start(running);
  wait_for_pid(running, "pid");
  REQUIRE(::kill(keeper_of(running), SIGKILL) == 0);
  const auto next = engine.argv("next", {"true"});
  CHECK(engine.run(next).exit_code == 0);
  SUBCASE("its attempts end by themselves") {
    let_go(running, "done");
    CHECK(engine.wait_for_end(running).exit_code == 0);
  }
  SUBCASE("its attempts can be stopped") {
    REQUIRE(engine.client->stop(running.name, StopSignal::terminate).ok());
    CHECK(engine.wait_for_end(running).cause == ExitCause::cancelled);
  }
}

TEST_CASE("starts that a killed keeper had not taken are made by the next one") {
  TestEngine engine;
  const auto first = patient(engine, "first");
  make_gate(first);
  engine.start(first);
  wait_for_pid(first, "pid");
  const pid_t keeper = keeper_of(first);
  REQUIRE(::kill(keeper, SIGSTOP) == 0);
  const auto queued = engine.argv("queued", {"sh", "-c", "echo ran"});
  const auto stopped = engine.argv("stopped", {"sleep", "1000"});
  engine.start(queued);
  engine.start(stopped);
  REQUIRE(engine.client->stop(stopped.name, StopSignal::terminate).ok());
  REQUIRE(::kill(keeper, SIGKILL) == 0);
  std::set<std::string> ended;
  while (ended.size() < 2) {
    const ProcessEvent event = engine.next_event();
    if (const auto* end = std::get_if<ProcessEnded>(&event.what)) {
      ended.insert(event.name);
      CHECK(end->record.cause ==
            (event.name == queued.name ? ExitCause::exit : ExitCause::cancelled));
    }
  }
  CHECK(log_of(queued) == "ran\n");
  let_go(first, "done");
  CHECK(engine.wait_for_end(first).exit_code == 0);
}

TEST_CASE("without nursery and keeper nothing new starts, and says so; what runs goes on") {
  TestEngine engine;
  const auto running = patient(engine, "running");
  make_gate(running);
  engine.start(running);
  wait_for_pid(running, "pid");
  const pid_t keeper = keeper_of(running);
  const pid_t nursery = parent_of(keeper);
  REQUIRE(::kill(nursery, SIGKILL) == 0);
  REQUIRE(::waitpid(nursery, nullptr, 0) == nursery);
  // The keeper does not need the nursery.
  CHECK(engine.run(engine.argv("more", {"true"})).exit_code == 0);
  REQUIRE(::kill(keeper, SIGSTOP) == 0);
  const auto unlucky = engine.argv("unlucky", {"true"});
  engine.start(unlucky);
  REQUIRE(::kill(keeper, SIGKILL) == 0);
  ProcessEvent event = engine.next_event();
  while (event.name != unlucky.name) event = engine.next_event();
  REQUIRE(std::holds_alternative<ProcessNotStarted>(event.what));
  CHECK(std::get<ProcessNotStarted>(event.what).error.code == Errc::unavailable);
  const auto refused = engine.client->start(engine.argv("late", {"true"}));
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().code == Errc::unavailable);
  CHECK(engine.client->is_cut_off());
  CHECK(engine.client->poll().empty());
  let_go(running, "done");
  CHECK(engine.wait_for_end(running).exit_code == 0);
}

TEST_CASE("a shim that is killed loses its attempt, and nothing of its tree is left") {
  TestEngine engine;
  const auto bystander = patient(engine, "bystander");
  make_gate(bystander);
  engine.start(bystander);
  wait_for_pid(bystander, "pid");
  const auto request = engine.script(
      "lost",
      "echo $$ > pid\n"
      "(setsid env -i /bin/sh -c 'echo $$ > daemon; trap \"\" TERM HUP; exec sleep 1000' &)\n"
      "sleep 1000\n");
  engine.start(request);
  const pid_t process = wait_for_pid(request, "pid");
  const pid_t daemon = wait_for_pid(request, "daemon");
  REQUIRE(::kill(shim_of(request), SIGKILL) == 0);
  const ExitRecord record = engine.wait_for_end(request);
  CHECK(record.cause == ExitCause::lost);
  wait_for_death(daemon);
  CHECK_FALSE(is_alive(process));
  CHECK(phase_of(request) == AttemptPhase::ended);
  let_go(bystander, "unharmed");
  CHECK(engine.wait_for_end(bystander).exit_code == 0);
}

TEST_CASE("a shim that is killed after its engine and keeper is found by the next engine") {
  auto first = std::make_unique<TestEngine>();
  TestEngine second;
  const auto request = second.script("lost",
                                     "(setsid sh -c 'echo $$ > daemon; exec sleep 1000' &)\n"
                                     "(env -i sleep 1000 & echo $! > child)\n"
                                     "sleep 1000\n");
  first->start(request);
  const pid_t daemon = wait_for_pid(request, "daemon");
  const pid_t child = wait_for_pid(request, "child");
  const pid_t shim = shim_of(request);
  const pid_t keeper = parent_of(shim);
  SUBCASE("after the fact") {
    first.reset();
    REQUIRE(::kill(keeper, SIGKILL) == 0);
    wait_for_death(keeper);
    REQUIRE(::kill(shim, SIGKILL) == 0);
    wait_for_death(shim);
    CHECK(phase_of(request) == AttemptPhase::lost);
    REQUIRE(second.client->adopt(request.name, request.folder).ok());
  }
  SUBCASE("when it happens") {
    first.reset();
    REQUIRE(::kill(keeper, SIGKILL) == 0);
    wait_for_death(keeper);
    REQUIRE(second.client->adopt(request.name, request.folder).ok());
    REQUIRE(::kill(shim, SIGKILL) == 0);
  }
  SUBCASE("by the engine that started it, with a new keeper") {
    REQUIRE(::kill(keeper, SIGKILL) == 0);
    wait_for_death(keeper);
    REQUIRE(::kill(shim, SIGKILL) == 0);
    CHECK(first->wait_for_end(request).cause == ExitCause::lost);
    REQUIRE(second.client->adopt(request.name, request.folder).ok());
  }
  CHECK(second.wait_for_end(request).cause == ExitCause::lost);
  wait_for_death(child);  // without marker, but in the session of one that has it
  CHECK_FALSE(is_alive(daemon));
  CHECK(phase_of(request) == AttemptPhase::ended);
}

TEST_CASE("a stop of what is not known, or over, is harmless") {
  TestEngine engine;
  CHECK(engine.client->stop("gt-unknown", StopSignal::kill).ok());
  const auto request = engine.argv("over", {"true"});
  engine.run(request);
  CHECK(engine.client->stop(request.name, StopSignal::kill).ok());
  const auto stopped = stop_attempt(request.folder, StopSignal::terminate);
  REQUIRE_FALSE(stopped.ok());
  CHECK(stopped.error().code == Errc::conflict);
}

TEST_CASE("a stop that comes right after the start is not lost") {
  TestEngine engine;
  for (int i = 0; i < 10; ++i) {
    const auto request = engine.argv("early", {"sleep", "1000"});
    engine.start(request);
    REQUIRE(engine.client->stop(request.name, StopSignal::terminate).ok());
    CHECK(engine.wait_for_end(request).cause == ExitCause::cancelled);
  }
}

TEST_CASE("a shim serves one attempt after another, and what was meant for one hits no other") {
  TestEngine engine;
  const auto first = engine.argv("first", {"true"});
  engine.run(first);
  const auto second = patient(engine, "second");
  make_gate(second);
  engine.start(second);
  wait_for_pid(second, "pid");
  CHECK(shim_of(second) == shim_of(first));
  // As if it had been sent to the first attempt just before its end.
  REQUIRE(::kill(shim_of(second), SIGUSR2) == 0);
  const auto stopped = stop_attempt(first.folder, StopSignal::kill);
  REQUIRE_FALSE(stopped.ok());
  CHECK(stopped.error().code == Errc::conflict);
  let_go(second, "unharmed");
  CHECK(engine.wait_for_end(second).exit_code == 0);
}

TEST_CASE("a shim that is killed between two attempts is replaced") {
  TestEngine engine;
  const auto first = engine.argv("first", {"true"});
  engine.run(first);
  REQUIRE(::kill(shim_of(first), SIGKILL) == 0);
  wait_for_death(shim_of(first));
  const auto second = engine.argv("second", {"true"});
  CHECK(engine.run(second).exit_code == 0);
  CHECK(shim_of(second) != shim_of(first));
}

TEST_CASE("memory and time of one attempt are not counted for the next") {
  TestEngine engine;
  const auto before = engine.argv("before", {"true"});
  const auto large = engine.script("large", "head -c 400000000 /dev/zero | tail | wc -c");
  const auto after = engine.argv("after", {"true"});
  // Not nothing: it counts what the shim, a copy of this program, had at the start of the command.
  const std::int64_t least = engine.run(before).peak_memory_bytes;
  CHECK(engine.run(large).peak_memory_bytes > 390'000'000);
  const ExitRecord record = engine.run(after);
  CHECK(shim_of(after) == shim_of(large));
  CHECK(record.peak_memory_bytes < least + 50'000'000);
  CHECK(record.cpu_user < std::chrono::seconds(1));
}

TEST_CASE("an attempt whose engine and keeper live on can be watched by another engine") {
  TestEngine engine;
  TestEngine observer;
  const auto request = patient(engine, "shared");
  make_gate(request);
  engine.start(request);
  wait_for_pid(request, "pid");
  REQUIRE(observer.client->adopt(request.name, request.folder).ok());
  let_go(request, "done");
  CHECK(observer.wait_for_end(request).exit_code == 0);
  CHECK(engine.wait_for_end(request).exit_code == 0);
}

TEST_CASE("a folder that cannot be made is an error of the start, not a lost attempt") {
  TestEngine engine;
  auto request = engine.argv("nowhere", {"true"});
  request.folder = engine.folder.write("file", "") + "/attempt";
  engine.start(request);
  const ProcessEvent event = engine.next_event();
  REQUIRE(std::holds_alternative<ProcessNotStarted>(event.what));
  CHECK(std::get<ProcessNotStarted>(event.what).error.message.find("file") != std::string::npos);
}

TEST_CASE("a keeper without descriptors says so, and goes on when it has some") {
  TestEngine engine;
  const auto first = engine.argv("first", {"true"});
  engine.run(first);
  const pid_t shim = shim_of(first);
  const pid_t keeper = parent_of(shim);
  // Without a shim at hand it has to make one.
  REQUIRE(::kill(shim, SIGKILL) == 0);
  wait_for_death(shim);
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
  const rlimit none{.rlim_cur = 3, .rlim_max = before.rlim_max};
  REQUIRE(::prlimit(keeper, RLIMIT_NOFILE, &none, nullptr) == 0);
  const auto refused = engine.argv("refused", {"true"});
  engine.start(refused);
  const ProcessEvent event = engine.next_event();
  REQUIRE(std::holds_alternative<ProcessNotStarted>(event.what));
  CHECK(std::get<ProcessNotStarted>(event.what).error.code == Errc::exhausted);
  CHECK(phase_of(refused) == AttemptPhase::never_started);
  REQUIRE(::prlimit(keeper, RLIMIT_NOFILE, &before, nullptr) == 0);
  CHECK(engine.run(refused).exit_code == 0);
}

TEST_CASE("an exit record that cannot be written reaches the engine all the same") {
  TestEngine engine;
  const auto request = engine.script("full", "prlimit --pid $PPID --fsize=1; exit 3");
  const ExitRecord record = engine.run(request);
  CHECK(record.exit_code == 3);
  CHECK(record.message.find("File too large") != std::string::npos);
}

TEST_CASE("a command that leaves no processes for more is still ended and recorded") {
  TestEngine engine;
  const auto request =
      engine.script("bomb",
                    "ulimit -u 200 2>/dev/null\n"
                    "echo $$ > pid\n"
                    "for i in $(seq 100); do (while :; do sleep 1000; done) & done\n"
                    "wait\n");
  engine.start(request);
  wait_for_pid(request, "pid");
  REQUIRE(engine.client->stop(request.name, StopSignal::kill).ok());
  CHECK(engine.wait_for_end(request).cause == ExitCause::cancelled);
  const auto processes = list_processes();
  REQUIRE(processes.ok());
  CHECK(std::ranges::none_of(*processes, [&](const ProcessEntry& process) {
    return has_in_environment(process.id, "GEARTRAIN_ATTEMPT=" + request.name);
  }));
}

TEST_CASE("the keeper holds nothing of the engine: no terminal, no pipe, no folder") {
  int ends[2];
  REQUIRE(::pipe2(ends, 0) == 0);
  UniqueFd reader(ends[0]);
  UniqueFd writer(ends[1]);
  TestEngine engine;
  const auto request = patient(engine, "quiet");
  make_gate(request);
  engine.start(request);
  wait_for_pid(request, "pid");
  writer.reset();
  char byte = 0;
  CHECK(::read(reader.get(), &byte, 1) == 0);  // nobody else holds the other end
  const std::string keeper = fmt::format("/proc/{}", keeper_of(request));
  CHECK(*read_link(keeper + "/cwd") == "/");
  for (const char* fd : {"0", "1", "2"}) CHECK(*read_link(keeper + "/fd/" + fd) == "/dev/null");
  let_go(request, "done");
  engine.wait_for_end(request);
}

TEST_CASE("chores are done after the engine has left, and none that comes late is overlooked") {
  const TestFolder home;
  auto engine = std::make_unique<TestEngine>();
  REQUIRE(make_directories(home / "chores").ok());
  for (int i = 0; i < 50; ++i) {
    // A chore is there at once and as a whole: it may be done while the next one is made.
    home.write("one/file", "x");
    REQUIRE(rename_path(home / "one", home / fmt::format("chores/remove.{}", i)).ok());
    engine->client->do_chores(home.path());
  }
  engine.reset();
  wait_until(home / "chores", [&] { return !has_chores(home.path()); });
  CHECK(list_directory(home / "chores")->empty());
}

TEST_CASE(
    "a shim that somebody stopped is told, and hears all the same that its attempt is to end") {
  TestEngine engine;
  const auto request = patient(engine, "suspended");
  make_gate(request);
  engine.start(request);
  wait_for_pid(request, "pid");
  const pid_t shim = shim_of(request);
  REQUIRE(::kill(shim, SIGSTOP) == 0);
  ProcessEvent event = engine.next_event();
  while (std::holds_alternative<ProcessStarted>(event.what)) event = engine.next_event();
  CHECK(event.name == request.name);
  REQUIRE(std::holds_alternative<ProcessSuspended>(event.what));
  CHECK(std::get<ProcessSuspended>(event.what).process == shim);
  SUBCASE("by the engine that started it") {
    REQUIRE(engine.client->stop(request.name, StopSignal::terminate).ok());
    CHECK(engine.wait_for_end(request).cause == ExitCause::cancelled);
  }
  SUBCASE("by anybody") {
    REQUIRE(stop_attempt(request.folder, StopSignal::kill).ok());
    CHECK(engine.wait_for_end(request).cause == ExitCause::cancelled);
  }
  SUBCASE("and goes on as if nothing had been") {
    let_go(request, "done");
    REQUIRE(::kill(shim, SIGCONT) == 0);
    CHECK(engine.wait_for_end(request).exit_code == 0);
    CHECK(log_of(request) == "done\n");
  }
}

TEST_CASE("a keeper that somebody stopped is told, and goes on when something is to end") {
  TestEngine engine;
  const auto running = patient(engine, "running");
  make_gate(running);
  engine.start(running);
  wait_for_pid(running, "pid");
  const pid_t keeper = keeper_of(running);
  REQUIRE(::kill(keeper, SIGSTOP) == 0);
  ProcessEvent event = engine.next_event();
  while (std::holds_alternative<ProcessStarted>(event.what)) event = engine.next_event();
  CHECK(event.name.empty());
  REQUIRE(std::holds_alternative<ProcessSuspended>(event.what));
  CHECK(std::get<ProcessSuspended>(event.what).process == keeper);
  REQUIRE(engine.client->stop(running.name, StopSignal::terminate).ok());
  CHECK(engine.wait_for_end(running).cause == ExitCause::cancelled);
}

}  // namespace gt
