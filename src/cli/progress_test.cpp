#include "cli/progress.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/file.h"
#include "cli/message_text.h"
#include "cli/progress_live.h"
#include "cli/progress_plain.h"

using namespace gt;

namespace {

const Time start = from_microseconds(1'000'000'000);

TaskNews news(TaskIndex index, std::string path, TaskState state) {
  return {.index = index,
          .path = std::move(path),
          .state = state,
          .attempts = 1,
          .started_at = start,
          .ended_at = start + std::chrono::milliseconds(1500),
          .next_at = {},
          .message = {},
          .reason = {}};
}

/// A console whose talk can be read back.
struct Listening {
  UniqueFd read_end, write_end;
  std::unique_ptr<Console> console;

  Listening() {
    int ends[2];
    REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
    read_end.reset(ends[0]);
    write_end.reset(ends[1]);
    console = std::make_unique<Console>(write_end.get(), write_end.get(), ConsoleFacts{});
  }
  std::string heard() {
    console.reset();
    write_end.reset();
    return *read_all(read_end.get());
  }
};

/// What a terminal of unlimited size shows after these bytes: the sequences that we use.
std::vector<std::string> screen_after(const std::string& bytes) {
  std::vector<std::string> rows = {""};
  std::size_t row = 0, column = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (bytes[i] == '\n') {
      ++row;
      column = 0;
      if (row == rows.size()) rows.emplace_back();
    } else if (bytes[i] == '\r') {
      column = 0;
    } else if (bytes[i] == '\x1b') {
      const std::size_t end = bytes.find_first_of("AJm", i);
      if (bytes[end] == 'A') row -= std::stoul(bytes.substr(i + 2, end - i - 2));
      if (bytes[end] == 'J') {
        rows.resize(row + 1);
        rows[row].resize(column);
      }
      i = end;
    } else {
      rows[row].resize(std::max(rows[row].size(), column + 1));
      rows[row][column++] = bytes[i];
    }
  }
  return rows;
}

}  // namespace

TEST_CASE("a task is described by what became of it") {
  CHECK(describe(news(0, "a", TaskState::succeeded)) == "succeeded in 1.5s");
  TaskNews failed = news(0, "a", TaskState::failed);
  failed.message = "exit code 1";
  CHECK(describe(failed) == "failed in 1.5s: exit code 1");
  TaskNews waiting = failed;
  waiting.state = TaskState::retry_wait;
  CHECK(describe(waiting) == "failed: exit code 1; attempt 2 follows");
  TaskNews cached = news(0, "a", TaskState::cached);
  cached.reason = "same facts as in flights/1";
  CHECK(describe(cached) == "cached: same facts as in flights/1");
  TaskNews again = news(0, "a", TaskState::running);
  again.attempts = 2;
  CHECK(describe(again) == "started again, attempt 2");
}

TEST_CASE("of a message of several lines the first stands in the task's line") {
  const std::string message = "making it: pip failed with exit code 1:\n  $ pip\n  no \x1b package";
  CHECK(headline(message) == "making it: pip failed with exit code 1");
  CHECK(further_lines(message) == std::vector<std::string>{"$ pip", "no \x1b package"});
  CHECK(headline("ends with a colon:") == "ends with a colon:");
  CHECK(further_lines("one").empty());
  TaskNews failed = news(0, "a", TaskState::failed);
  failed.message = message;
  CHECK(describe(failed) == "failed in 1.5s: making it: pip failed with exit code 1");
}

TEST_CASE("plain progress has one line for each start and end") {
  Listening listening;
  PlainProgress progress(*listening.console);
  TaskNews started = news(0, "train[0]", TaskState::running);
  started.reason = "file train.py changed";
  progress.changed(started);
  progress.changed(started);
  progress.changed(news(0, "train[0]", TaskState::succeeded));
  progress.log_tail({"Traceback", "\x1b[2Jboom"});
  CHECK(listening.heard() ==
        "train[0]: started: file train.py changed\n"
        "train[0]: succeeded in 1.5s\n"
        "    | Traceback\n"
        "    | \\x1b[2Jboom\n");
}

TEST_CASE("live progress keeps what has ended above and redraws the rest in place") {
  Listening listening;
  {
    LiveProgress progress(*listening.console);
    Tally tally;
    for (int i = 0; i < 3; ++i) tally.add(TaskState::running);
    for (TaskIndex i = 0; i < 3; ++i)
      progress.changed(news(i, "task" + std::to_string(i), TaskState::running));
    progress.tick(tally, start + std::chrono::seconds(1));
    tally.remove(TaskState::running);
    tally.add(TaskState::succeeded);
    progress.changed(news(1, "task1", TaskState::succeeded));
    progress.tick(tally, start + std::chrono::seconds(2));
    progress.tick(tally, start + std::chrono::seconds(3));
    const auto shown = [&] {
      std::string bytes(8192, '\0');
      const auto count = ::read(listening.read_end.get(), bytes.data(), bytes.size());
      bytes.resize(static_cast<std::size_t>(count));
      return screen_after(bytes);
    }();
    REQUIRE(shown.size() == 4);
    CHECK(shown[0] == "✓ task1  succeeded in 1.5s");
    CHECK(shown[1] == "[========                ] 1/3  2.0s");
    CHECK(shown[2] == "  task0  3.0s");
    CHECK(shown[3] == "  task2  3.0s");
  }
  CHECK(listening.heard() == "\r\x1b[2A\x1b[J");
}

TEST_CASE("a tally counts what has ended") {
  Tally tally;
  tally.add(TaskState::waiting);
  tally.add(TaskState::succeeded);
  tally.add(TaskState::cached);
  tally.add(TaskState::cached);
  CHECK(tally.total() == 4);
  CHECK(tally.ended() == 3);
  CHECK(tally.text() == "1 succeeded, 2 cached");
}
