#include "blob/blob_journal.h"

#include <cerrno>
#include <charconv>
#include <fcntl.h>
#include <optional>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

#include "base/boot.h"
#include "base/sync.h"
#include "base/text.h"
#include "blob/hash_files.h"
#include "blob/place.h"
#include "blob/seal.h"

namespace gt {

namespace {

constexpr const char* folder = "blob-journals";
/// Beyond this the artifacts are synchronised, and the journal begins anew.
constexpr std::int64_t round_bytes_max = journal_room_bytes_max;

struct Record {
  Digest digest;
  std::string_view bytes;
  bool executable = false;
};

std::string text_of(const Record& record) {
  return fmt::format("gt1 {} {} {}\n", record.executable ? "x" : "-", record.bytes.size(),
                     record.digest.hex())
      .append(record.bytes);
}

/// Takes the first record off; nullopt at the end, and at what is no whole record.
std::optional<Record> take_record(std::string_view& text) {
  const std::size_t line_end = text.substr(0, 128).find('\n');
  if (line_end == std::string_view::npos) return std::nullopt;
  const auto words = split(text.substr(0, line_end), ' ');
  if (words.size() != 4 || words[0] != "gt1") return std::nullopt;
  std::size_t bytes = 0;
  const char* const end = words[2].data() + words[2].size();
  const auto [stop, failure] = std::from_chars(words[2].data(), end, bytes);
  const auto digest = Digest::parse(words[3]);
  const std::string_view rest = text.substr(line_end + 1);
  if (failure != std::errc() || stop != end || !digest || bytes > rest.size()) return std::nullopt;
  const Record record{*digest, rest.substr(0, bytes), words[1] == "x"};
  if (sha256(record.bytes) != record.digest) return std::nullopt;
  text = rest.substr(bytes);
  return record;
}

/// What is there stays if it is what it should be.
Result<void> restore(const Home& home, const Record& record) {
  const std::string place = home.at(place_of({.digest = record.digest, .is_folder = false}));
  if (const auto there = open_regular_file(place)) {
    const auto digest = hash_open_file(there->get());
    if (digest && *digest == record.digest) return sync_fd(there->get());
  }
  TRY(make_directories(parent_path(place)));
  const std::string partial = home.at("tmp/restored-" + record.digest.hex());
  TRY(remove_tree(partial));
  const UniqueFd file = TRY(open_file(partial, O_WRONLY | O_CREAT | O_EXCL, 0600));
  TRY(write_all(file.get(), record.bytes));
  TRY(seal_file(file.get(), record.executable));
  TRY(sync_fd(file.get()));
  TRY(rename_path(partial, place));
  return sync_directory(parent_path(place));
}

/// A journal whose owner is gone, locked; no file where the owner lives.
Result<UniqueFd> take_over(const std::string& path) {
  UniqueFd file = TRY(open_file(path, O_RDONLY | O_NOFOLLOW));
  if (::flock(file.get(), LOCK_EX | LOCK_NB) == 0) return file;
  if (errno == EWOULDBLOCK) return UniqueFd();
  return errno_error(errno, "locking a journal of artifacts");
}

bool is_of_boot(int file, const std::string& boot) {
  std::string head(boot.size() + 1, '\0');
  const ssize_t count = ::pread(file, head.data(), head.size(), 0);
  return count == std::ssize(head) && head == boot + "\n";
}

/// The folder may not be there yet.
Result<std::vector<std::string>> journals_of(const Home& home) {
  auto names = list_directory(home.at(folder));
  if (!names && names.error().code == Errc::not_found) return std::vector<std::string>();
  return names;
}

}  // namespace

Result<std::unique_ptr<BlobJournal>> BlobJournal::open(const Home& home, Entropy& entropy) {
  TRY(make_directories(home.at(folder)));
  const std::string path = home.at(fmt::format("{}/{:016x}", folder, entropy.next64()));
  UniqueFd file = TRY(open_file(path, O_RDWR | O_CREAT | O_EXCL, 0600));
  if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0)
    return errno_error(errno, "locking a journal of artifacts");
  const std::string head = boot_id() + "\n";
  TRY(write_all(file.get(), head));
  TRY(sync_fd(file.get()));
  TRY(sync_directory(home.at(folder)));
  return std::unique_ptr<BlobJournal>(new BlobJournal(std::move(file), path, std::ssize(head)));
}

Result<void> BlobJournal::add(const Digest& digest, std::string_view bytes, bool executable) {
  GT_CHECK(std::ssize(bytes) <= journaled_bytes_max, "only small artifacts are journaled");
  const std::int64_t appended = TRY(append(text_of({digest, bytes, executable})));
  return sync(appended);
}

Result<std::int64_t> BlobJournal::append(std::string_view record) {
  const std::lock_guard lock(writing_);
  if (end_ - begin_ > round_bytes_max) {
    // All that the journal names is on disk then, so nothing of it is needed any more.
    if (::syncfs(file_.get()) != 0) return errno_error(errno, "synchronising the file system");
    end_ = begin_;
  }
  room_.make(end_);
  const auto size = static_cast<ssize_t>(record.size());
  const ssize_t written = ::pwrite(file_.get(), record.data(), record.size(), end_);
  if (written != size)
    return errno_error(written < 0 ? errno : ENOSPC, "writing the journal of artifacts");
  end_ += size;
  return appended_ += size;
}

/// One call serves all that was appended before it.
Result<void> BlobJournal::sync(std::int64_t appended) {
  const std::lock_guard lock(syncing_);
  if (synced_ >= appended) return {};
  if (::fdatasync(file_.get()) != 0)
    return errno_error(errno, "synchronising the journal of artifacts");
  synced_ = appended;
  return {};
}

Result<void> restore_blob_journals(const Home& home) {
  const std::vector<std::string> names = TRY(journals_of(home));
  if (names.empty()) return {};
  const std::string boot = boot_id();
  for (const std::string& name : names) {
    const std::string path = home.at(join_path(folder, name));
    const UniqueFd file = TRY(take_over(path));
    if (!file || is_of_boot(file.get(), boot)) continue;
    const std::string text = TRY(read_all(file.get()));
    std::string_view rest = text;
    rest.remove_prefix(std::min(rest.find('\n'), rest.size() - 1) + 1);
    while (const auto record = take_record(rest)) TRY(restore(home, *record));
    TRY(remove_tree(path));
  }
  return {};
}

std::size_t count_blob_journals(const Home& home) {
  const auto names = journals_of(home);
  return names ? names->size() : 0;
}

Result<void> settle_blob_journals(const Home& home) {
  std::vector<UniqueFd> locked;
  std::vector<std::string> paths;
  for (const std::string& name : TRY(journals_of(home))) {
    std::string path = home.at(join_path(folder, name));
    UniqueFd file = TRY(take_over(path));
    if (!file) continue;
    locked.push_back(std::move(file));
    paths.push_back(std::move(path));
  }
  if (paths.empty()) return {};
  if (::syncfs(locked.front().get()) != 0)
    return errno_error(errno, "synchronising the file system");
  for (const std::string& path : paths) TRY(remove_tree(path));
  return {};
}

}  // namespace gt
