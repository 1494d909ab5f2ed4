/// An attempt's log as it lies on the disk: `log`, or, once it is closed and large, `log.zst`.
///
/// The compressed form is zstd's seekable one: frames that each hold `log_frame_bytes` of the log
/// (the last one less), then a table of their sizes, so that any part is read by decompressing that
/// part only, while `zstd -d` reads it as a whole. The same for the index, `log.index`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/file.h"
#include "base/result.h"

namespace gt {

inline constexpr std::size_t log_frame_bytes = 1U << 20U;
/// Smaller ones stay as they are: they cost a file system few blocks, and people a tool more.
inline constexpr std::int64_t compressed_log_bytes_min = 64 << 10U;

/// Threads: one.
class LogFile {
 public:
  /// Of the attempt's folder; `name` is "log" or "log.index". Follows no link. Errc::not_found if
  /// there is none; one that is compressed at this very moment is found. Errc::invalid for a
  /// compressed one that is damaged.
  static Result<LogFile> open(const std::string& folder, std::string_view name = "log");

  /// As many as there are now: it may grow.
  Result<std::int64_t> bytes() const;
  /// At most `bytes_max` from there on; less only at the end, where it is empty.
  Result<std::string> read(std::int64_t offset, std::size_t bytes_max);

 private:
  struct Frame {
    std::int64_t offset = 0;       ///< in the log
    std::int64_t file_offset = 0;  ///< in the file
    std::size_t bytes = 0;         ///< of the log
    std::size_t file_bytes = 0;
  };
  explicit LogFile(UniqueFd file) : file_(std::move(file)) {}
  Result<void> read_table();
  Result<void> decompress(std::size_t frame);

  UniqueFd file_;
  std::optional<std::vector<Frame>> frames_;  ///< of a compressed one
  std::int64_t bytes_ = 0;                    ///< of a compressed one
  std::optional<std::size_t> current_;        ///< the frame that `content_` holds
  std::string content_;
};

/// The whole of it, as LogFile reads it.
Result<std::string> read_log_file(const std::string& folder, std::string_view name);

/// Whether the closed log there, or its index, is worth it.
bool is_worth_compressing(const std::string& folder);

/// Replaces the log, and the index, of an attempt that has ended by their compressed forms, as far
/// as that is worth it. At every moment one of the two is there whole; several may try at once (one
/// does it), and again after a crash.
Result<void> compress_log(const std::string& folder);

}  // namespace gt
