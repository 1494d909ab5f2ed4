#include "process/log_file.h"

#include <doctest/doctest.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/entropy.h"
#include "base/test_folder.h"
#include "base/text.h"

namespace gt {

namespace {

/// Lines that differ, longer than `bytes`.
std::string long_log(std::size_t bytes) {
  std::string log;
  for (int i = 0; log.size() < bytes; ++i) log += fmt::format("line {} of a long log\n", i);
  return log;
}

bool is_there(const std::string& path) {
  return kind_of(path).value_or(PathKind::nothing) != PathKind::nothing;
}

}  // namespace

TEST_CASE("a closed log is compressed, and reads as before from anywhere") {
  const TestFolder folder;
  const std::string log = long_log(3 * log_frame_bytes + 1000);
  folder.write("log", log);
  folder.write("log.index", "1 0\n");
  CHECK(is_worth_compressing(folder.path()));
  REQUIRE(compress_log(folder.path()).ok());
  CHECK_FALSE(is_there(folder / "log"));
  CHECK_MESSAGE(is_there(folder / "log.index"), "a small index stays as it is");
  CHECK_FALSE(is_worth_compressing(folder.path()));
  CHECK(read_file(folder / "log.zst")->size() < log.size() / 3);

  CHECK(*read_log_file(folder.path(), "log") == log);
  auto file = *LogFile::open(folder.path());
  CHECK(*file.bytes() == static_cast<std::int64_t>(log.size()));
  for (const std::size_t at : {std::size_t{0}, log_frame_bytes - 7, 2 * log_frame_bytes,
                               log.size() - 5, log.size(), log.size() + 9})
    CHECK(*file.read(static_cast<std::int64_t>(at), 100) ==
          log.substr(std::min(at, log.size()), 100));
}

TEST_CASE("a log whose length is that of its frames is read to its end") {
  const TestFolder folder;
  const std::string log = long_log(2 * log_frame_bytes).substr(0, 2 * log_frame_bytes);
  folder.write("log", log);
  REQUIRE(compress_log(folder.path()).ok());
  CHECK(*read_log_file(folder.path(), "log") == log);
}

TEST_CASE("small logs stay as they are, and nothing comes of none") {
  const TestFolder folder;
  REQUIRE(compress_log(folder.path()).ok());
  CHECK(LogFile::open(folder.path()).error().code == Errc::not_found);
  folder.write("log", "short\n");
  CHECK_FALSE(is_worth_compressing(folder.path()));
  REQUIRE(compress_log(folder.path()).ok());
  CHECK(*read_file(folder / "log") == "short\n");
}

TEST_CASE("a log that is being compressed can be read at every step of it") {
  const TestFolder folder;
  const std::string log = long_log(log_frame_bytes);
  folder.write("log", log);
  auto before = *LogFile::open(folder.path());
  REQUIRE(compress_log(folder.path()).ok());
  CHECK_MESSAGE(*before.read(0, log.size()) == log, "who had it open goes on");

  // It died when the compressed form was in its place and the log not yet gone.
  folder.write("log", log);
  CHECK(*read_log_file(folder.path(), "log") == log);
  REQUIRE(compress_log(folder.path()).ok());
  CHECK_FALSE(is_there(folder / "log"));

  // It died in the middle of writing.
  const TestFolder other;
  other.write("log", log);
  other.write("log.zst.partial", "half a fra");
  CHECK(*read_log_file(other.path(), "log") == log);
  REQUIRE(compress_log(other.path()).ok());
  CHECK(*list_directory(other.path()) == std::vector<std::string>{"log.zst"});
  CHECK(*read_log_file(other.path(), "log") == log);
}

TEST_CASE("only one process compresses a log") {
  const TestFolder folder;
  folder.write("log", long_log(log_frame_bytes));
  const auto held = open_regular_file(folder / "log");
  REQUIRE(::flock(held->get(), LOCK_EX) == 0);
  CHECK(compress_log(folder.path()).ok());
  CHECK(*list_directory(folder.path()) == std::vector<std::string>{"log"});
}

TEST_CASE("a compressed log that is damaged is said to be so, whatever is wrong with it") {
  const TestFolder folder;
  folder.write("log", long_log(2 * log_frame_bytes));
  REQUIRE(compress_log(folder.path()).ok());
  const std::string whole = *read_file(folder / "log.zst");
  const auto read_of = [&](const std::string& bytes) {
    folder.write("log.zst", bytes);
    return read_log_file(folder.path(), "log");
  };
  CHECK(read_of("").error().code == Errc::invalid);
  CHECK(read_of("zstd").error().code == Errc::invalid);
  CHECK(read_of(whole.substr(0, whole.size() - 1)).error().code == Errc::invalid);
  CHECK(read_of(whole.substr(100)).error().code == Errc::invalid);
  SeededEntropy entropy(7);
  for (int i = 0; i < 200; ++i) {
    std::string bytes = whole;
    bytes[entropy.next64() % bytes.size()] ^= static_cast<char>(1U << (entropy.next64() % 8));
    // Bytes of the content may differ, but nothing is read beyond what there is.
    if (const auto log = read_of(bytes)) CHECK(log->size() <= 3 * log_frame_bytes);
  }
}

TEST_CASE("a link in the place of a log is not followed") {
  const TestFolder folder;
  folder.write("elsewhere/precious", long_log(log_frame_bytes));
  REQUIRE(::symlink("elsewhere/precious", (folder / "log").c_str()) == 0);
  CHECK_FALSE(LogFile::open(folder.path()).ok());
  REQUIRE(compress_log(folder.path()).ok());
  CHECK(*list_directory(folder.path()) == std::vector<std::string>{"elsewhere", "log"});
}

}  // namespace gt
