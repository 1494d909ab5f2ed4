/// Lines at the bottom of a terminal that are drawn again and again, below what scrolls up.
#pragma once

#include <string>
#include <vector>

#include "cli/console.h"

namespace gt {

/// Threads: one.
class LiveRegion {
 public:
  explicit LiveRegion(Console& console) : console_(console) {}

  /// A finished line, which the next drawing puts above the region.
  void scroll(const std::string& line) { scrolled_ += line + "\n"; }
  /// Columns that a line may have. One column stays free: a full line would make some terminals go
  /// to the next one.
  std::size_t width() const;
  void draw(const std::vector<std::string>& lines);
  void clear();

 private:
  std::string erasing() const;

  Console& console_;
  std::string scrolled_;
  std::vector<std::size_t> drawn_columns_;  ///< of each line of the region on the terminal
};

}  // namespace gt
