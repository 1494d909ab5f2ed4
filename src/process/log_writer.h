/// Writes an attempt's log and its time index, without secrets and within its limit.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/file.h"
#include "base/result.h"
#include "process/log_index.h"
#include "process/masker.h"

namespace gt {

/// Of a log that outgrows its limit the head and the end are kept, with a line between them that
/// says so; the end comes when the stream ends. A log that cannot be written loses what could not
/// be written and goes on: nothing here ever fails the command. Files appear with the first byte.
/// Threads: one.
class LogWriter {
 public:
  /// `bytes_max` counts what the command wrote, not the lines added here.
  LogWriter(const std::string& folder, const std::vector<std::string>& secrets,
            std::int64_t bytes_max, Clock& clock);

  void write(std::string_view bytes);
  /// The stream has ended.
  void finish();

  std::int64_t bytes() const { return offset_; }
  std::int64_t bytes_left_out() const { return left_out_; }
  /// Why bytes could not be written; empty if all could.
  const std::string& problem() const { return problem_; }

 private:
  void keep(std::string_view bytes);
  void cut_tail();
  void append(std::string_view bytes);
  bool can_write(std::size_t bytes);
  void put(std::string_view bytes);
  Result<void> open();
  bool is_mark_due();
  void put_mark(const LogMark& mark);
  void note(const Error& problem);

  std::string folder_;
  Masker masker_;
  std::int64_t head_max_;
  std::int64_t tail_max_;
  Clock& clock_;
  UniqueFd log_;
  UniqueFd index_;
  std::int64_t offset_ = 0;
  std::int64_t left_out_ = 0;
  std::int64_t head_bytes_ = 0;
  bool head_is_full_ = false;
  std::string tail_;
  std::int64_t tail_begin_ = 0;      ///< of what came after the head
  std::vector<LogMark> tail_marks_;  ///< their offsets count from there, too
  std::int64_t marks_ = 0;
  std::optional<Duration> marked_at_;
  std::string problem_;
};

}  // namespace gt
