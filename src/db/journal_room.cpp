#include "db/journal_room.h"

#include <algorithm>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

namespace gt {

namespace {

/// More than a turn of the engine writes as a rule.
constexpr std::int64_t room_bytes_min = 128 << 10U;
/// On a disk with less than this, what is free is for what must be written.
constexpr std::uint64_t free_bytes_min = std::uint64_t{64} << 20U;

bool has_space(int fd) {
  struct statvfs facts{};
  return ::fstatvfs(fd, &facts) == 0 && facts.f_bavail * facts.f_frsize >= free_bytes_min;
}

}  // namespace

void JournalRoom::make(std::int64_t used_bytes) {
  const UniqueFd journal(::open(path_.c_str(), O_WRONLY | O_NOFOLLOW | O_CLOEXEC));
  struct stat facts{};
  if (!journal || ::fstat(journal.get(), &facts) != 0) return;
  const std::int64_t length = facts.st_size;
  if (length - used_bytes >= room_bytes_min / 2 || length >= journal_room_bytes_max) return;
  // Doubling: a short run writes few zeros, a long one seldom.
  const std::int64_t more =
      std::min(std::max(room_bytes_min, length), journal_room_bytes_max - length);
  if (!has_space(journal.get())) return;
  const std::string zeros(static_cast<std::size_t>(more), '\0');
  if (::pwrite(journal.get(), zeros.data(), zeros.size(), length) != more)
    (void)!::ftruncate(journal.get(), length);
}

}  // namespace gt
