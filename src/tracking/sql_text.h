/// SQL that is put together for a search. Values are bound, never written into it.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "db/bind.h"
#include "tracking/filter.h"

namespace gt {

class SqlText {
 public:
  void add(std::string_view text) { text_ += text; }
  /// A parameter with this value, which is kept.
  void add_value(std::int64_t value) { add_parameter(Bind(value)); }
  void add_value(double value) { add_parameter(Bind(value)); }
  void add_value(std::string value);

  const std::string& text() const { return text_; }
  const std::vector<Bind>& binds() const { return binds_; }

 private:
  void add_parameter(Bind bind);

  std::string text_;
  std::vector<Bind> binds_;
  /// Stay where they are while others come.
  std::deque<std::string> kept_;
};

/// ` <op> …` behind what is compared, for texts: `column` is an expression of SQL. LIKE that minds
/// case is GLOB here: SQLite's own LIKE does not.
void add_text_comparison(SqlText& sql, std::string_view column, const Comparison& wanted);
void add_number_comparison(SqlText& sql, std::string_view column, const Comparison& wanted);

}  // namespace gt
