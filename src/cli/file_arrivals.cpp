#include "cli/file_arrivals.h"

#include <algorithm>
#include <sys/stat.h>

#include "base/file.h"
#include "base/text.h"

namespace gt {

namespace {

std::string text_of(const FileStamp& stamp) {
  return fmt::format("{} {} {}", stamp.size, stamp.mtime_ns, stamp.inode);
}

Time modified_at(const FileStamp& stamp) { return from_microseconds(stamp.mtime_ns / 1000); }

}  // namespace

Result<FileArrivals> FileArrivals::open(const std::string& root, const FileRule& rule) {
  const bool is_absolute = rule.glob.starts_with('/');
  Glob glob = TRY(Glob::parse_selection(std::string_view(rule.glob).substr(is_absolute ? 1 : 0)));
  return FileArrivals(is_absolute ? "/" : root, std::move(glob), rule.stable);
}

Result<std::vector<ArrivedFile>> FileArrivals::look(Clock& clock) {
  found_.clear();
  folders_.clear();
  stable_at_.reset();
  if (glob_.is_literal()) {
    folders_.push_back(parent_path(join_path(base_, glob_.literal_prefix())));
    take(glob_.literal_prefix());
  } else {
    TRY(walk(glob_.fixed_folder(), 0));
  }
  const Duration steady = clock.steady();
  const Time now = clock.now();
  std::map<std::string, Seen> seen;
  std::vector<ArrivedFile> files;
  for (const auto& [path, stamp] : found_) {
    const auto before = seen_.find(path);
    Seen one{stamp, steady, false};
    if (before != seen_.end() && before->second.stamp == stamp) one = before->second;
    // One that was written long before it was seen first needs not be waited for.
    one.is_stable = one.is_stable || steady - one.since >= stable_ ||
                    (before == seen_.end() && now - modified_at(stamp) >= stable_);
    files.push_back({.path = base_ == "/" ? "/" + path : path,
                     .name = std::string(file_name(path)),
                     .bytes = stamp.size,
                     .modified_at = modified_at(stamp),
                     .stamp = text_of(stamp),
                     .is_stable = one.is_stable});
    if (!one.is_stable)
      stable_at_ = std::min(stable_at_.value_or(Duration::max()), one.since + stable_);
    seen.emplace(path, one);
  }
  seen_ = std::move(seen);
  std::ranges::sort(files, {}, &ArrivedFile::path);
  return files;
}

bool FileArrivals::selects(const std::string& path) const {
  const std::string folder = base_.ends_with('/') ? base_ : base_ + "/";
  return path.starts_with(folder) && glob_.matches(std::string_view(path).substr(folder.size()));
}

Result<void> FileArrivals::walk(const std::string& folder, std::size_t depth) {
  const std::string at = join_path(base_, folder);
  const auto names = list_directory(at);
  // The nearest folder that there is tells when the next one comes.
  if (!names) {
    folders_.push_back(parent_path(at));
    return {};
  }
  folders_.push_back(at);
  for (const std::string& name : *names) {
    if (name.starts_with('.') || !is_utf8(name)) continue;
    const std::string path = folder.empty() ? name : join_path(folder, name);
    const auto kind = kind_of(join_path(base_, path));
    if (kind && *kind == PathKind::directory) {
      if (depth < depth_max) TRY(walk(path, depth + 1));
    } else if (glob_.matches(path)) {
      take(path);
    }
    if (found_.size() > files_max)
      return error(Errc::exhausted, "{} selects more than {} files", printable(glob_.text()),
                   files_max);
  }
  return {};
}

void FileArrivals::take(const std::string& path) {
  struct stat status{};
  if (::stat(join_path(base_, path).c_str(), &status) == 0 && S_ISREG(status.st_mode))
    found_.emplace_back(path, stamp_of(status));
}

}  // namespace gt
