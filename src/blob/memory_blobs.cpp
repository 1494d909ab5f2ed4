#include "blob/memory_blobs.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "blob/open_beneath.h"
#include "blob/tree_scan.h"

namespace gt {

namespace {

Result<void> write_file(const std::string& path, std::string_view bytes, mode_t mode) {
  const UniqueFd fd = TRY(open_file(path, O_WRONLY | O_CREAT | O_EXCL, mode));
  return write_all(fd.get(), bytes).context("writing {}", printable(path));
}

}  // namespace

Blob MemoryBlobs::keep(Content content) {
  const std::lock_guard lock(mutex_);
  const Blob blob = content.blob;
  pins_.insert(blob.name.digest);
  contents_.insert_or_assign(blob.name, std::move(content));
  return blob;
}

Result<Blob> MemoryBlobs::put_bytes(std::string_view bytes) {
  return keep({.blob = {.name = {.digest = sha256(bytes), .is_folder = false},
                        .bytes = static_cast<std::int64_t>(bytes.size())},
               .bytes = std::string(bytes),
               .entries = {},
               .files = {}});
}

Result<Blob> MemoryBlobs::take_in(const Intake& intake) {
  const UniqueFd folder = TRY(open_file(intake.folder, O_PATH | O_DIRECTORY));
  if (!intake.is_folder) {
    const UniqueFd fd = TRY(open_beneath(folder.get(), intake.path, O_RDONLY));
    return put_bytes(TRY(read_all(fd.get())));
  }
  const UniqueFd root = TRY(open_beneath(folder.get(), intake.path, O_RDONLY | O_DIRECTORY));
  TreeScan scan = TRY(scan_tree(root.get(), intake.path));
  Content content;
  for (TreeEntry& entry : scan.entries) {
    std::string& bytes = content.files.emplace_back();
    if (!entry.is_file()) continue;
    const UniqueFd fd = TRY(open_beneath(root.get(), entry.path, O_RDONLY));
    bytes = TRY(read_all(fd.get()));
    entry.digest = sha256(bytes);
  }
  content.entries = scan.entries;
  content.blob = {.name = {.digest = sha256(tree_text(scan.entries)), .is_folder = true},
                  .bytes = scan.bytes,
                  .files = scan.files};
  return keep(std::move(content));
}

Result<void> MemoryBlobs::place(const BlobName& name, const std::string& at, Placement how) {
  const std::lock_guard lock(mutex_);
  const auto found = contents_.find(name);
  if (found == contents_.end())
    return error(Errc::not_found, "the artifact {} is not there", name.digest.hex());
  const Content& content = found->second;
  const mode_t mode = how == Placement::copy ? 0666 : 0444;
  if (!name.is_folder) return write_file(at, content.bytes, mode);
  TRY(make_directories(at));
  for (std::size_t i = 0; i < content.entries.size(); ++i) {
    const TreeEntry& entry = content.entries[i];
    const std::string path = join_path(at, entry.path);
    TRY(make_directories(parent_path(path)));
    if (entry.kind == TreeEntry::Kind::empty_folder) {
      TRY(make_directories(path));
    } else if (entry.kind == TreeEntry::Kind::link) {
      if (::symlink(entry.target.c_str(), path.c_str()) != 0)
        return errno_error(errno, fmt::format("making the link {}", printable(path)));
    } else {
      TRY(write_file(path, content.files[i],
                     entry.kind == TreeEntry::Kind::executable ? mode | 0111 : mode));
    }
  }
  return {};
}

Result<std::vector<bool>> MemoryBlobs::are_there(std::span<const Blob> blobs) {
  const std::lock_guard lock(mutex_);
  std::vector<bool> there;
  for (const Blob& blob : blobs) {
    const auto found = contents_.find(blob.name);
    there.push_back(found != contents_.end() && found->second.blob.bytes == blob.bytes);
  }
  return there;
}

Result<std::vector<bool>> MemoryBlobs::rely_on(std::span<const Blob> blobs) {
  {
    const std::lock_guard lock(mutex_);
    for (const Blob& blob : blobs) pins_.insert(blob.name.digest);
  }
  return are_there(blobs);
}

Result<void> MemoryBlobs::release() {
  const std::lock_guard lock(mutex_);
  pins_.clear();
  return {};
}

Result<Health> MemoryBlobs::check(const BlobName& name, CheckDepth) {
  const std::lock_guard lock(mutex_);
  return contents_.contains(name) ? Health::intact : Health::missing;
}

Result<void> MemoryBlobs::quarantine(const BlobName& name) {
  const std::lock_guard lock(mutex_);
  contents_.erase(name);
  return {};
}

Result<SweepReport> MemoryBlobs::sweep(
    const std::function<Result<std::unordered_set<Digest>>()>& reachable, SweepMode mode) {
  const std::lock_guard lock(mutex_);
  const std::unordered_set<Digest> recorded = TRY(reachable());
  SweepReport report;
  std::erase_if(contents_, [&](const auto& entry) {
    if (pins_.contains(entry.first.digest) || recorded.contains(entry.first.digest)) {
      ++report.kept;
      return false;
    }
    ++report.blobs;
    report.bytes += entry.second.blob.bytes;
    return mode == SweepMode::remove;
  });
  return report;
}

}  // namespace gt
