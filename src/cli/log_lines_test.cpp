#include "cli/log_lines.h"

#include <doctest/doctest.h>
#include <fcntl.h>

#include "base/file.h"
#include "base/test_folder.h"
#include "base/text.h"
#include "cli/log_merge.h"
#include "process/log_writer.h"

namespace gt {

namespace {

const Time start = from_microseconds(1'700'000'000'000'000);
constexpr Duration second = std::chrono::seconds(1);

/// "at text" of each piece, "+" before one that goes on, "…" after one that does not end.
std::vector<std::string> pieces(LogLines& lines) {
  std::vector<std::string> all;
  for (;;) {
    const auto piece = lines.next();
    REQUIRE(piece.ok());
    if (!*piece) return all;
    all.push_back(fmt::format("{}{} {}{}", (*piece)->begins ? "" : "+",
                              ((*piece)->at - start) / second, (*piece)->text,
                              (*piece)->ends ? "" : "…"));
  }
}

std::vector<std::string> pieces(const TestFolder& folder, const LogRange& range) {
  LogLines lines(folder.path(), start, range);
  return pieces(lines);
}

using Lines = std::vector<std::string>;

/// As a log grows.
void append(const std::string& path, const std::string& text) {
  const auto file = open_file(path, O_WRONLY | O_CREAT | O_APPEND);
  REQUIRE(file.ok());
  REQUIRE(write_all(file->get(), text).ok());
}

/// Line i at second i.
void write_log(const TestFolder& folder, int count, std::int64_t bytes_max = 1 << 20U) {
  FakeClock clock(start);
  LogWriter log(folder.path(), {}, bytes_max, clock);
  for (int i = 0; i < count; ++i) {
    log.write(fmt::format("line {}\n", i));
    clock.advance(second);
  }
  log.finish();
}

}  // namespace

TEST_CASE("the lines of a log come with the time when each was begun") {
  const TestFolder folder;
  folder.write("log", "abc\ndefgh\nxyz\nlast");
  folder.write("log.index",
               to_line({start + second, 10}) + to_line({start + 2 * second, 14}) + "17");
  CHECK(pieces(folder, {}) == Lines{"0 abc", "0 defgh", "1 xyz", "2 last…"});
}

TEST_CASE("no log has no lines, until there is one") {
  const TestFolder folder;
  LogLines lines(folder.path(), start, {});
  CHECK(pieces(lines).empty());
  folder.write("log", "one\ntw");
  CHECK(pieces(lines) == Lines{"0 one", "0 tw…"});
  CHECK(pieces(lines).empty());
  append(folder / "log", "o\n");
  CHECK(pieces(lines) == Lines{"+0 o"});
  append(folder / "log", "three\n");
  CHECK(pieces(lines) == Lines{"0 three"});
}

TEST_CASE("a range by time has just the lines that were begun in it") {
  const TestFolder folder;
  write_log(folder, 10);
  const auto at = [](int seconds) { return start + seconds * second; };
  CHECK(pieces(folder, {.since = at(8)}) == Lines{"8 line 8", "9 line 9"});
  CHECK(pieces(folder, {.until = at(1)}) == Lines{"0 line 0", "1 line 1"});
  CHECK(pieces(folder, {.since = at(4), .until = at(5)}) == Lines{"4 line 4", "5 line 5"});
  CHECK(pieces(folder, {.since = at(100)}).empty());
  CHECK(pieces(folder, {.until = at(-1)}).empty());
  CHECK(pieces(folder, {.since = at(-100)}).size() == 10);
}

TEST_CASE("the tail of a log is its last lines, also of a range, whether compressed or not") {
  const TestFolder folder;
  constexpr int count = 300'000;
  write_log(folder, count, 64 << 20U);
  const auto at = [](int seconds) { return start + seconds * second; };
  for (const bool is_compressed : {false, true}) {
    CAPTURE(is_compressed);
    if (is_compressed) REQUIRE(compress_log(folder.path()).ok());
    CHECK(pieces(folder, {.lines_max = 2}) ==
          Lines{fmt::format("{} line {}", count - 2, count - 2),
                fmt::format("{} line {}", count - 1, count - 1)});
    CHECK(pieces(folder, {.until = at(5), .lines_max = 2}) == Lines{"4 line 4", "5 line 5"});
    CHECK(pieces(folder, {.since = at(150'000), .until = at(150'001), .lines_max = 9}) ==
          Lines{"150000 line 150000", "150001 line 150001"});
  }
  const TestFolder other;
  other.write("log", "a\nb");
  CHECK(pieces(other, {.lines_max = 1}) == Lines{"0 b…"});
  CHECK(pieces(other, {.lines_max = 5}) == Lines{"0 a", "0 b…"});
  other.write("log", "\n\n");
  CHECK(pieces(other, {.lines_max = 1}) == Lines{"0 "});
}

TEST_CASE("a line without end comes in pieces, not into memory as a whole") {
  const TestFolder folder;
  folder.write("log", std::string(5 * LogLines::piece_bytes_max, 'x') + "\nend\n");
  LogLines lines(folder.path(), start, {});
  std::size_t bytes = 0;
  int count = 0;
  for (;;) {
    const auto piece = *lines.next();
    REQUIRE(piece);
    CHECK(piece->begins == (count++ == 0));
    CHECK(piece->text.size() <= 2 * LogLines::piece_bytes_max);
    bytes += piece->text.size();
    if (piece->ends) break;
  }
  CHECK(bytes == 5 * LogLines::piece_bytes_max);
  CHECK((*lines.next())->text == "end");
}

TEST_CASE("logs of several attempts come as one, by time, and each in its own order") {
  const TestFolder first, second_log, third;
  first.write("log", "a\nb\nc\n");
  first.write("log.index", to_line({start, 0}) + to_line({start + 2 * second, 2}) +
                               // The clock was set back.
                               to_line({start + second, 4}));
  second_log.write("log", "x\ny");
  second_log.write("log.index", to_line({start + second, 0}) + to_line({start + 5 * second, 2}));
  LogMerge merge;
  merge.add({.label = "1", .folder = first.path(), .began_at = start});
  merge.add({.label = "2", .folder = second_log.path(), .began_at = start, .is_live = true});
  merge.add({.label = "3", .folder = third.path(), .began_at = start, .is_live = true});
  const auto take = [&] {
    std::string all;
    for (;;) {
      const auto merged = merge.next();
      if (!merged) return all;
      all += merge.source(merged->source).label + ":" + std::string(merged->piece.text) + " ";
    }
  };
  CHECK(take() == "1:a 2:x 1:b 1:c 2:y ");
  CHECK(take().empty());
  append(second_log / "log", "z\n");
  append(third / "log", "new\n");
  CHECK(take().empty());
  merge.look_again();
  CHECK(take() == "3:new 2:z ");
  merge.end(1);
  merge.end(2);
  append(third / "log", "last");
  merge.look_again();
  CHECK(take() == "3:last ");
}

TEST_CASE("a log that cannot be read is told, and does not hide the others") {
  const TestFolder damaged, good;
  damaged.write("log.zst", "no zstd");
  good.write("log", "here\n");
  LogMerge merge;
  merge.add({.label = "bad", .folder = damaged.path(), .began_at = start});
  merge.add({.label = "good", .folder = good.path(), .began_at = start});
  CHECK(merge.next()->piece.text == "here");
  CHECK_FALSE(merge.next());
  CHECK(merge.trouble().error().message == "bad: the compressed log is damaged");
}

}  // namespace gt
