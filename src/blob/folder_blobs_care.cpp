// How FolderBlobs looks after what it has: checks, quarantine, and the sweep.
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "blob/folder_blobs.h"
#include "blob/hash_files.h"
#include "blob/open_beneath.h"
#include "blob/seal.h"

namespace gt {

namespace {

Result<Health> check_file(const std::string& path, const Digest& digest, CheckDepth depth) {
  Result<UniqueFd> fd = open_file(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  if (!fd.ok() && fd.error().code == Errc::not_found) return Health::missing;
  struct stat facts{};
  if (!fd.ok() || ::fstat(fd->get(), &facts) != 0 || !S_ISREG(facts.st_mode))
    return Health::changed;
  if (depth == CheckDepth::quick && is_sealed(facts)) return Health::intact;
  const Result<Digest> found = hash_open_file(fd->get());
  if (!found.ok() && found.error().code != Errc::conflict) return found.error();
  if (!found.ok() || *found != digest) return Health::changed;
  // Sealing it again saves time later; where it cannot be done, nothing is lost.
  if (!is_sealed(facts)) static_cast<void>(seal_file(fd->get(), (facts.st_mode & 0111) != 0).ok());
  return Health::intact;
}

/// With the seals of all files and folders, which say that none was written, added or renamed.
bool is_as_listed(std::string_view manifest, const TreeScan& found) {
  const auto listed = tree_totals(manifest);
  return listed.ok() && *listed == TreeTotals{std::ssize(found.entries), found.files, found.bytes};
}

/// Its content is right, so somebody only copied or touched it.
Result<void> seal_again(int root, const TreeScan& scan) {
  for (const TreeEntry& entry : scan.entries) {
    if (!entry.is_file()) continue;
    const UniqueFd fd = TRY(open_beneath(root, entry.path, O_RDONLY));
    TRY(seal_file(fd.get(), entry.kind == TreeEntry::Kind::executable));
  }
  TRY(seal_folders(root, scan));
  return seal_folder(root);
}

Result<Health> check_folder(const std::string& path, const Digest& digest, CheckDepth depth) {
  const Result<UniqueFd> fd = open_file(path, O_RDONLY | O_NOFOLLOW | O_DIRECTORY);
  if (!fd.ok()) return fd.error().code == Errc::not_found ? Health::missing : Health::changed;
  Result<TreeScan> scan = scan_tree(fd->get(), path);
  if (!scan.ok()) return Health::changed;
  const std::string manifest_path = path + ".manifest";
  const Result<std::string> manifest = read_file(manifest_path);
  if (depth == CheckDepth::quick && scan->is_sealed && manifest.ok() &&
      is_as_listed(*manifest, *scan))
    return Health::intact;
  const Result<void> hashed = hash_files(fd->get(), path, *scan, Sealing::none);
  if (!hashed.ok() && hashed.error().code != Errc::conflict) return hashed.error();
  const std::string text = tree_text(scan->entries);
  if (!hashed.ok() || sha256(text) != digest) return Health::changed;
  // As above: only time is saved.
  if (!manifest.ok() || *manifest != text)
    static_cast<void>(write_file_atomically(manifest_path, text, Durability::none).ok());
  if (!scan->is_sealed) static_cast<void>(seal_again(fd->get(), *scan).ok());
  return Health::intact;
}

/// All that the store has, whole or not.
Result<std::vector<BlobName>> list_blobs(const Home& home) {
  std::vector<BlobName> names;
  for (const bool is_folder : {false, true}) {
    const std::string root = home.at(is_folder ? "trees" : "objects");
    for (const std::string& shelf : TRY(list_directory(root)))
      for (const std::string& name : TRY(list_directory(join_path(root, shelf))))
        if (const auto digest = Digest::parse(shelf + name))
          names.push_back({.digest = *digest, .is_folder = is_folder});
  }
  return names;
}

std::int64_t size_of(const std::string& path, bool is_folder) {
  struct stat facts{};
  if (!is_folder) return ::lstat(path.c_str(), &facts) == 0 ? facts.st_size : 0;
  const Result<std::string> manifest = read_file(path + ".manifest");
  if (!manifest.ok()) return 0;
  const auto totals = tree_totals(*manifest);
  return totals.ok() ? totals->bytes : 0;
}

/// Out of its place by one rename, so that nobody sees a part of it.
Result<void> move_away(const std::string& path, bool is_folder, const std::string& to) {
  // Whoever is not root needs write permission on a folder to move it.
  if (is_folder) ::chmod(path.c_str(), 0755);
  if (::rename(path.c_str(), to.c_str()) != 0 && errno != ENOENT)
    return errno_error(errno, fmt::format("moving {}", printable(path)));
  if (is_folder) ::unlink((path + ".manifest").c_str());
  return {};
}

}  // namespace

Result<Health> FolderBlobs::check(const BlobName& name, CheckDepth depth) {
  return name.is_folder ? check_folder(path_of(name), name.digest, depth)
                        : check_file(path_of(name), name.digest, depth);
}

Result<void> FolderBlobs::quarantine(const BlobName& name) {
  TRY(make_directories(home_.at("quarantine")));
  const std::string to =
      home_.at(fmt::format("quarantine/{}-{:08x}", name.digest.hex(), entropy_.next64() >> 32U));
  return move_away(path_of(name), name.is_folder, to);
}

Result<SweepReport> FolderBlobs::sweep(
    const std::function<Result<std::unordered_set<Digest>>()>& reachable, SweepMode mode) {
  return mode == SweepMode::remove ? remove_unreachable(reachable) : rehearse(reachable);
}

Result<std::vector<Blob>> FolderBlobs::list() const {
  std::vector<Blob> blobs;
  for (const BlobName& name : TRY(list_blobs(home_)))
    blobs.push_back({name, size_of(path_of(name), name.is_folder)});
  return blobs;
}

Result<SweepReport> FolderBlobs::rehearse(const Reachable& reachable) {
  SweepReport report;
  const std::unordered_set<Digest> pinned = TRY(look_at_pins(home_));
  for (const BlobName& name : TRY(choose(pinned, reachable, report)))
    report.bytes += size_of(path_of(name), name.is_folder);
  return report;
}

Result<SweepReport> FolderBlobs::remove_unreachable(const Reachable& reachable) {
  Pins& own = *TRY(pins());
  TRY(settle_blob_journals(home_));
  SweepReport report;
  std::vector<std::string> removed;
  {
    const PinnedByOthers pinned = TRY(close_gate(home_));
    for (const BlobName& name : TRY(choose(pinned.digests, reachable, report))) {
      const std::string path = path_of(name);
      report.bytes += size_of(path, name.is_folder);
      removed.push_back(own.temporary_path());
      TRY(move_away(path, name.is_folder, removed.back()));
    }
  }
  // What takes long happens when others may go on.
  for (const std::string& path : removed) TRY(remove_tree(path));
  return report;
}

/// What may go; counts it, and what stays.
Result<std::vector<BlobName>> FolderBlobs::choose(const std::unordered_set<Digest>& pinned,
                                                  const Reachable& reachable, SweepReport& report) {
  std::vector<BlobName> chosen;
  const std::unordered_set<Digest> recorded = TRY(reachable());
  for (const BlobName& name : TRY(list_blobs(home_))) {
    const bool is_kept = pinned.contains(name.digest) || recorded.contains(name.digest);
    ++(is_kept ? report.kept : report.blobs);
    if (!is_kept) chosen.push_back(name);
  }
  return chosen;
}

}  // namespace gt
