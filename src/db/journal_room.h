/// Room at the end of a write-ahead journal.
///
/// A commit that makes the journal longer costs a commit of the file system's own journal, too, and
/// waits for what others have written there; one that overwrites bytes that are there already is
/// synchronised in a third of the time (ext4, 12 KiB: 0.11 ms instead of 0.2 to 3.4). So zeros are
/// put behind what is used, before it is needed. To SQLite they are frames with a wrong checksum,
/// as those of an earlier round are: whoever recovers a journal stops there.
#pragma once

#include <cstdint>
#include <string>

#include "base/file.h"

namespace gt {

/// As long as one round of the journal becomes: a longer one is copied into the database.
inline constexpr std::int64_t journal_room_bytes_max = std::int64_t{4} << 20U;

/// Threads: one at a time.
class JournalRoom {
 public:
  explicit JournalRoom(std::string path) : path_(std::move(path)) {}

  /// Lengthens the journal if little more than `used_bytes` are there. Only for whoever holds the
  /// right to write the database, outside a transaction. Without room on the disk nothing is done,
  /// and nothing is an error: a commit can do without.
  void make(std::int64_t used_bytes);

 private:
  std::string path_;
};

}  // namespace gt
