/// Artifacts: bytes that are named by their digest, and never change.
///
/// A *file* is named by the SHA-256 of its content, a *folder* by the SHA-256 of its tree manifest
/// (tree_manifest.h). Real stores: FolderBlobs (folder_blobs.h), later S3; twin for tests:
/// MemoryBlobs. Everything may be called again after a crash.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "base/digest.h"
#include "base/result.h"

namespace gt {

/// Digests of files and of folders are different worlds: a file may hold a manifest's very text.
struct BlobName {
  Digest digest;
  bool is_folder = false;
  auto operator<=>(const BlobName&) const = default;
};

struct Blob {
  BlobName name;
  std::int64_t bytes = 0;  ///< of the file, or of all files of the folder
  std::int64_t files = 1;
};

/// Something that a task made, to be taken in.
struct Intake {
  std::string folder;  ///< the attempt's output folder, absolute
  std::string path;    ///< below it; no part of it may be a symbolic link
  bool is_folder = false;
  /// It may be renamed away, which costs nothing, and then is gone. Else it is copied.
  bool may_move = true;
  /// Where the store may note what it is about to take (a path that it creates, beside `folder`).
  /// With it, the same intake again, after a crash that came before anybody recorded the first, has
  /// the same answer, though the file has been moved away.
  std::string receipt = {};
};

enum class Placement {
  link,  ///< a symbolic link to the artifact, which must not be written to
  copy,  ///< writable, of the caller
};

/// What became of an artifact since it was taken in.
enum class Health { intact, changed, missing };

enum class CheckDepth {
  /// Sizes, kinds and times of what is there: sees every honest change (a write sets the time), and
  /// reads content only where something looks odd.
  quick,
  content,
};

struct SweepReport {
  std::int64_t blobs = 0;  ///< removed, or, in a rehearsal, to be removed
  std::int64_t bytes = 0;
  std::int64_t kept = 0;
};

enum class SweepMode { rehearse, remove };

/// Threads: any. Errors beside those named: exhausted (disk full), denied, unavailable.
class BlobStore {
 public:
  virtual ~BlobStore() = default;

  /// Errc::not_found: nothing is there. Errc::invalid: it is of the wrong kind, holds what no
  /// artifact can hold (devices, sockets, FIFOs, links that leave the folder), or changed while it
  /// was read. The message names the path.
  virtual Result<Blob> take_in(const Intake& intake) = 0;
  virtual Result<Blob> put_bytes(std::string_view bytes) = 0;

  /// Makes it appear at `at`, where nothing may be. Errc::not_found when the store does not have
  /// it.
  virtual Result<void> place(const BlobName& name, const std::string& at, Placement how) = 0;

  /// For each whether it is there, with that size. Changes nothing.
  virtual Result<std::vector<bool>> are_there(std::span<const Blob> blobs) = 0;
  /// The same; and those that are there are left alone by sweep() of any process from now on, until
  /// release(). One that is damaged is quarantined.
  virtual Result<std::vector<bool>> rely_on(std::span<const Blob> blobs) = 0;
  /// What was taken in or relied on so far is recorded in the database, or given up. The end of
  /// the store says the same, so only a store that outlives many runs has to be told.
  virtual Result<void> release() = 0;

  /// Errors only where that cannot be found out.
  virtual Result<Health> check(const BlobName& name, CheckDepth depth) = 0;
  /// Out of the way, for people to look at; from then on it is missing. No error if it is.
  virtual Result<void> quarantine(const BlobName& name) = 0;

  /// Removes what is neither relied on by a living process nor among those that `reachable` says.
  /// It is called when nobody can begin to rely on what is about to go, and must then read the
  /// database anew.
  virtual Result<SweepReport> sweep(
      const std::function<Result<std::unordered_set<Digest>>()>& reachable, SweepMode mode) = 0;
};

}  // namespace gt

template <>
struct std::hash<gt::BlobName> {
  std::size_t operator()(const gt::BlobName& name) const noexcept {
    return std::hash<gt::Digest>()(name.digest) + (name.is_folder ? 1U : 0U);
  }
};
