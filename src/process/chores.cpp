#include "process/chores.h"

#include <cerrno>
#include <fcntl.h>
#include <set>
#include <sys/file.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

#include "base/clock.h"
#include "base/entropy.h"
#include "base/file.h"
#include "base/removal.h"
#include "base/text.h"
#include "process/log_file.h"

namespace gt {

namespace {

constexpr std::string_view removal_prefix = "remove.";
constexpr std::string_view log_prefix = "log.";
// Some file systems discard each freed block while everybody's writes wait (10 ms a file was seen).
constexpr int files_per_slice = 32;
constexpr int rest_per_work = 3;

std::string folder_of(const std::string& home) { return join_path(home, "chores"); }

std::string attempt_folder(const std::string& home, std::string_view chore) {
  return join_path(join_path(home, "attempts"), chore.substr(log_prefix.size()));
}

std::int64_t disk_bytes(int parent, const std::string& name) {
  struct stat facts{};
  if (::fstatat(parent, name.c_str(), &facts, AT_SYMLINK_NOFOLLOW) != 0) return 0;
  return std::int64_t{facts.st_blocks} * 512;
}

std::int64_t disk_bytes_below(const std::string& path) {
  const UniqueFd parent(::open(parent_path(path).c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  std::int64_t bytes = disk_bytes(parent.get(), std::string(file_name(path)));
  if (kind_of(path).value_or(PathKind::other) != PathKind::directory) return bytes;
  // Gone meanwhile, or closed to us: then it is less than it was.
  for (const auto& name : list_directory(path).value_or({}))
    bytes += disk_bytes_below(join_path(path, name));
  return bytes;
}

/// A folder; what a link points to stays as it is.
bool open_to_owner(const std::string& path) {
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  return fd && ::fchmod(fd.get(), 0700) == 0;
}

/// Works for a while, then leaves the disk to others for longer.
class Slices {
 public:
  explicit Slices(ChorePace pace) : pace_(pace), began_(clock_.steady()) {}
  void step() {
    if (pace_ == ChorePace::at_once || ++steps_ < files_per_slice) return;
    std::this_thread::sleep_for(rest_per_work * (clock_.steady() - began_));
    steps_ = 0;
    began_ = clock_.steady();
  }

 private:
  SystemClock clock_;
  ChorePace pace_;
  int steps_ = 0;
  Duration began_;
};

Result<void> do_chore(const std::string& home, const std::string& name, ChorePace pace,
                      ChoreReport& report) {
  const std::string path = join_path(folder_of(home), name);
  if (name.starts_with(removal_prefix)) {
    Slices slices(pace);
    TRY(remove_tree(path, [&](int parent, const std::string& file) {
      report.bytes += disk_bytes(parent, file);
      slices.step();
      return true;
    }));
    ++report.removals;
    return {};
  }
  if (!name.starts_with(log_prefix)) return error(Errc::invalid, "{} is no chore", printable(path));
  TRY(compress_log(attempt_folder(home, name)));
  ++report.logs;
  return remove_tree(path);
}

/// All that are there, but for those that failed before.
void do_all(const std::string& home, ChorePace pace, std::set<std::string>& failed,
            ChoreReport& report) {
  for (bool is_news = true; is_news;) {
    is_news = false;
    for (const auto& name : list_directory(folder_of(home)).value_or({})) {
      if (failed.contains(name)) continue;
      is_news = true;
      if (!do_chore(home, name, pace, report)) failed.insert(name);
    }
  }
}

bool has_other_than(const std::string& home, const std::set<std::string>& known) {
  for (const auto& name : list_directory(folder_of(home)).value_or({}))
    if (!known.contains(name)) return true;
  return false;
}

}  // namespace

Result<void> Chores::remove(const std::string& path) {
  std::int64_t files = 0, bytes = 0;
  auto removed = remove_tree(path, [&](int parent, const std::string& name) {
    bytes += disk_bytes(parent, name);
    return ++files <= removed_at_once_files_max && bytes <= removed_at_once_bytes_max;
  });
  if (removed || removed.error().code != Errc::cancelled) return removed;
  if (remove_later(path)) return {};
  return remove_tree(path);
}

Result<void> Chores::remove_later(const std::string& path) {
  TRY(make_directories(folder_of(home_)));
  SystemEntropy entropy;
  const std::string place =
      join_path(folder_of(home_), fmt::format("{}{:016x}", removal_prefix, entropy.next64()));
  int failure = ::rename(path.c_str(), place.c_str()) == 0 ? 0 : errno;
  // Whoever is not root needs write permission on a folder to move it.
  if (failure == EACCES && open_to_owner(path))
    failure = ::rename(path.c_str(), place.c_str()) == 0 ? 0 : errno;
  if (failure == ENOENT) return {};
  if (failure != 0) return errno_error(failure, fmt::format("moving {}", printable(path)));
  if (has_come_) has_come_();
  return {};
}

Result<void> Chores::compress_log_of(const std::string& attempt) {
  if (!is_worth_compressing(join_path(join_path(home_, "attempts"), attempt))) return {};
  TRY(make_directories(folder_of(home_)));
  TRY(open_file(join_path(folder_of(home_), fmt::format("{}{}", log_prefix, attempt)),
                O_WRONLY | O_CREAT));
  if (has_come_) has_come_();
  return {};
}

bool has_chores(const std::string& home) { return has_other_than(home, {}); }

Result<ChoreReport> look_at_chores(const std::string& home) {
  ChoreReport report;
  auto names = list_directory(folder_of(home));
  if (!names && names.error().code == Errc::not_found) return report;
  for (const auto& name : TRY(std::move(names))) {
    if (name.starts_with(log_prefix)) ++report.logs;
    if (!name.starts_with(removal_prefix)) continue;
    ++report.removals;
    report.bytes += disk_bytes_below(join_path(folder_of(home), name));
  }
  return report;
}

ChoreReport do_chores(const std::string& home, ChorePace pace) {
  ChoreReport report;
  std::set<std::string> failed;
  while (has_other_than(home, failed)) {
    const UniqueFd lock(::open(folder_of(home).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    // Whoever has the lock looks once more after letting go of it, as we do: nothing is left lying.
    if (pace == ChorePace::yielding && ::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) break;
    do_all(home, pace, failed, report);
  }
  return report;
}

}  // namespace gt
