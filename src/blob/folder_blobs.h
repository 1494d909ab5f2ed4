/// Artifacts in the home folder: `objects/ab/cdef…` by the digest of a file, `trees/ab/cdef…` by
/// that of a folder, with its manifest beside it in `trees/ab/cdef….manifest`. All are read-only.
///
/// An artifact comes by one rename, so it is there whole or not at all. A file that has other
/// links, or lies on another file system, is copied in (sharing its blocks where that is possible).
/// A file's permission to be executed is not part of its name: it is executable once one that was
/// came in.
#pragma once

#include <memory>
#include <mutex>

#include "base/entropy.h"
#include "base/file.h"
#include "blob/blob_journal.h"
#include "blob/blob_store.h"
#include "blob/pins.h"
#include "blob/tree_scan.h"
#include "db/home.h"
#include "process/chores.h"

namespace gt {

class FolderBlobs final : public BlobStore {
 public:
  /// `entropy` must be safe for the threads that use the store. Durability::sync: what take_in()
  /// returned survives the machine.
  FolderBlobs(const Home& home, Entropy& entropy, Durability durability)
      : home_(home), entropy_(entropy), durability_(durability), chores_(home.path()) {}

  Result<Blob> take_in(const Intake& intake) override;
  Result<Blob> put_bytes(std::string_view bytes) override;
  Result<void> place(const BlobName& name, const std::string& at, Placement how) override;
  Result<std::vector<bool>> are_there(std::span<const Blob> blobs) override;
  Result<std::vector<bool>> rely_on(std::span<const Blob> blobs) override;
  Result<void> release() override;
  Result<Health> check(const BlobName& name, CheckDepth depth) override;
  Result<void> quarantine(const BlobName& name) override;
  Result<SweepReport> sweep(const std::function<Result<std::unordered_set<Digest>>()>& reachable,
                            SweepMode mode) override;

  /// What is left when an artifact is there already, and takes long to remove.
  Chores& chores() { return chores_; }

  /// All that it has, whole or not, with the sizes that they should have.
  Result<std::vector<Blob>> list() const;
  /// Where the artifact is, or would be.
  std::string path_of(const BlobName& name) const;

 private:
  struct Source;  // what is about to be kept, by a path from which it can be renamed

  Result<Pins*> pins();
  Result<Blob> take_file(int parent, const std::string& name, const Intake& intake);
  Result<Blob> take_folder(int parent, const std::string& name, const Intake& intake);
  Result<Blob> keep_file(const Source& source);
  bool journal_file(const Source& source, const Blob& blob);
  Result<Blob> keep_folder(const Source& source, TreeScan& scan);
  Result<Blob> move_folder(const Source& source, const Blob& blob, const std::string& manifest);
  /// Looking below an open folder is twice as fast as by the whole path.
  Result<UniqueFd> open_home() const;
  Result<bool> is_there(int home, const Blob& blob);
  Result<bool> is_there_or_set_aside(int home, const Blob& blob);
  Result<void> unshare(int root, const TreeScan& scan);
  bool is_elsewhere(int fd) const;
  using Reachable = std::function<Result<std::unordered_set<Digest>>()>;
  Result<SweepReport> rehearse(const Reachable& reachable);
  Result<SweepReport> remove_unreachable(const Reachable& reachable);
  Result<std::vector<BlobName>> choose(const std::unordered_set<Digest>& pinned,
                                       const Reachable& reachable, SweepReport& report);
  std::string manifest_path(const BlobName& name) const { return path_of(name) + ".manifest"; }

  Home home_;
  Entropy& entropy_;
  Durability durability_;
  Chores chores_;
  std::mutex pins_mutex_;
  std::unique_ptr<Pins> pins_;
  /// Under a guard of pins_.
  std::unique_ptr<BlobJournal> journal_;
  int small_files_ = 0;
};

}  // namespace gt
