/// Small artifacts survive the machine by way of a journal.
///
/// To synchronise a new file costs a commit of the file system's journal, and waits for what others
/// have written there: 0.3 to 7 ms where the step itself may take one. So the bytes of small
/// artifacts are also put, one after another, into a file that has room already (JournalRoom),
/// which is synchronised in 0.1 ms, and their own files are left to the kernel. After the machine
/// has stopped, whoever opens the home next writes what is missing from the journals.
///
///     blob-journals/<owner>   locked (flock) while its owner lives: the id of the machine's boot,
///                             then records: "gt1 <mode> <bytes> <sha256>\n", the bytes
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "base/digest.h"
#include "base/entropy.h"
#include "base/file.h"
#include "db/home.h"
#include "db/journal_room.h"

namespace gt {

/// Larger artifacts are synchronised themselves: writing them twice would cost more.
inline constexpr std::int64_t journaled_bytes_max = 32 << 10U;

/// Threads: any.
class BlobJournal {
 public:
  static Result<std::unique_ptr<BlobJournal>> open(const Home& home, Entropy& entropy);
  /// Of an artifact that has its place: returns once it survives the machine. At most
  /// journaled_bytes_max.
  Result<void> add(const Digest& digest, std::string_view bytes, bool executable);

 private:
  BlobJournal(UniqueFd file, const std::string& path, std::int64_t head_bytes)
      : file_(std::move(file)), room_(path), begin_(head_bytes), end_(head_bytes) {}
  Result<std::int64_t> append(std::string_view record);
  Result<void> sync(std::int64_t appended);

  UniqueFd file_;
  JournalRoom room_;
  std::mutex writing_, syncing_;
  /// In the file; it begins anew when it is full.
  std::int64_t begin_, end_;
  /// Bytes, ever.
  std::int64_t appended_ = 0, synced_ = 0;
};

/// Of another boot of the machine: writes artifacts that are missing or damaged, synchronised, and
/// removes their journals. To be called before artifacts are looked for; costs a look into an empty
/// folder when there is nothing to do.
Result<void> restore_blob_journals(const Home& home);

/// Of owners that are gone and of those that live; 0 where they cannot be looked at.
std::size_t count_blob_journals(const Home& home);

/// Removes the journals of owners that are gone, once all that they name is synchronised. May wait
/// for the disk: not for a thread that somebody waits for.
Result<void> settle_blob_journals(const Home& home);

}  // namespace gt
