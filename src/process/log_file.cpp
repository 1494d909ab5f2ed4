#include "process/log_file.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#include "base/sync.h"
#include "base/text.h"

namespace gt {

namespace {

// Zstandard's seekable format: a skippable frame at the end holds two numbers for each frame, then
// their count, a byte of flags (0: no checksums), and a magic number.
constexpr std::uint32_t table_magic = 0x184D2A5E;
constexpr std::uint32_t seekable_magic = 0x8F92EAB1;
constexpr std::size_t header_bytes = 8;
constexpr std::size_t entry_bytes = 8;
constexpr std::size_t footer_bytes = 9;

void append_little_endian(std::string& bytes, std::uint32_t value) {
  for (unsigned shift = 0; shift < 32; shift += 8)
    bytes += static_cast<char>(value >> shift & 0xffU);
}

std::uint32_t little_endian(std::string_view bytes, std::size_t at) {
  std::uint32_t value = 0;
  for (unsigned i = 0; i < 4; ++i)
    value |= std::uint32_t{static_cast<unsigned char>(bytes[at + i])} << (8 * i);
  return value;
}

Error damaged() { return error(Errc::invalid, "the compressed log is damaged"); }

Result<std::string> read_at(int fd, std::int64_t offset, std::size_t bytes_max) {
  std::string bytes(bytes_max, '\0');
  std::size_t size = 0;
  while (size < bytes_max) {
    const ssize_t count = ::pread(fd, bytes.data() + size, bytes_max - size,
                                  offset + static_cast<std::int64_t>(size));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return errno_error(errno, "reading the log");
    if (count == 0) break;
    size += static_cast<std::size_t>(count);
  }
  bytes.resize(size);
  return bytes;
}

Result<std::int64_t> size_of(int fd) {
  struct stat facts{};
  if (::fstat(fd, &facts) != 0) return errno_error(errno, "looking at the log");
  return std::int64_t{facts.st_size};
}

bool is_large(const std::string& path) {
  struct stat facts{};
  return ::lstat(path.c_str(), &facts) == 0 && S_ISREG(facts.st_mode) &&
         facts.st_size >= compressed_log_bytes_min;
}

Result<void> write_compressed(int from, int to) {
  std::string packed(ZSTD_compressBound(log_frame_bytes), '\0');
  std::string table;
  std::uint32_t frames = 0;
  for (std::int64_t offset = 0;; offset += static_cast<std::int64_t>(log_frame_bytes)) {
    const std::string piece = TRY(read_at(from, offset, log_frame_bytes));
    if (piece.empty()) break;
    const std::size_t size = ZSTD_compress(packed.data(), packed.size(), piece.data(), piece.size(),
                                           ZSTD_CLEVEL_DEFAULT);
    if (ZSTD_isError(size) != 0)
      return error(Errc::internal, "compressing: {}", ZSTD_getErrorName(size));
    TRY(write_all(to, std::string_view(packed).substr(0, size)));
    append_little_endian(table, static_cast<std::uint32_t>(size));
    append_little_endian(table, static_cast<std::uint32_t>(piece.size()));
    ++frames;
  }
  std::string tail;
  append_little_endian(tail, table_magic);
  append_little_endian(tail, static_cast<std::uint32_t>(table.size() + footer_bytes));
  tail += table;
  append_little_endian(tail, frames);
  tail += '\0';
  append_little_endian(tail, seekable_magic);
  return write_all(to, tail);
}

/// False if another process has it, or had it: then there is nothing to do.
bool lock(int log) {
  struct stat facts{};
  return ::flock(log, LOCK_EX | LOCK_NB) == 0 && ::fstat(log, &facts) == 0 && facts.st_nlink > 0;
}

Result<void> compress_file(const std::string& path) {
  const auto log = open_regular_file(path);
  if (!log && log.error().code == Errc::not_found) return {};
  if (!log) return log.error();
  if (!lock(log->get())) return {};
  const std::string partial = path + ".zst.partial";
  // What one left that died.
  ::unlink(partial.c_str());
  const UniqueFd packed = TRY(open_file(partial, O_WRONLY | O_CREAT | O_EXCL));
  auto done = write_compressed(log->get(), packed.get());
  // Before the log goes: a machine that loses its power must not lose both.
  if (done) done = sync_fd(packed.get());
  if (done) done = rename_path(partial, path + ".zst");
  if (!done) {
    ::unlink(partial.c_str());
    return done;
  }
  TRY(sync_directory(parent_path(path)));
  if (::unlink(path.c_str()) != 0 && errno != ENOENT)
    return errno_error(errno, fmt::format("removing {}", printable(path)));
  return {};
}

}  // namespace

Result<LogFile> LogFile::open(const std::string& folder, std::string_view name) {
  const std::string path = join_path(folder, name);
  auto plain = open_regular_file(path);
  if (plain) return LogFile(*std::move(plain));
  if (plain.error().code != Errc::not_found) return std::move(plain).error();
  // In this order: the log goes only when its compressed form is there.
  auto packed = open_regular_file(path + ".zst");
  if (!packed) return std::move(packed).error();
  LogFile file(*std::move(packed));
  TRY(file.read_table());
  return file;
}

Result<void> LogFile::read_table() {
  const std::int64_t size = TRY(size_of(file_.get()));
  const std::string footer = TRY(read_at(file_.get(), std::max<std::int64_t>(0, size - 9), 9));
  if (footer.size() != footer_bytes || little_endian(footer, 5) != seekable_magic ||
      footer[4] != '\0')
    return damaged();
  const std::size_t count = little_endian(footer, 0);
  const auto table_bytes = static_cast<std::int64_t>(header_bytes + count * entry_bytes + 9);
  if (table_bytes > size) return damaged();
  const std::string table = TRY(
      read_at(file_.get(), size - table_bytes + std::int64_t{header_bytes}, count * entry_bytes));
  if (table.size() != count * entry_bytes) return damaged();
  std::vector<Frame> frames;
  frames.reserve(count);
  std::int64_t at = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const Frame frame{.offset = bytes_,
                      .file_offset = at,
                      .bytes = little_endian(table, i * entry_bytes + 4),
                      .file_bytes = little_endian(table, i * entry_bytes)};
    const bool is_full = frame.bytes == log_frame_bytes || i + 1 == count;
    if (!is_full || frame.bytes == 0 || frame.bytes > log_frame_bytes) return damaged();
    at += static_cast<std::int64_t>(frame.file_bytes);
    bytes_ += static_cast<std::int64_t>(frame.bytes);
    frames.push_back(frame);
  }
  if (at != size - table_bytes) return damaged();
  frames_ = std::move(frames);
  return {};
}

