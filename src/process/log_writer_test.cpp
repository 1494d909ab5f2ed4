#include "process/log_writer.h"

#include <algorithm>
#include <csignal>
#include <doctest/doctest.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/test_folder.h"
#include "process/log_index.h"

namespace gt {

namespace {

std::string content(const std::string& path) { return read_file(path).value_or("(none)"); }

}  // namespace

TEST_CASE("a log holds what was written, byte for byte, and when") {
  TestFolder folder;
  FakeClock clock;
  LogWriter log(folder.path(), {}, 1000, clock);
  const std::string binary("a\0\xff\n", 4);
  log.write(binary);
  clock.advance(std::chrono::milliseconds(1));
  log.write("too soon for a mark\n");
  clock.advance(std::chrono::milliseconds(5));
  const Time later = clock.now();
  log.write("later\n");
  log.finish();
  CHECK(content(folder / "log") == binary + "too soon for a mark\nlater\n");
  const auto marks = parse_log_index(content(folder / "log.index"));
  REQUIRE(marks.size() == 2);
  CHECK(marks[0].offset == 0);
  CHECK(marks[1] == LogMark{later, 24});
  CHECK(log.bytes() == 30);
  CHECK(log.bytes_left_out() == 0);
  CHECK(log.problem().empty());
}

TEST_CASE("no output makes no files") {
  TestFolder folder;
  FakeClock clock;
  LogWriter log(folder.path(), {"secret"}, 1000, clock);
  log.finish();
  CHECK(kind_of(folder / "log").value_or(PathKind::other) == PathKind::nothing);
}

TEST_CASE("a log that outgrows its limit keeps its head and its end") {
  TestFolder folder;
  FakeClock clock;
  LogWriter log(folder.path(), {}, 100, clock);
  std::string all;
  for (int i = 0; i < 100; ++i) {
    all += fmt::format("line {:04}\n", i);
    log.write(all.substr(all.size() - 10));
  }
  log.finish();
  const std::string kept = content(folder / "log");
  CHECK(kept.starts_with(all.substr(0, 75) + "\n[geartrain: the log's limit is reached"));
  CHECK(kept.ends_with("left out here]\n" + all.substr(all.size() - 25)));
  CHECK(log.bytes_left_out() == 900);
  CHECK(log.bytes() == static_cast<std::int64_t>(kept.size()));
}

TEST_CASE("what is kept of the end has the time when it was written, not when it was kept") {
  TestFolder folder;
  FakeClock clock;
  LogWriter log(folder.path(), {}, 100, clock);
  std::vector<Time> times;
  for (int i = 0; i < 100; ++i) {
    clock.advance(std::chrono::seconds(1));
    times.push_back(clock.now());
    log.write(fmt::format("line {:04}\n", i));
  }
  clock.advance(std::chrono::hours(1));
  log.finish();
  const std::string kept = content(folder / "log");
  const auto marks = parse_log_index(content(folder / "log.index"));
  const auto time_of = [&](const std::string& text) {
    const auto offset = static_cast<std::int64_t>(kept.find(text));
    const auto after = std::ranges::upper_bound(marks, offset, {}, &LogMark::offset);
    return std::prev(after)->at;
  };
  CHECK(std::ranges::is_sorted(marks, {}, &LogMark::offset));
  CHECK(std::ranges::is_sorted(marks, {}, &LogMark::at));
  CHECK(time_of("line 0003") == times[3]);
  CHECK(time_of("[geartrain: the log's limit") == times[7]);
  CHECK_MESSAGE(time_of(" of output are left out") == times[97], "of what follows it");
  CHECK(time_of("line 0098") == times[98]);
  CHECK(time_of("line 0099") == times[99]);
}

TEST_CASE("a step that never ends its line, and writes far beyond the limit, keeps both ends") {
  TestFolder folder;
  FakeClock clock;
  LogWriter log(folder.path(), {}, 8 << 20U, clock);
  std::string piece(64U << 10U, '\0');
  for (int i = 0; i < 4096; ++i) {
    piece[0] = static_cast<char>(i);
    log.write(piece);
  }
  log.finish();
  CHECK(log.bytes_left_out() == (std::int64_t{4096} * 64 << 10U) - (8 << 20U));
  const std::string kept = content(folder / "log");
  CHECK(kept.size() < (8U << 20U) + 300);
  CHECK(kept.ends_with(piece));
}

TEST_CASE("a log just within its limit is whole") {
  TestFolder folder;
  FakeClock clock;
  LogWriter log(folder.path(), {}, 100, clock);
  log.write(std::string(75, 'x'));
  log.finish();
  CHECK(content(folder / "log") == std::string(75, 'x'));
}

TEST_CASE("secrets do not reach the log") {
  TestFolder folder;
  FakeClock clock;
  LogWriter log(folder.path(), {"hunter2"}, 1000, clock);
  log.write("a hun");
  log.write("ter2 b hunt");
  log.finish();
  CHECK(content(folder / "log") == "a *** b hunt");
}

TEST_CASE("what cannot be written is counted and does not stop the rest") {
  TestFolder folder;
  FakeClock clock;
  LogWriter log(folder / "absent", {}, 1000, clock);
  log.write("lost");
  CHECK(log.bytes_left_out() == 4);
  CHECK(log.problem().find("log") != std::string::npos);
  REQUIRE(make_directories(folder / "absent").ok());
  log.write("kept");
  log.finish();
  CHECK(content(folder / "absent/log") == "kept");
}

TEST_CASE("a log that cannot grow loses output, not the rest") {
  TestFolder folder;
  FakeClock clock;
  LogWriter log(folder.path(), {}, 1000, clock);
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
  const rlimit small{.rlim_cur = 100, .rlim_max = before.rlim_max};
  // The limit comes with a signal, a full disk does not.
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
  log.write(std::string(103, 'x'));
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &before) == 0);
  std::signal(SIGXFSZ, handler);
  log.write("y");
  log.finish();
  CHECK(log.bytes_left_out() == 3);
  CHECK(log.problem() == "writing the log: File too large");
  CHECK(content(folder / "log") == std::string(100, 'x') + "y");
}

TEST_CASE("a link in the place of the log is not followed") {
  TestFolder folder;
  folder.write("precious", "precious");
  REQUIRE(::symlink("precious", (folder / "log").c_str()) == 0);
  FakeClock clock;
  LogWriter log(folder.path(), {}, 1000, clock);
  log.write("abc");
  log.finish();
  CHECK(log.bytes_left_out() == 3);
  CHECK(content(folder / "precious") == "precious");
}

TEST_CASE("the index of a log that is written for days stays small") {
  TestFolder folder;
  FakeClock clock;
  LogWriter log(folder.path(), {}, 1 << 30U, clock);
  constexpr int writes = 1 << 18U;
  for (int i = 0; i < writes; ++i) {
    clock.advance(std::chrono::milliseconds(5));
    log.write("x");
  }
  const auto marks = parse_log_index(content(folder / "log.index"));
  CHECK(marks.size() > (1U << 16U));
  CHECK(marks.size() < (3U << 16U));
}

}  // namespace gt
