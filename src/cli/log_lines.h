/// The lines of one attempt's log with the time of each, whether it is growing, closed or
/// compressed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "process/log_file.h"
#include "process/log_index.h"

namespace gt {

/// Which lines somebody wants, by when they were begun.
struct LogRange {
  std::optional<Time> since = {};
  std::optional<Time> until = {};
  /// Only the last ones of these.
  std::optional<std::int64_t> lines_max = {};
};

/// A line, or a piece of one: of a long line, or of one that is not ended yet.
struct LogPiece {
  Time at{};              ///< when the line was begun
  std::string_view text;  ///< without line end; until the next call
  bool begins = true;     ///< the line
  bool ends = true;       ///< by a line end
};

/// Threads: one.
class LogLines {
 public:
  /// Longer ones come in pieces.
  static constexpr std::size_t piece_bytes_max = 1U << 20U;

  /// `began_at` is the time of what stands before the first mark of the index. The log need not be
  /// there yet.
  LogLines(std::string folder, Time began_at, LogRange range)
      : folder_(std::move(folder)), began_at_(began_at), range_(range) {}

  /// nullopt: there is no more now. A line that is not ended comes as soon as it is begun, its rest
  /// later. Lines that are not to be seen are passed over.
  Result<std::optional<LogPiece>> next();

 private:
  Result<bool> open();
  std::int64_t begin_in(const std::vector<LogMark>& marks) const;
  std::int64_t end_in(const std::vector<LogMark>& marks, std::int64_t bytes) const;
  Result<std::int64_t> begin_of_tail(std::int64_t begin, std::int64_t end);
  /// False at the end.
  Result<bool> read_more();
  Result<void> read_marks();
  Time time_of(std::int64_t offset);
  std::optional<LogPiece> take(bool is_at_end);

  std::string folder_;
  Time began_at_;
  LogRange range_;
  std::optional<LogFile> log_, index_;
  std::string buffer_;       ///< what was read
  std::size_t taken_ = 0;    ///< of the buffer
  std::int64_t offset_ = 0;  ///< of the end of the buffer, in the log
  bool is_inside_ = false;   ///< of a line whose beginning was taken
  bool is_wanted_ = true;    ///< that line
  Time line_at_{};
  std::string index_rest_;  ///< a line of the index that is not whole
  std::int64_t index_offset_ = 0;
  std::vector<LogMark> marks_;
  std::size_t mark_ = 0;  ///< the first after the last time_of()
};

}  // namespace gt
