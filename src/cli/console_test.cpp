#include "cli/console.h"

#include <array>
#include <csignal>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/file.h"

using namespace gt;

namespace {

struct Pipe {
  UniqueFd read_end, write_end;
  Pipe() {
    int ends[2];
    REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
    read_end.reset(ends[0]);
    write_end.reset(ends[1]);
  }
  std::string content() {
    write_end.reset();
    return *read_all(read_end.get());
  }
};

}  // namespace

TEST_CASE("data goes to one stream, talk to the other, in the order of saying") {
  Pipe both;
  Console console(both.write_end.get(), both.write_end.get(), {});
  console.print("data\n");
  console.say("talk");
  console.print("more data\n");
  CHECK(console.flush().ok());
  CHECK(both.content() == "data\ntalk\nmore data\n");
}

TEST_CASE("nobody reading the output any more is no error") {
  (void)std::signal(SIGPIPE, SIG_IGN);
  Pipe output, talk;
  output.read_end.reset();
  Console console(output.write_end.get(), talk.write_end.get(), {});
  console.print("data");
  CHECK(console.flush().ok());
  CHECK(console.is_output_closed());
}

TEST_CASE("output that cannot be written is an error") {
  const UniqueFd full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
  REQUIRE(full);
  Console console(full.get(), STDERR_FILENO, {});
  console.print("data");
  const auto flushed = console.flush();
  REQUIRE_FALSE(flushed.ok());
  CHECK(flushed.error().message == "writing the output: No space left on device");
}

TEST_CASE("colours are for terminals only, and for each stream by itself") {
  Pipe pipe;
  const auto facts = look_at_console(pipe.write_end.get(), pipe.write_end.get(), nullptr, "xterm");
  CHECK_FALSE(facts.output.is_terminal);
  CHECK_FALSE(facts.output.has_colors);
  ConsoleFacts talk_only;
  talk_only.talk = {true, true};
  Console console(pipe.write_end.get(), pipe.write_end.get(), talk_only);
  CHECK(console.painted(Tone::bad, "x") == "x");
  CHECK(console.talk_painted(Tone::bad, "x") == "\x1b[31mx\x1b[0m");
  console.choose_colors("never");
  CHECK(console.talk_painted(Tone::bad, "x") == "x");
}

TEST_CASE("NO_COLOR and a dumb terminal have no colours") {
  const int terminal = ::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (terminal < 0) {
    MESSAGE("SKIP: no pseudo terminals here");
    return;
  }
  const UniqueFd owner(terminal);
  CHECK(look_at_console(terminal, terminal, nullptr, "xterm").talk.has_colors);
  CHECK(look_at_console(terminal, terminal, "", "xterm").talk.has_colors);
  CHECK_FALSE(look_at_console(terminal, terminal, "1", "xterm").talk.has_colors);
  CHECK_FALSE(look_at_console(terminal, terminal, nullptr, "dumb").talk.has_colors);
  CHECK_FALSE(look_at_console(terminal, terminal, nullptr, "dumb").can_move_cursor);
  CHECK_FALSE(look_at_console(terminal, terminal, nullptr, nullptr).can_move_cursor);
}
