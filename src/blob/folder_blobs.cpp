#include "blob/folder_blobs.h"

#include <cerrno>
#include <fcntl.h>
#include <iterator>
#include <sys/stat.h>
#include <unistd.h>

#include "base/sync.h"
#include "base/text.h"
#include "blob/copy_file.h"
#include "blob/hash_files.h"
#include "blob/open_beneath.h"
#include "blob/place.h"
#include "blob/receipt.h"
#include "blob/seal.h"

namespace gt {

namespace {

/// Below this, synchronising file by file is cheaper than the whole file system.
constexpr std::int64_t sync_files_max = 8;

/// A path by way of an open folder, so that nobody can exchange a part of it for a link.
std::string path_in(int folder, const std::string& name) {
  return fmt::format("/proc/self/fd/{}/{}", folder, name);
}

Result<UniqueFd> open_for_reading(int parent, const std::string& name) {
  Result<UniqueFd> fd = open_beneath(parent, name, O_RDONLY);
  // Its owner may have closed it even to himself.
  if (!fd.ok() && fd.error().code == Errc::denied && ::fchmodat(parent, name.c_str(), 0700, 0) == 0)
    return open_beneath(parent, name, O_RDONLY);
  return fd;
}

Result<void> sync_beneath(int root, const std::string& path) {
  const UniqueFd fd = TRY(open_beneath(root, path, O_RDONLY));
  return sync_fd(fd.get());
}

Result<void> sync_tree(int root, const TreeScan& scan) {
  if (scan.files > sync_files_max || std::ssize(scan.folders) > sync_files_max) {
    if (::syncfs(root) != 0) return errno_error(errno, "synchronising the file system");
    return {};
  }
  for (const TreeEntry& entry : scan.entries)
    if (entry.is_file()) TRY(sync_beneath(root, entry.path));
  for (const std::string& folder : scan.folders) TRY(sync_beneath(root, folder));
  return sync_fd(root);
}

Result<void> make_shelf(const std::string& path) { return make_directories(parent_path(path)); }

/// A run with few artifacts is done before a journal would pay.
constexpr int synced_without_journal = 4;

}  // namespace

std::string place_of(const BlobName& name) {
  const std::string hex = name.digest.hex();
  std::string place = name.is_folder ? "trees/" : "objects/";
  return place.append(hex, 0, 2).append("/").append(hex, 2);
}

struct FolderBlobs::Source {
  int fd = -1;
  std::string path;   ///< it is renamed from here
  std::string shown;  ///< for messages
  std::string receipt = {};
  bool executable = false;
};

std::string FolderBlobs::path_of(const BlobName& name) const { return home_.at(place_of(name)); }

Result<Pins*> FolderBlobs::pins() {
  const std::lock_guard lock(pins_mutex_);
  if (!pins_) pins_ = TRY(Pins::open(home_, entropy_));
  return pins_.get();
}

bool FolderBlobs::is_elsewhere(int fd) const {
  struct stat there{}, here{};
  return ::fstat(fd, &there) != 0 || ::stat(home_.at("tmp").c_str(), &here) != 0 ||
         there.st_dev != here.st_dev;
}

Result<Blob> FolderBlobs::take_in(const Intake& intake) {
  std::string path = intake.path;
  while (path.ends_with('/')) path.pop_back();
  const std::size_t slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "" : path.substr(0, slash);
  const std::string name = slash == std::string::npos ? path : path.substr(slash + 1);
  if (name.empty() || name == "." || name == ".." || path.starts_with('/'))
    return error(Errc::invalid, "{} is no path below the attempt's folder", printable(path));

  const auto recorded = [&]() -> Result<Blob> {
    const std::optional<Blob> blob = read_receipt(intake.receipt);
    if (!intake.receipt.empty() && blob && blob->name.is_folder == intake.is_folder &&
        TRY(rely_on(std::span(&*blob, 1))).front())
      return *blob;
    return error(Errc::not_found, "{} is not there", printable(path));
  };
  // A step may have put a link in the place of its folder; what is taken in is moved away.
  const UniqueFd root = TRY(open_file(intake.folder, O_PATH | O_DIRECTORY | O_NOFOLLOW));
  Result<UniqueFd> parent = open_beneath(root.get(), folder, O_RDONLY | O_DIRECTORY);
  if (!parent.ok() && parent.error().code == Errc::not_found) return recorded();
  if (!parent.ok()) return std::move(parent).error();
  struct stat facts{};
  if (::fstatat(parent->get(), name.c_str(), &facts, AT_SYMLINK_NOFOLLOW) != 0) {
    if (errno == ENOENT) return recorded();
    return errno_error(errno, fmt::format("looking at {}", printable(path)));
  }
  if (!(intake.is_folder ? S_ISDIR(facts.st_mode) : S_ISREG(facts.st_mode)))
    return error(Errc::invalid, "{} is {}, where {} was declared", printable(path),
                 kind_in_words(facts.st_mode), intake.is_folder ? "a folder" : "a file");
  return intake.is_folder ? take_folder(parent->get(), name, intake)
                          : take_file(parent->get(), name, intake);
}

Result<Blob> FolderBlobs::take_file(int parent, const std::string& name, const Intake& intake) {
  UniqueFd fd = TRY(open_for_reading(parent, name).context("reading {}", printable(intake.path)));
  struct stat facts{};
  if (::fstat(fd.get(), &facts) != 0) return errno_error(errno, "looking at an output");
  Source source{.fd = fd.get(),
                .path = path_in(parent, name),
                .shown = printable(intake.path),
                .receipt = intake.receipt,
                .executable = (facts.st_mode & 0111) != 0};
  // Through another link it could still be written to.
  if (intake.may_move && facts.st_nlink == 1 && !is_elsewhere(fd.get())) return keep_file(source);

  source.path = TRY(pins())->temporary_path();
  const UniqueFd copy = TRY(open_file(source.path, O_RDWR | O_CREAT | O_EXCL, 0600));
  TRY(copy_content(fd.get(), copy.get()).context("copying {}", source.shown));
  source.fd = copy.get();
  Result<Blob> kept = keep_file(source);
  if (!kept.ok()) ::unlink(source.path.c_str());
  return kept;
}

Result<Blob> FolderBlobs::put_bytes(std::string_view bytes) {
  const std::string path = TRY(pins())->temporary_path();
  const UniqueFd fd = TRY(open_file(path, O_RDWR | O_CREAT | O_EXCL, 0600));
  Result<void> written = write_all(fd.get(), bytes).context("writing {}", printable(path));
  Result<Blob> kept = written.ok() ? keep_file({.fd = fd.get(), .path = path, .shown = path})
                                   : Result<Blob>(std::move(written).error());
  if (!kept.ok()) ::unlink(path.c_str());
  return kept;
}

Result<Blob> FolderBlobs::keep_file(const Source& source) {
  const Digest digest = TRY(hash_open_file(source.fd).context("reading {}", source.shown));
  struct stat facts{};
  if (::fstat(source.fd, &facts) != 0) return errno_error(errno, "looking at an output");
  const Blob blob{.name = {.digest = digest, .is_folder = false}, .bytes = facts.st_size};
  if (!source.receipt.empty()) TRY(write_receipt(source.receipt, blob));

  const std::string target = path_of(blob.name);
  const UniqueFd home = TRY(open_home());
  Pins& pinned = *TRY(pins());
  const Pins::Guard guard = TRY(pinned.guard());
  TRY(pinned.add({digest}));
  if (TRY(is_there_or_set_aside(home.get(), blob))) {
    if (source.executable) ::chmod(target.c_str(), 0555);
    TRY(chores_.remove(source.path).context("removing {}", source.shown));
    return blob;
  }
  TRY(seal_file(source.fd, source.executable).context("{}", source.shown));
  TRY(make_shelf(target));
  TRY(rename_path(source.path, target).context("keeping {}", source.shown));
  if (durability_ == Durability::sync && !journal_file(source, blob)) {
    TRY(sync_fd(source.fd));
    TRY(sync_directory(parent_path(target)));
  }
  return blob;
}

/// Under a guard. False if the file has to be synchronised itself.
bool FolderBlobs::journal_file(const Source& source, const Blob& blob) {
  if (blob.bytes > journaled_bytes_max || ++small_files_ <= synced_without_journal) return false;
  if (!journal_) {
    auto opened = BlobJournal::open(home_, entropy_);
    if (!opened) return false;
    journal_ = *std::move(opened);
  }
  std::string bytes(static_cast<std::size_t>(blob.bytes), '\0');
  if (::pread(source.fd, bytes.data(), bytes.size(), 0) != std::ssize(bytes)) return false;
  return journal_->add(blob.name.digest, bytes, source.executable).ok();
}

/// Files with links elsewhere are replaced by copies of their own.
Result<void> FolderBlobs::unshare(int root, const TreeScan& scan) {
  for (const std::string& path : scan.shared) {
    const std::string copy_path = TRY(pins())->temporary_path();
    const UniqueFd from = TRY(open_beneath(root, path, O_RDONLY));
    struct stat facts{};
    if (::fstat(from.get(), &facts) != 0) return errno_error(errno, "looking at an output");
    const UniqueFd to =
        TRY(open_file(copy_path, O_WRONLY | O_CREAT | O_EXCL, facts.st_mode & 0777));
    TRY(copy_content(from.get(), to.get()).context("copying {}", printable(path)));
    if (::renameat(AT_FDCWD, copy_path.c_str(), root, path.c_str()) != 0)
      return errno_error(errno, fmt::format("copying {}", printable(path)));
  }
  return {};
}

Result<Blob> FolderBlobs::take_folder(int parent, const std::string& name, const Intake& intake) {
  UniqueFd fd = TRY(open_for_reading(parent, name).context("reading {}", printable(intake.path)));
  Source source{.fd = fd.get(),
                .path = path_in(parent, name),
                .shown = printable(intake.path),
                .receipt = intake.receipt};
  TreeScan scan = TRY(scan_tree(fd.get(), intake.path));
  if (intake.may_move && !is_elsewhere(fd.get())) {
    TRY(unshare(fd.get(), scan));
    return keep_folder(source, scan);
  }
  source.path = TRY(pins())->temporary_path();
  TRY(copy_tree(fd.get(), scan, source.path).context("copying {}", source.shown));
  const UniqueFd copy = TRY(open_file(source.path, O_RDONLY | O_DIRECTORY));
  source.fd = copy.get();
  TreeScan copied = TRY(scan_tree(copy.get(), intake.path));
  Result<Blob> kept = keep_folder(source, copied);
  if (!kept.ok()) static_cast<void>(chores_.remove(source.path).ok());
  return kept;
}

Result<Blob> FolderBlobs::keep_folder(const Source& source, TreeScan& scan) {
  TRY(hash_files(source.fd, source.shown, scan, Sealing::seal));
  // The outermost folder is sealed at its place, since moving it writes to it.
  TRY(seal_folders(source.fd, scan));
  const std::string manifest = tree_text(scan.entries);
  const Blob blob{.name = {.digest = sha256(manifest), .is_folder = true},
                  .bytes = scan.bytes,
                  .files = scan.files};
  if (!source.receipt.empty()) TRY(write_receipt(source.receipt, blob));
  if (TRY(rely_on(std::span(&blob, 1))).front()) {
    TRY(chores_.remove(source.path).context("removing {}", source.shown));
    return blob;
  }
  if (durability_ == Durability::sync) TRY(sync_tree(source.fd, scan));
  return move_folder(source, blob, manifest);
}

Result<Blob> FolderBlobs::move_folder(const Source& source, const Blob& blob,
                                      const std::string& manifest) {
  const std::string target = path_of(blob.name);
  const UniqueFd home = TRY(open_home());
  Pins& pinned = *TRY(pins());
  {
    const Pins::Guard guard = TRY(pinned.guard());
    TRY(pinned.add({blob.name.digest}));
    if (!TRY(is_there_or_set_aside(home.get(), blob))) {
      TRY(make_shelf(target));
      TRY(write_file_atomically(manifest_path(blob.name), manifest, durability_));
      if (::rename(source.path.c_str(), target.c_str()) == 0) {
        TRY(seal_folder(source.fd));
        if (durability_ == Durability::sync) TRY(sync_directory(parent_path(target)));
        return blob;
      }
      // Another process may have been first with the same folder.
      if (errno != EEXIST && errno != ENOTEMPTY)
        return errno_error(errno, fmt::format("keeping {}", source.shown));
    }
  }
  TRY(chores_.remove(source.path).context("removing {}", source.shown));
  return blob;
}

Result<UniqueFd> FolderBlobs::open_home() const {
  return open_file(home_.path(), O_PATH | O_DIRECTORY);
}

Result<bool> FolderBlobs::is_there(int home, const Blob& blob) {
  struct stat facts{};
  const std::string place = place_of(blob.name);
  if (::fstatat(home, place.c_str(), &facts, AT_SYMLINK_NOFOLLOW) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) return false;
    return errno_error(errno, fmt::format("looking at {}", place));
  }
  if (blob.name.is_folder) {
    if (S_ISDIR(facts.st_mode) && is_sealed(facts) &&
        ::faccessat(home, (place + ".manifest").c_str(), F_OK, 0) == 0)
      return true;
  } else if (S_ISREG(facts.st_mode) && is_sealed(facts) && facts.st_size == blob.bytes) {
    return true;
  }
  // Perhaps somebody copied the whole store, and the times with it are lost.
  return TRY(check(blob.name, CheckDepth::content)) == Health::intact &&
         (blob.name.is_folder || facts.st_size == blob.bytes);
}

