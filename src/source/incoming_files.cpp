#include "source/incoming_files.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"

namespace gt {

namespace {

constexpr Duration kept_for = std::chrono::hours(24);
constexpr std::string_view part_ending = ".part";

Result<void> write_at(int fd, std::string_view bytes, std::int64_t at) {
  while (!bytes.empty()) {
    const ssize_t count = ::pwrite(fd, bytes.data(), bytes.size(), at);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return errno_error(errno, "writing a file that is sent");
    bytes.remove_prefix(static_cast<std::size_t>(count));
    at += count;
  }
  return {};
}

Result<std::int64_t> size_of(int fd) {
  struct stat facts{};
  if (::fstat(fd, &facts) != 0) return errno_error(errno, "looking at a file that is sent");
  return std::int64_t{facts.st_size};
}

}  // namespace

std::string IncomingFiles::whole_path(const Digest& file) const {
  return join_path(folder_, file.hex());
}

std::optional<std::string> IncomingFiles::path_of(const Digest& file) const {
  std::string path = whole_path(file);
  const auto kind = kind_of(path);
  return kind && *kind == PathKind::file ? std::optional(std::move(path)) : std::nullopt;
}

Result<std::int64_t> IncomingFiles::put(const FilePiece& piece) {
  const auto size = static_cast<std::int64_t>(piece.bytes.size());
  if (piece.begin < 0 || piece.total < 0 || piece.begin > piece.total ||
      size > piece.total - piece.begin)
    return error(Errc::invalid, "bytes {} to {} are no part of a file of {}", piece.begin,
                 piece.begin + size, piece.total);
  if (path_of(piece.file)) return piece.total;
  TRY(make_directories(folder_));
  const std::string part = whole_path(piece.file) + std::string(part_ending);
  const UniqueFd fd = TRY(open_file(part, O_RDWR | O_CREAT, 0600));
  // Two who send the same file take turns; the lock goes with the descriptor.
  if (::flock(fd.get(), LOCK_EX) != 0) return errno_error(errno, "locking a file that is sent");
  if (path_of(piece.file)) return piece.total;
  const std::int64_t there = TRY(size_of(fd.get()));
  if (there != piece.begin && there <= piece.total) return there;
  if (there > piece.total)
    return error(Errc::invalid, "{} bytes of this file have come already, of {}", there,
                 piece.total);
  if (auto written = write_at(fd.get(), piece.bytes, piece.begin); !written) {
    (void)::ftruncate(fd.get(), piece.begin);
    return std::move(written).error();
  }
  if (piece.begin + size < piece.total) return piece.begin + size;
  if (TRY(digest_of_file(part)) != piece.file) {
    (void)::unlink(part.c_str());
    return error(Errc::invalid, "what came is not the file {}", piece.file.hex());
  }
  TRY(rename_path(part, whole_path(piece.file)));
  return piece.total;
}

void IncomingFiles::remove_old(Time now) {
  const auto names = list_directory(folder_);
  if (!names) return;
  for (const std::string& name : *names) {
    const std::string path = join_path(folder_, name);
    struct stat facts{};
    if (::lstat(path.c_str(), &facts) != 0) continue;
    const Time changed(std::chrono::seconds(facts.st_mtim.tv_sec));
    if (now - changed <= kept_for) continue;
    (void)remove_tree(path).ok();
  }
}

}  // namespace gt
