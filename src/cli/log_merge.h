/// Lines of several logs in the order in which they were begun.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "cli/log_lines.h"

namespace gt {

/// One attempt's log among others.
struct LogSource {
  std::string label;   ///< whose lines they are
  std::string folder;  ///< the attempt's, absolute
  Time began_at{};
  bool is_live = false;  ///< more may come
  LogRange range = {};
};

struct MergedPiece {
  std::size_t source = 0;  ///< as add() numbered it
  LogPiece piece;          ///< until the next call
};

/// Logs are open only from their first line to their last one, so that there may be many. Where a
/// clock was set back, the lines of one log stay in their order. Threads: one.
class LogMerge {
 public:
  std::size_t add(LogSource source);
  const LogSource& source(std::size_t number) const { return sources_[number]; }
  /// Nothing more will come of it.
  void end(std::size_t number) { sources_[number].is_live = false; }

  /// nullopt: there is no more now.
  std::optional<MergedPiece> next();
  /// Live logs may have grown.
  void look_again();
  /// Of the first log that could not be read, or not to its end; the others go on.
  Result<void> trouble() const { return trouble_ ? Result<void>(*trouble_) : Result<void>(); }

 private:
  struct Open {
    LogLines lines;
    std::optional<LogPiece> piece = {};
    Time latest{};
  };
  /// The next piece of an open log, or that there is none.
  void read(std::size_t number);
  void enqueue(std::size_t number);

  std::vector<LogSource> sources_;
  std::map<std::size_t, Open> open_;
  /// Each with the time of its next line; of one that is not open, no later than that.
  std::set<std::pair<Time, std::size_t>> queue_;
  std::vector<std::size_t> waiting_;  ///< live ones that have no more now
  std::optional<std::size_t> given_;  ///< whose piece the caller has
  std::optional<Error> trouble_;
};

}  // namespace gt
