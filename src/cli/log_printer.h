/// Lines of logs on the screen, or in a file.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>

#include "cli/console.h"
#include "cli/log_merge.h"

namespace gt {

struct LogForm {
  bool has_labels = false;      ///< whose line it is, before each
  std::size_t label_width = 0;  ///< on a terminal; elsewhere labels are as long as they are
  bool has_times = false;
};

/// Threads: one.
class LogPrinter {
 public:
  LogPrinter(Console& console, LogForm form) : console_(console), form_(form) {}

  /// All that there is now, or the last `lines_max` lines of that.
  /// Errors of writing.
  Result<void> print(LogMerge& merge, std::optional<std::int64_t> lines_max = {});
  /// Nothing more comes: ends a line that nobody ended, unless the log is printed byte for byte.
  Result<void> finish();

 private:
  struct Held {
    std::size_t source;
    Time at;
    std::string text;
    bool begins, ends;
  };
  void print_piece(const LogMerge& merge, std::size_t number, const LogPiece& piece);
  std::string head_of(const LogSource& source, std::size_t number, Time at) const;

  Console& console_;
  LogForm form_;
  std::optional<std::size_t> unended_;  ///< whose line the cursor stands in
};

}  // namespace gt
