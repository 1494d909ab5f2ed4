/// Columns for people.
#pragma once

#include <string>
#include <vector>

#include "cli/console.h"

namespace gt {

struct TableCell {
  std::string text;
  Tone tone = Tone::plain;
};

class Table {
 public:
  explicit Table(std::vector<std::string> titles) : titles_(std::move(titles)) {}
  void add(std::vector<TableCell> row) { rows_.push_back(std::move(row)); }
  bool empty() const { return rows_.empty(); }
  /// With titles; the last column is cut at the width of a terminal.
  std::string text(const Console& console) const;

 private:
  std::vector<std::string> titles_;
  std::vector<std::vector<TableCell>> rows_;
};

}  // namespace gt
