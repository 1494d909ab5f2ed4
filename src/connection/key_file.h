/// The keys with which secret parts are sealed, in a file beside the database, so that a copy of
/// the database alone opens nothing. docs/adr/0014 says why.
///
/// The file has a line for each key, the one that seals first; more than one only while a key is
/// exchanged, or where homes share a file. Whoever changes it holds the database's write lock.
/// Threads: any.
#pragma once

#include <string>
#include <vector>

#include "base/entropy.h"
#include "base/result.h"
#include "connection/seal.h"

namespace gt {

class KeyFile {
 public:
  static constexpr std::size_t file_bytes_max = 64U << 10U;

  /// `path` is absolute.
  explicit KeyFile(std::string path) : path_(std::move(path)) {}

  const std::string& path() const { return path_; }

  /// The first one seals. Empty if there is no file. Errors: denied for a file of another person or
  /// with a mode that lets others in; invalid, with the line, for one that holds no keys.
  Result<std::vector<SealingKey>> read() const;
  /// Instead of what is there; mode 0600, synchronised.
  Result<void> write(const std::vector<SealingKey>& keys) const;

 private:
  std::string path_;
};

/// The key of this id; nullptr if it is none of them.
const SealingKey* find_key(const std::vector<SealingKey>& keys, std::string_view id);

}  // namespace gt
