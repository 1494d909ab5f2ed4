/// What stat(2) says about a file that tells one content from another.
#pragma once

#include <algorithm>
#include <cstdint>
#include <sys/stat.h>

#include "base/clock.h"

namespace gt {

/// Nanoseconds since 1970.
struct FileStamp {
  std::int64_t size = 0;
  std::int64_t mtime_ns = 0;
  std::int64_t ctime_ns = 0;
  std::uint64_t inode = 0;
  std::uint64_t device = 0;

  bool operator==(const FileStamp&) const = default;
};

inline FileStamp stamp_of(const struct stat& status) {
  constexpr std::int64_t second = 1'000'000'000;
  return {.size = status.st_size,
          .mtime_ns = status.st_mtim.tv_sec * second + status.st_mtim.tv_nsec,
          .ctime_ns = status.st_ctim.tv_sec * second + status.st_ctim.tv_nsec,
          .inode = status.st_ino,
          .device = status.st_dev};
}

/// A file that changed just before it was hashed can change once more within the same tick of its
/// file system's clock: its stamp then says nothing. FAT counts in 2 seconds.
inline bool is_well_older(const FileStamp& stamp, Time moment) {
  constexpr auto margin = std::chrono::seconds(2);
  const auto newest = std::chrono::nanoseconds(std::max(stamp.mtime_ns, stamp.ctime_ns));
  return newest < (moment - margin).time_since_epoch();
}

}  // namespace gt
