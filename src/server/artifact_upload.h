/// An artifact on its way from a client into the blobs.
#pragma once

#include <string>

#include "base/clock.h"
#include "base/entropy.h"
#include "base/file.h"
#include "blob/blob_store.h"
#include "db/home.h"
#include "net/http_message.h"

namespace gt {

/// What comes is a file of the folder `incoming`, whose old files are removed
/// (source/incoming_files); one that does not come to its end goes with this.
///
/// Threads: any, one after another.
class ArtifactUpload final : public BodySink {
 public:
  ArtifactUpload(const Home& home, Entropy& entropy, Clock& clock);
  ~ArtifactUpload() override;
  ArtifactUpload(const ArtifactUpload&) = delete;
  ArtifactUpload& operator=(const ArtifactUpload&) = delete;

  Result<void> write(std::string_view bytes) override;
  /// All has come: it is an artifact of `blobs`. Once.
  Result<Blob> keep(BlobStore& blobs);

 private:
  const Home& home_;
  Entropy& entropy_;
  Clock& clock_;
  std::string name_;  ///< empty before the first byte
  UniqueFd file_;
};

}  // namespace gt