Result<bool> FolderBlobs::is_there_or_set_aside(int home, const Blob& blob) {
  if (TRY(is_there(home, blob))) return true;
  if (TRY(check(blob.name, CheckDepth::content)) == Health::changed) TRY(quarantine(blob.name));
  return false;
}

Result<std::vector<bool>> FolderBlobs::are_there(std::span<const Blob> blobs) {
  const UniqueFd home = TRY(open_home());
  std::vector<bool> there;
  there.reserve(blobs.size());
  for (const Blob& blob : blobs) there.push_back(TRY(is_there(home.get(), blob)));
  return there;
}

Result<std::vector<bool>> FolderBlobs::rely_on(std::span<const Blob> blobs) {
  if (blobs.empty()) return std::vector<bool>();
  const UniqueFd home = TRY(open_home());
  Pins& pinned = *TRY(pins());
  const Pins::Guard guard = TRY(pinned.guard());
  std::vector<Digest> digests;
  digests.reserve(blobs.size());
  for (const Blob& blob : blobs) digests.push_back(blob.name.digest);
  TRY(pinned.add(digests));
  std::vector<bool> there;
  there.reserve(blobs.size());
  for (const Blob& blob : blobs) there.push_back(TRY(is_there_or_set_aside(home.get(), blob)));
  return there;
}

Result<void> FolderBlobs::release() {
  const std::lock_guard lock(pins_mutex_);
  return pins_ ? pins_->clear() : Result<void>();
}

Result<void> FolderBlobs::place(const BlobName& name, const std::string& at, Placement how) {
  const std::string path = path_of(name);
  const UniqueFd fd = TRY(open_file(path, O_RDONLY | O_NOFOLLOW).context("the artifact"));
  if (how == Placement::link) {
    if (::symlink(path.c_str(), at.c_str()) != 0)
      return errno_error(errno, fmt::format("making the link {}", printable(at)));
    return {};
  }
  if (name.is_folder) return copy_tree(fd.get(), TRY(scan_tree(fd.get(), path)), at);
  struct stat facts{};
  if (::fstat(fd.get(), &facts) != 0) return errno_error(errno, "looking at an artifact");
  const UniqueFd copy =
      TRY(open_file(at, O_WRONLY | O_CREAT | O_EXCL, (facts.st_mode & 0111) != 0 ? 0777 : 0666));
  return copy_content(fd.get(), copy.get()).context("copying to {}", printable(at));
}

}  // namespace gt
