#include "process/command.h"

#include <charconv>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <thread>

#include "base/file.h"
#include "base/test_folder.h"

namespace gt {

TEST_CASE("a program's streams and exit code come back") {
  const auto result = run_command({.argv = {"sh", "-c", "echo out; echo err >&2; exit 7"}});
  REQUIRE(result.ok());
  CHECK(result->output == "out\n");
  CHECK(result->error_output == "err\n");
  CHECK(result->exit_code == 7);
  CHECK_FALSE(result->succeeded());
}

TEST_CASE("a signal is an exit code above 128, and a missing program is not found") {
  CHECK(run_command({.argv = {"sh", "-c", "kill -9 $$"}})->exit_code == 128 + SIGKILL);
  CHECK(run_command({.argv = {"no such program"}}).error().code == Errc::not_found);
}

TEST_CASE("directory, environment and arguments arrive as they are") {
  const TestFolder folder;
  folder.write("sub dir/x", "");
  const auto result =
      run_command({.argv = {"/bin/sh", "-c", "ls; echo \"$A|$1|$HOME\"", "sh", "a\nb"},
                   .directory = folder / "sub dir",
                   .environment = {{"A=1 2", "PATH=/usr/bin:/bin"}}});
  REQUIRE(result.ok());
  CHECK(result->output == "x\n1 2|a\nb|\n");
}

TEST_CASE("much output on both streams does not stop the program, too much ends it") {
  const std::string script = "head -c 3000000 /dev/zero; head -c 3000000 /dev/zero >&2";
  const auto result = run_command({.argv = {"sh", "-c", script}});
  REQUIRE(result.ok());
  CHECK(result->output.size() == 3'000'000);
  CHECK(result->error_output.size() == 3'000'000);
  CHECK(run_command({.argv = {"yes"}, .output_bytes_max = 100'000}).error().code ==
        Errc::exhausted);
}

TEST_CASE("output can go to a file") {
  const TestFolder folder;
  const UniqueFd log = *open_file(folder / "log", O_WRONLY | O_CREAT);
  const auto result =
      run_command({.argv = {"sh", "-c", "echo a; echo b >&2"}, .output_fd = log.get()});
  REQUIRE(result.ok());
  CHECK(*read_file(folder / "log") == "a\nb\n");
}

TEST_CASE("a daemon that keeps the output open does not keep us waiting") {
  const auto result = run_command({.argv = {"sh", "-c", "sleep 1000 & echo $!"}});
  REQUIRE(result.ok());
  pid_t pid = 0;
  std::from_chars(result->output.data(), result->output.data() + result->output.size(), pid);
  REQUIRE(pid > 1);
  CHECK(kill(pid, SIGKILL) == 0);
}

TEST_CASE("cancelling ends the whole group, also one that ignores TERM") {
  const TestFolder folder;
  std::stop_source source;
  REQUIRE(mkfifo((folder / "ready").c_str(), 0600) == 0);
  std::thread canceller([&] {
    (void)read_file(folder / "ready").ok();  // returns when the program has written
    source.request_stop();
  });
  // The grandchild holds the lock's file open for as long as it lives.
  const std::string script =
      "trap '' TERM; sh -c 'trap \"\" TERM; exec 9>lock; flock 9; echo x > ready; "
      "while :; do sleep 1000; done' & wait; wait";
  const auto result = run_command({.argv = {"sh", "-c", script},
                                   .directory = folder.path(),
                                   .grace = std::chrono::milliseconds(20)},
                                  source.get_token());
  canceller.join();
  REQUIRE_FALSE(result.ok());
  CHECK(result.error().code == Errc::cancelled);
  CHECK(run_command({.argv = {"flock", "-w", "10", "lock", "true"}, .directory = folder.path()})
            ->succeeded());
}

TEST_CASE("only the descriptor that is handed over stays open in the program") {
  const TestFolder folder;
  const UniqueFd handed = *open_file(folder / "handed", O_RDWR | O_CREAT);
  const UniqueFd own = *open_file(folder / "own", O_RDWR | O_CREAT);
  const auto script =
      fmt::format("[ -e /proc/self/fd/{} ] && [ ! -e /proc/self/fd/{} ]", handed.get(), own.get());
  CHECK(run_command({.argv = {"sh", "-c", script}, .inherited_fd = handed.get()})->succeeded());
}

TEST_CASE("what is cancelled before it starts does not start") {
  const TestFolder folder;
  std::stop_source source;
  source.request_stop();
  CHECK(run_command({.argv = {"touch", folder / "x"}}, source.get_token()).error().code ==
        Errc::cancelled);
  CHECK(*kind_of(folder / "x") == PathKind::nothing);
}

}  // namespace gt
