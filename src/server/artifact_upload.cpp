#include "server/artifact_upload.h"

#include <fcntl.h>

#include "base/id.h"

namespace gt {

ArtifactUpload::ArtifactUpload(const Home& home, Entropy& entropy, Clock& clock)
    : home_(home), entropy_(entropy), clock_(clock) {}

ArtifactUpload::~ArtifactUpload() {
  if (!name_.empty()) (void)remove_tree(join_path(home_.at("incoming"), name_)).ok();
}

Result<void> ArtifactUpload::write(std::string_view bytes) {
  if (!file_) {
    constexpr mode_t own = 0600;
    const std::string folder = home_.at("incoming");
    TRY(make_directories(folder));
    std::string name = make_uuid(clock_.now(), entropy_) + ".upload";
    file_ = TRY(open_file(join_path(folder, name), O_WRONLY | O_CREAT | O_EXCL, own));
    name_ = std::move(name);
  }
  return write_all(file_.get(), bytes);
}

Result<Blob> ArtifactUpload::keep(BlobStore& blobs) {
  if (!file_) return blobs.put_bytes({});
  file_.reset();
  return blobs.take_in({.folder = home_.at("incoming"), .path = name_});
}

}  // namespace gt
