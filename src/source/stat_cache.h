/// Digests of files that were hashed before, by path and stamp, so that an unchanged project costs
/// one lstat a file. A local file of its own (`<home>/stat-cache`): it may be lost, deleted or
/// damaged at any time without harm.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/digest.h"
#include "base/result.h"
#include "source/file_stamp.h"

namespace gt {

/// Threads: one. Several processes may use one file: each writes the whole by rename, the last
/// wins.
class StatCache {
 public:
  /// A missing, damaged or foreign file gives an empty cache.
  static StatCache load(std::string file);

  /// The digest that a file with this stamp had. Fastest when asked in the order of paths.
  std::optional<Digest> find(std::string_view path, const FileStamp& stamp);
  /// Remembers a digest, unless the file changed less than 2 s before `hashed_at`.
  void put(std::string_view path, const FileStamp& stamp, const Digest& digest, Time hashed_at);
  /// Writes the file if there is something new. Entries that nobody asked for are dropped when they
  /// are many.
  Result<void> save();

 private:
  struct Record {
    std::uint64_t path_offset;
    std::uint64_t path_bytes;
    FileStamp stamp;
    Digest digest;
  };
  struct Header;
  struct Entry {
    FileStamp stamp;
    Digest digest;
  };

  explicit StatCache(std::string file) : file_(std::move(file)) {}
  bool unpack();
  std::string_view path_of(const Record& record) const;
  std::string pack() const;
  bool is_kept(std::size_t index) const;

  std::string file_;
  std::string bytes_;            // of the file; paths point into it
  std::vector<Record> records_;  // sorted by path
  std::vector<bool> asked_;      // by record
  std::size_t asked_count_ = 0;
  std::size_t next_ = 0;  // where the next path probably is
  std::unordered_map<std::string, Entry> fresh_;
};

}  // namespace gt
