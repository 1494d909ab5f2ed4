/// A store for tests: artifacts live in memory, and are gone with it.
#pragma once

#include <map>
#include <mutex>
#include <unordered_map>
#include <unordered_set>

#include "blob/blob_store.h"
#include "blob/tree_manifest.h"

namespace gt {

/// place() makes files of them; links become read-only copies.
class MemoryBlobs final : public BlobStore {
 public:
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

 private:
  struct Content {
    Blob blob;
    std::string bytes;               ///< of a file
    std::vector<TreeEntry> entries;  ///< of a folder
    std::vector<std::string> files;  ///< the bytes of its entries
  };
  Blob keep(Content content);

  std::mutex mutex_;
  std::unordered_map<BlobName, Content> contents_;
  std::unordered_set<Digest> pins_;
};

}  // namespace gt
