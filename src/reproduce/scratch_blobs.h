/// Artifacts for an execution that nobody records: what it reads is the home's, what it makes goes
/// elsewhere.
#pragma once

#include "blob/blob_store.h"

namespace gt {

/// Threads: any, if both stores are.
class ScratchBlobs final : public BlobStore {
 public:
  /// `home` is read, and told of inputs that were changed; `scratch` takes in. Both outlive this.
  ScratchBlobs(BlobStore& home, BlobStore& scratch) : home_(home), scratch_(scratch) {}

  Result<Blob> take_in(const Intake& intake) override { return scratch_.take_in(intake); }
  Result<Blob> put_bytes(std::string_view bytes) override { return scratch_.put_bytes(bytes); }
  Result<void> place(const BlobName& name, const std::string& at, Placement how) override {
    return home_.place(name, at, how);
  }
  Result<std::vector<bool>> are_there(std::span<const Blob> blobs) override {
    return home_.are_there(blobs);
  }
  Result<std::vector<bool>> rely_on(std::span<const Blob> blobs) override {
    return home_.rely_on(blobs);
  }
  Result<void> release() override { return scratch_.release(); }
  Result<Health> check(const BlobName& name, CheckDepth depth) override {
    return home_.check(name, depth);
  }
  Result<void> quarantine(const BlobName& name) override { return home_.quarantine(name); }
  Result<SweepReport> sweep(const std::function<Result<std::unordered_set<Digest>>()>&,
                            SweepMode) override {
    return error(Errc::internal, "artifacts of a rehearsal are not swept");
  }

 private:
  BlobStore& home_;
  BlobStore& scratch_;
};

}  // namespace gt