Result<std::int64_t> LogFile::bytes() const {
  return frames_ ? Result<std::int64_t>(bytes_) : size_of(file_.get());
}

Result<void> LogFile::decompress(std::size_t index) {
  if (current_ == index) return {};
  current_.reset();
  const Frame& frame = (*frames_)[index];
  const std::string packed = TRY(read_at(file_.get(), frame.file_offset, frame.file_bytes));
  content_.resize(frame.bytes);
  const std::size_t size =
      ZSTD_decompress(content_.data(), content_.size(), packed.data(), packed.size());
  if (packed.size() != frame.file_bytes || ZSTD_isError(size) != 0 || size != frame.bytes)
    return damaged();
  current_ = index;
  return {};
}

Result<std::string> LogFile::read(std::int64_t offset, std::size_t bytes_max) {
  if (!frames_) return read_at(file_.get(), offset, bytes_max);
  std::string bytes;
  while (bytes.size() < bytes_max && offset < bytes_) {
    // All frames but the last are full.
    TRY(decompress(static_cast<std::size_t>(offset) / log_frame_bytes));
    const std::size_t skipped = static_cast<std::size_t>(offset) % log_frame_bytes;
    bytes += std::string_view(content_).substr(skipped, bytes_max - bytes.size());
    offset = (*frames_)[*current_].offset + static_cast<std::int64_t>(content_.size());
  }
  return bytes;
}

Result<std::string> read_log_file(const std::string& folder, std::string_view name) {
  LogFile file = TRY(LogFile::open(folder, name));
  return file.read(0, static_cast<std::size_t>(TRY(file.bytes())));
}

bool is_worth_compressing(const std::string& folder) {
  return is_large(join_path(folder, "log")) || is_large(join_path(folder, "log.index"));
}

Result<void> compress_log(const std::string& folder) {
  for (const std::string name : {"log.index", "log"})
    if (const std::string path = join_path(folder, name); is_large(path))
      TRY(compress_file(path).context("{}", printable(path)));
  return {};
}

}  // namespace gt
