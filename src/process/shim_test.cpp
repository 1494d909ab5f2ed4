/// What becomes of a command: everything here goes through a real keeper, shim and process.
#include "process/shim.h"

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "process/log_index.h"
#include "process/test_engine.h"

namespace gt {

TEST_CASE("a command that ends well leaves an exit record and its log") {
  TestEngine engine;
  const auto request = engine.argv("greet", {"sh", "-c", "echo out; echo err >&2; echo out"});
  const ExitRecord record = engine.run(request);
  CHECK(record.name == request.name);
  CHECK(record.cause == ExitCause::exit);
  CHECK(record.exit_code == 0);
  CHECK_FALSE(record.signal);
  CHECK(record.message.empty());
  REQUIRE(record.started_at);
  CHECK(record.ended_at >= *record.started_at);
  CHECK(record.duration >= Duration(0));
  CHECK(record.peak_memory_bytes > 0);
  CHECK(record.log_bytes == 12);
  CHECK(record.leftovers == 0);
  CHECK(log_of(request) == "out\nerr\nout\n");
  const auto marks = parse_log_index(read_file(request.folder + "/log.index").value_or(""));
  REQUIRE_FALSE(marks.empty());
  CHECK(marks[0].offset == 0);
  CHECK(marks[0].at >= *record.started_at);

  const auto status = inspect_attempt(request.folder);
  REQUIRE(status.ok());
  CHECK(status->phase == AttemptPhase::ended);
  CHECK(status->exit == record);
}

TEST_CASE("the exit code, or the signal, is recorded") {
  TestEngine engine;
  const ExitRecord failed = engine.run(engine.argv("fail", {"sh", "-c", "exit 7"}));
  CHECK(failed.cause == ExitCause::exit);
  CHECK(failed.exit_code == 7);
  CHECK(failed.message == "ended with exit code 7");
  const ExitRecord crashed = engine.run(engine.argv("crash", {"sh", "-c", "kill -SEGV $$"}));
  CHECK(crashed.cause == ExitCause::signal);
  CHECK(crashed.signal == SIGSEGV);
  CHECK(crashed.message == "ended by signal 11 (SIGSEGV: Segmentation fault)");
  // Nobody was out of memory.
  const ExitRecord killed =
      engine.run(engine.argv("killed", {"sh", "-c", "sleep 0.05; kill -9 $$"}));
  CHECK(killed.cause == ExitCause::signal);
  CHECK(killed.signal == SIGKILL);
}

TEST_CASE("a script runs under bash -euo pipefail and leaves no trace of its text") {
  TestEngine engine;
  auto request =
      engine.script("script",
                    "secret=$'two\\nlines'\n"
                    "echo \"$secret\"\n"
                    "tr '\\0' ' ' < /proc/self/cmdline; echo\n"
                    "ls -l /proc/self/fd/3 2>/dev/null || echo closed\n"
                    "echo $BASHOPTS $SHELLOPTS | grep -o 'errexit\\|nounset\\|pipefail'\n"
                    "false | true\n"
                    "echo not reached\n");
  const ExitRecord record = engine.run(request);
  CHECK(record.exit_code == 1);
  CHECK(log_of(request) == "two\nlines\ntr \\0   \nclosed\nerrexit\nnounset\npipefail\n");
}

TEST_CASE("standard input is empty, and there is no terminal") {
  TestEngine engine;
  const auto request =
      engine.script("input", "cat; (: < /dev/tty) 2>/dev/null && echo terminal; ls /proc/self/fd");
  CHECK(engine.run(request).exit_code == 0);
  CHECK(log_of(request) == "0\n1\n2\n3\n");  // 3 is the folder that ls reads
}

TEST_CASE("the environment is what was given, and no signal is blocked or ignored") {
  TestEngine engine;
  auto request =
      engine.argv("environment", {"sh", "-c", "env; grep -E 'SigBlk|SigIgn' /proc/self/status"});
  request.environment = {"PATH=/usr/bin:/bin", "ODD=a=b c\n", "GEARTRAIN_ATTEMPT=" + request.name};
  CHECK(engine.run(request).exit_code == 0);
  const std::string log = log_of(request);
  CHECK(log.find("ODD=a=b c\n\n") != std::string::npos);
  CHECK(log.find("HOME=") == std::string::npos);
  CHECK(log.find("SigBlk:\t0000000000000000") != std::string::npos);
  CHECK(log.find("SigIgn:\t0000000000000000") != std::string::npos);
}

TEST_CASE("names with blanks, line breaks and other letters are only names") {
  TestEngine engine;
  auto request = engine.argv("odd", {"cat", "in put/ä\n'$(x)"});
  request.folder = engine.folder / "at tempt\n'\"$(touch x)é";
  request.working_directory = request.folder;
  REQUIRE(make_directories(request.folder + "/in put").ok());
  REQUIRE(
      write_file_atomically(request.folder + "/in put/ä\n'$(x)", "content", Durability::none).ok());
  CHECK(engine.run(request).exit_code == 0);
  CHECK(log_of(request) == "content");
}

TEST_CASE("the folders that are asked for are there before the command") {
  TestEngine engine;
  auto request = engine.script("folders", "echo r > outputs/deep/r; ls tmp");
  request.folders = {"outputs/deep", "tmp"};
  CHECK(engine.run(request).exit_code == 0);
  CHECK(read_file(request.folder + "/outputs/deep/r").value_or("") == "r\n");
}

TEST_CASE("a command that cannot be started says why") {
  TestEngine engine;
  const auto message_of = [&](const SpawnRequest& request) {
    const ExitRecord record = engine.run(request);
    CHECK(record.cause == ExitCause::spawn_failed);
    CHECK_FALSE(record.exit_code);
    CHECK_FALSE(record.started_at);
    return record.message;
  };
  const auto plain = engine.folder.write("plain", "text");
  const auto orphan = engine.folder.write("orphan", "#!/no/such/interpreter\n");
  const auto text = engine.folder.write("text", "echo hello\n");
  REQUIRE(::chmod(plain.c_str(), 0644) == 0);
  REQUIRE(::chmod(orphan.c_str(), 0755) == 0);
  REQUIRE(::chmod(text.c_str(), 0755) == 0);
  CHECK(message_of(engine.argv("a", {"no-such-program"})) ==
        "command not found: no-such-program is in no folder of PATH");
  CHECK(message_of(engine.argv("b", {"./no-such-program"})) ==
        "command not found: there is no file ./no-such-program");
  CHECK(message_of(engine.argv("c", {plain})) ==
        plain + " is not executable (chmod +x " + plain + ")");
  CHECK(message_of(engine.argv("d", {orphan})).find("interpreter") != std::string::npos);
  CHECK(message_of(engine.argv("e", {text})).find("is no program") != std::string::npos);
  CHECK(message_of(engine.argv("f", {"/tmp"})) == "/tmp is a folder, not a program");
  CHECK(message_of(engine.argv("g", {})) == "the command is empty");
  auto nowhere = engine.argv("h", {"true"});
  nowhere.working_directory = "/no/such/folder";
  CHECK(message_of(nowhere) ==
        "entering the working directory /no/such/folder: No such file or directory");
  CHECK(message_of(engine.argv("i", {"true", std::string(3U << 20U, 'x')})).find("longer than") !=
        std::string::npos);
  auto crowded = engine.argv("j", {"true"});
  crowded.folders = {"lock/folder"};
  CHECK(message_of(crowded).find("making the folder") != std::string::npos);
}

TEST_CASE("a program in a later folder of PATH is found behind one that may not be executed") {
  TestEngine engine;
  engine.folder.write("first/tool", "");
  const auto second = engine.folder.write("second/tool", "#!/bin/sh\necho second\n");
  REQUIRE(::chmod(second.c_str(), 0755) == 0);
  auto request = engine.argv("path", {"tool"});
  request.environment = {"PATH=" + engine.folder.path() + "/first:" + engine.folder.path() +
                         "/second"};
  CHECK(engine.run(request).exit_code == 0);
  CHECK(log_of(request) == "second\n");
}

TEST_CASE("secrets are masked in the log, also when they come in pieces") {
  TestEngine engine;
  auto request = engine.script(
      "mask", "printf 'a hun'; sleep 0.02; printf 'ter2 b\\n'; echo -n hunter2 | base64\n");
  request.secrets = {"hunter2"};
  CHECK(engine.run(request).exit_code == 0);
  CHECK(log_of(request) == "a *** b\n***\n");
}

TEST_CASE("binary output and much output come through whole") {
  TestEngine engine;
  const auto request =
      engine.argv("binary", {"sh", "-c", "head -c 3000000 /dev/zero; printf '\\377\\000\\n'"});
  const ExitRecord record = engine.run(request);
  CHECK(record.log_bytes == 3'000'003);
  CHECK(log_of(request) == std::string(3'000'000, '\0') + std::string("\xff\0\n", 3));
}

TEST_CASE("a log over its limit does not stop the command") {
  TestEngine engine;
  auto request = engine.argv("long", {"sh", "-c", "yes | head -c 5000000; echo end"});
  request.log_bytes_max = 10'000;
  const ExitRecord record = engine.run(request);
  CHECK(record.exit_code == 0);
  CHECK(record.log_bytes_left_out == 5'000'004 - 10'000);
  CHECK(record.log_bytes < 11'000);
  CHECK(log_of(request).ends_with("y\nend\n"));
}

TEST_CASE("a log that cannot be written does not stop the command") {
  TestEngine engine;
  const auto request = engine.argv("full", {"sh", "-c", "yes | head -c 1000000; echo done"});
  REQUIRE(make_directories(request.folder).ok());
  REQUIRE(::symlink("/dev/full", (request.folder + "/log").c_str()) == 0);
  const ExitRecord record = engine.run(request);
  CHECK(record.exit_code == 0);
  CHECK(record.log_bytes_left_out == 1'000'005);
  CHECK(record.log_problem.find("symbolic links") != std::string::npos);
}

TEST_CASE("a timeout ends the command, cause timeout") {
  TestEngine engine;
  auto request = engine.argv("slow", {"sleep", "1000"});
  request.timeout = std::chrono::milliseconds(50);
  const ExitRecord record = engine.run(request);
  CHECK(record.cause == ExitCause::timeout);
  CHECK(record.signal == SIGTERM);
  CHECK(record.message == "ran longer than its timeout of 50ms");
  CHECK(record.duration >= std::chrono::milliseconds(50));
}

TEST_CASE("a command that ignores TERM is killed after the grace period") {
  TestEngine engine;
  auto request = engine.script("deaf", "trap '' TERM; (sleep 1000); true");
  request.timeout = std::chrono::milliseconds(50);
  request.grace = std::chrono::milliseconds(100);
  const ExitRecord record = engine.run(request);
  CHECK(record.cause == ExitCause::timeout);
  CHECK(record.signal == SIGKILL);
  CHECK(record.message.ends_with("; it did not end when asked to, and was killed"));
}

TEST_CASE("a command that ends well on TERM was timed out all the same") {
  TestEngine engine;
  auto request = engine.script("polite", "trap 'exit 0' TERM; while true; do sleep 0.01; done");
  request.timeout = std::chrono::milliseconds(50);
  const ExitRecord record = engine.run(request);
  CHECK(record.cause == ExitCause::timeout);
  CHECK(record.exit_code == 0);
}

TEST_CASE("a stopped process hears TERM too") {
  TestEngine engine;
  const auto request = engine.script("stopped", "echo $$ > pid; kill -STOP $$; sleep 1000");
  engine.start(request);
  const pid_t process = wait_for_pid(request, "pid");
  REQUIRE(engine.client->stop(request.name, StopSignal::terminate).ok());
  const ExitRecord record = engine.wait_for_end(request);
  CHECK(record.cause == ExitCause::cancelled);
  CHECK_FALSE(is_alive(process));
}

TEST_CASE("a stop ends the whole tree, with daemons that left the session") {
  TestEngine engine;
  const auto request = engine.script("tree",
                                     "sleep 1001 &\n"
                                     "(setsid sh -c '(echo $$ > daemon; trap \"\" TERM; exec env "
                                     "-i sleep 1002 >/dev/null 2>&1) &' &)\n"
                                     "echo $! > child\n"
                                     "sleep 1003\n");
  engine.start(request);
  const pid_t child = wait_for_pid(request, "child");
  const pid_t daemon = wait_for_pid(request, "daemon");
  SUBCASE("asked") { REQUIRE(engine.client->stop(request.name, StopSignal::terminate).ok()); }
  SUBCASE("killed") { REQUIRE(engine.client->stop(request.name, StopSignal::kill).ok()); }
  const ExitRecord record = engine.wait_for_end(request);
  CHECK(record.cause == ExitCause::cancelled);
  CHECK_FALSE(is_alive(child));
  CHECK_FALSE(is_alive(daemon));
}

TEST_CASE("what is left when the main process ends is ended before the record is written") {
  TestEngine engine;
  const auto request =
      engine.script("leftover",
                    "(setsid sh -c 'echo $$ > daemon; exec sleep 1000 > /dev/null 2>&1' &)\n"
                    "until [ -s daemon ]; do sleep 0.01; done\n"
                    "exit 3\n");
  engine.start(request);
  const ExitRecord record = engine.wait_for_end(request);
  CHECK(record.cause == ExitCause::exit);
  CHECK(record.exit_code == 3);
  CHECK(record.leftovers >= 1);
  CHECK_FALSE(is_alive(wait_for_pid(request, "daemon")));
}

TEST_CASE("a leftover that is deaf and holds the log open is killed") {
  TestEngine engine;
  auto request =
      engine.script("holder",
                    "trap '' TERM\n(setsid sh -c 'echo $$ > daemon; exec sleep 1000' &)\n"
                    "until [ -s daemon ]; do sleep 0.01; done\n");
  request.grace = std::chrono::milliseconds(50);
  const ExitRecord record = engine.run(request);
  CHECK(record.exit_code == 0);
  CHECK(record.message.empty());
  CHECK_FALSE(is_alive(wait_for_pid(request, "daemon")));
}

TEST_CASE("kill 0 in a script hits the script's own processes only") {
  TestEngine engine;
  const auto request = engine.script("kill-all", "sleep 1000 & kill 0; sleep 1000");
  const ExitRecord record = engine.run(request);
  CHECK(record.cause == ExitCause::signal);
  CHECK(record.signal == SIGTERM);
  CHECK(engine.run(engine.argv("after", {"true"})).exit_code == 0);
}

TEST_CASE("a shim that is told to end from outside ends its attempt") {
  TestEngine engine;
  const auto request = engine.script("outside", "echo $$ > pid; sleep 1000");
  engine.start(request);
  wait_for_pid(request, "pid");
  REQUIRE(::kill(shim_of(request), SIGTERM) == 0);
  const ExitRecord record = engine.wait_for_end(request);
  CHECK(record.cause == ExitCause::signal);
  CHECK(record.message.find("stopped from outside") != std::string::npos);
}

TEST_CASE("cpu time and memory of the tree are recorded") {
  TestEngine engine;
  const auto request = engine.script("busy",
                                     "(i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done); head -c "
                                     "50000000 /dev/zero | tail | wc -c");
  const ExitRecord record = engine.run(request);
  CHECK(record.exit_code == 0);
  CHECK(record.cpu_user > std::chrono::milliseconds(10));
  CHECK(record.peak_memory_bytes > 40'000'000);  // tail keeps the line without an end
}

TEST_CASE("a command that runs for a while is announced") {
  TestEngine engine;
  const auto request = engine.script("long", "echo $$ > pid; sleep 1000");
  engine.start(request);
  const ProcessEvent event = engine.next_event();
  REQUIRE(std::holds_alternative<ProcessStarted>(event.what));
  CHECK(event.name == request.name);
  REQUIRE(engine.client->stop(request.name, StopSignal::kill).ok());
  const ExitRecord record = engine.wait_for_end(request);
  CHECK(record.started_at == std::get<ProcessStarted>(event.what).at);
  CHECK(record.message == "killed by request");
}

}  // namespace gt
