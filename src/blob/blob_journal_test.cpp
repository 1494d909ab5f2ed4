#include "blob/blob_journal.h"

#include <doctest/doctest.h>
#include <filesystem>
#include <sys/stat.h>
#include <thread>

#include "base/test_folder.h"
#include "blob/folder_blobs.h"

namespace gt {

namespace {

struct Fixture {
  TestFolder folder;
  Home home = *Home::open(folder / "home");
  SystemEntropy entropy;

  std::vector<std::string> journals() const {
    return list_directory(home.at("blob-journals")).value_or({});
  }

  /// As if the machine had been started again since.
  void pretend_other_boot() const {
    for (const std::string& name : journals()) {
      const std::string path = home.at("blob-journals/" + name);
      std::string text = *read_file(path);
      text.replace(0, 8, "00000000");
      REQUIRE(write_file_atomically(path, text, Durability::none).ok());
    }
  }

  /// Keeps as many small artifacts, their numbers in them.
  std::vector<Blob> keep(int count, int first = 0) {
    FolderBlobs store(home, entropy, Durability::sync);
    std::vector<Blob> blobs;
    for (int number = first; number < first + count; ++number)
      blobs.push_back(*store.put_bytes(std::to_string(number)));
    return blobs;
  }

  std::string path_of(const Blob& blob) {
    return FolderBlobs(home, entropy, Durability::none).path_of(blob.name);
  }
  bool is_intact(const Blob& blob) {
    return *FolderBlobs(home, entropy, Durability::none).check(blob.name, CheckDepth::content) ==
           Health::intact;
  }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "small artifacts that the machine lost come back") {
  const auto blobs = keep(20);
  std::filesystem::remove(path_of(blobs[10]));
  std::filesystem::permissions(path_of(blobs[11]), std::filesystem::perms::owner_all);
  std::filesystem::resize_file(path_of(blobs[11]), 0);
  std::filesystem::remove_all(parent_path(path_of(blobs[12])));
  pretend_other_boot();
  REQUIRE(restore_blob_journals(home).ok());
  for (int number = 4; number < 20; ++number) {
    CHECK(is_intact(blobs[static_cast<std::size_t>(number)]));
    struct stat facts{};
    CHECK(::stat(path_of(blobs[static_cast<std::size_t>(number)]).c_str(), &facts) == 0);
    CHECK((facts.st_mode & 0777) == 0444);
  }
  CHECK(journals().empty());
}

TEST_CASE_FIXTURE(Fixture, "as long as the machine runs, nothing is lost and nothing restored") {
  const auto blobs = keep(10);
  std::filesystem::remove(path_of(blobs[9]));
  REQUIRE(restore_blob_journals(home).ok());
  CHECK_FALSE(std::filesystem::exists(path_of(blobs[9])));
  CHECK(journals().size() == 1);
}

TEST_CASE_FIXTURE(Fixture, "a run with few artifacts, or with large ones, has no journal") {
  keep(4);
  CHECK(journals().empty());
  FolderBlobs store(home, entropy, Durability::sync);
  for (int number = 0; number < 10; ++number)
    REQUIRE(store.put_bytes(std::string(40'000, static_cast<char>('a' + number))).ok());
  CHECK(journals().empty());
}

TEST_CASE_FIXTURE(Fixture, "what was half written when the power went is passed over") {
  const auto blobs = keep(12);
  const std::string path = home.at("blob-journals/" + journals().front());
  std::string text = *read_file(path);
  const std::size_t last = text.rfind("gt1 ");
  // The journal's room is zeros.
  text.replace(last + 74, std::string::npos, 100, '\0');
  REQUIRE(write_file_atomically(path, text, Durability::none).ok());
  std::filesystem::remove(path_of(blobs[10]));
  std::filesystem::remove(path_of(blobs[11]));
  pretend_other_boot();
  REQUIRE(restore_blob_journals(home).ok());
  CHECK(is_intact(blobs[10]));
  CHECK_FALSE(std::filesystem::exists(path_of(blobs[11])));
}

TEST_CASE_FIXTURE(Fixture, "files that are no journals harm nobody") {
  REQUIRE(make_directories(home.at("blob-journals")).ok());
  for (const char* text : {"", "\n", "x", "gt1 - 5 ab\n", "no boot\ngt1 - 99999999999999999999 "}) {
    REQUIRE(write_file_atomically(home.at("blob-journals/one"), text, Durability::none).ok());
    CHECK(restore_blob_journals(home).ok());
    CHECK(journals().empty());
  }
}

TEST_CASE_FIXTURE(Fixture, "a journal whose owner lives is nobody else's") {
  auto journal = *BlobJournal::open(home, entropy);
  REQUIRE(journal->add(sha256("one"), "one", false).ok());
  pretend_other_boot();  // replaces the file, so the lock is that of the old one
  auto other = *BlobJournal::open(home, entropy);
  REQUIRE(settle_blob_journals(home).ok());
  CHECK(journals().size() == 1);
}

TEST_CASE_FIXTURE(Fixture, "journals of processes that ended are counted and removed") {
  CHECK(count_blob_journals(home) == 0);
  keep(6);
  keep(6, 6);
  CHECK(count_blob_journals(home) == 2);
  REQUIRE(settle_blob_journals(home).ok());
  CHECK(count_blob_journals(home) == 0);
}

TEST_CASE_FIXTURE(Fixture, "a journal begins anew, and many threads write to it") {
  auto journal = *BlobJournal::open(home, entropy);
  const std::string bytes(journaled_bytes_max, 'x');
  {
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < 4; ++thread)
      threads.emplace_back([&] {
        for (int i = 0; i < 50; ++i) CHECK(journal->add(sha256(bytes), bytes, false).ok());
      });
  }
  const auto size = std::filesystem::file_size(home.at("blob-journals/" + journals().front()));
  CHECK(size < 5U << 20U);
}

}  // namespace gt
