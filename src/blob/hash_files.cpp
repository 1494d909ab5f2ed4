#include "blob/hash_files.h"

#include <atomic>
#include <cerrno>
#include <fcntl.h>
#include <mutex>
#include <optional>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

#include "base/text.h"
#include "base/thread.h"
#include "blob/open_beneath.h"
#include "blob/read_ahead.h"
#include "blob/seal.h"

namespace gt {

namespace {

constexpr std::size_t files_for_threads_min = 64;
constexpr unsigned threads_max = 4;

Result<struct stat> look_at(int fd) {
  struct stat facts{};
  if (::fstat(fd, &facts) != 0) return errno_error(errno, "looking at a file");
  return facts;
}

bool is_same(const struct stat& a, const struct stat& b) {
  return a.st_size == b.st_size && a.st_mtim.tv_sec == b.st_mtim.tv_sec &&
         a.st_mtim.tv_nsec == b.st_mtim.tv_nsec && a.st_ctim.tv_sec == b.st_ctim.tv_sec &&
         a.st_ctim.tv_nsec == b.st_ctim.tv_nsec;
}

Result<Digest> hash_open_file(int fd, const struct stat& before, ReadBuffer& buffer) {
  const Digest digest = TRY(hash_content(fd, before.st_size, buffer));
  // One that became longer or shorter meanwhile has another size now.
  if (!is_same(before, TRY(look_at(fd))))
    return error(Errc::conflict, "it changes while it is read");
  return digest;
}

Result<Digest> hash_file(int root, const TreeEntry& entry, Sealing sealing, ReadBuffer& buffer) {
  Result<UniqueFd> fd = open_beneath(root, entry.path, O_RDONLY);
  // Its owner may have closed it even to himself.
  if (!fd.ok() && fd.error().code == Errc::denied &&
      ::fchmodat(root, entry.path.c_str(), 0600, 0) == 0)
    fd = open_beneath(root, entry.path, O_RDONLY);
  if (!fd.ok()) return std::move(fd).error();
  const struct stat before = TRY(look_at(fd->get()));
  if (!S_ISREG(before.st_mode) || before.st_size != entry.bytes)
    return error(Errc::conflict, "it changes while it is read");
  const Digest digest = TRY(hash_open_file(fd->get(), before, buffer));
  if (sealing == Sealing::seal)
    TRY(seal_file(fd->get(), entry.kind == TreeEntry::Kind::executable));
  return digest;
}

/// The files of one tree, shared by the threads that hash them.
class Work {
 public:
  Work(int root, const std::string& name, TreeScan& scan, Sealing sealing)
      : root_(root), name_(name), scan_(scan), sealing_(sealing) {}

  void run() {
    ReadBuffer buffer;
    while (!has_failed_) {
      const std::size_t index = next_++;
      if (index >= scan_.entries.size()) return;
      TreeEntry& entry = scan_.entries[index];
      if (!entry.is_file()) continue;
      Result<Digest> digest = hash_file(root_, entry, sealing_, buffer);
      if (digest.ok())
        entry.digest = *digest;
      else
        fail(std::move(digest).error().context("{}", printable(name_ + "/" + entry.path)));
    }
  }

  Result<void> result() const { return failure_ ? Result<void>(*failure_) : Result<void>(); }

 private:
  void fail(Error failure) {
    const std::lock_guard lock(mutex_);
    if (!failure_) failure_ = std::move(failure);
    has_failed_ = true;
  }

  int root_;
  const std::string& name_;
  TreeScan& scan_;
  Sealing sealing_;
  std::atomic<std::size_t> next_ = 0;
  std::atomic<bool> has_failed_ = false;
  std::mutex mutex_;
  std::optional<Error> failure_;
};

}  // namespace

Result<void> hash_files(int root, const std::string& name, TreeScan& scan, Sealing sealing) {
  Work work(root, name, scan, sealing);
  std::vector<std::jthread> helpers;
  if (scan.entries.size() >= files_for_threads_min) {
    const unsigned count = std::min(threads_max, std::max(1U, std::thread::hardware_concurrency()));
    // Where there is none to be had it takes longer.
    for (unsigned i = 1; i < count; ++i)
      if (auto helper = start_thread([&work] { work.run(); }))
        helpers.push_back(*std::move(helper));
  }
  work.run();
  helpers.clear();
  return work.result();
}

Result<Digest> hash_open_file(int fd) {
  ReadBuffer buffer;
  return hash_open_file(fd, TRY(look_at(fd)), buffer);
}

Result<void> seal_file(int fd, bool executable) {
  const timespec times[2] = {{0, UTIME_OMIT}, sealed_time};
  if (::fchmod(fd, executable ? 0555 : 0444) != 0 || ::futimens(fd, times) != 0)
    return errno_error(errno, "making it read-only");
  return {};
}

Result<void> seal_folder(int fd) {
  const timespec times[2] = {{0, UTIME_OMIT}, sealed_time};
  if (::fchmod(fd, 0555) != 0 || ::futimens(fd, times) != 0)
    return errno_error(errno, "making it read-only");
  return {};
}

Result<void> seal_folders(int root, const TreeScan& scan) {
  // From the inside outwards, as long as they can be entered.
  for (auto folder = scan.folders.rbegin(); folder != scan.folders.rend(); ++folder) {
    const UniqueFd fd = TRY(open_beneath(root, *folder, O_RDONLY));
    TRY(seal_folder(fd.get()).context("{}", printable(*folder)));
  }
  return {};
}

}  // namespace gt
