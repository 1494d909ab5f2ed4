/// Files of projects on their way to a home, named by the digest of their content.
///
///     incoming/<64 hex>        a whole file whose content has been checked
///     incoming/<64 hex>.part   what has come so far of a larger one
///
/// A transfer that is cut goes on where it was. What nobody has used for a day is removed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/digest.h"
#include "base/entropy.h"
#include "base/result.h"
#include "db/home.h"

namespace gt {

/// A stretch of a file.
struct FilePiece {
  Digest file = {};
  std::int64_t begin = 0;
  std::int64_t total = 0;  ///< bytes of the whole file
  std::string_view bytes;
};

/// Threads: any; processes side by side.
class IncomingFiles {
 public:
  explicit IncomingFiles(const Home& home) : folder_(home.at("incoming")) {}

  /// Pieces come in their order. Gives how many bytes of the file are there now, which is `begin`
  /// of the next piece: one that does not follow is left out and answered with that too. Errors:
  /// invalid (the whole is not what its name says; it is forgotten), exhausted (the disk is full).
  Result<std::int64_t> put(const FilePiece& piece);
  /// nullopt where it is not there as a whole.
  std::optional<std::string> path_of(const Digest& file) const;
  /// Forgets what nobody has added to for a day. What cannot be removed is left.
  void remove_old(Time now);

 private:
  std::string whole_path(const Digest& file) const;

  std::string folder_;
};

}  // namespace gt
