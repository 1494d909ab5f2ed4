#include "tracking/sql_text.h"

namespace gt {

namespace {

std::string glob_of(std::string_view like) {
  std::string glob;
  for (const char c : like) {
    if (c == '%')
      glob += '*';
    else if (c == '_')
      glob += '?';
    else if (c == '*' || c == '?' || c == '[')
      glob.append("[").append(1, c).append("]");
    else
      glob += c;
  }
  return glob;
}

}  // namespace

void SqlText::add_value(std::string value) {
  kept_.push_back(std::move(value));
  add_parameter(Bind(kept_.back()));
}

void SqlText::add_parameter(Bind bind) {
  binds_.push_back(bind);
  text_ += fmt::format(":p{}", binds_.size());
}

void add_text_comparison(SqlText& sql, std::string_view column, const Comparison& wanted) {
  switch (wanted.comparison) {
    case FilterOperator::like:
      sql.add(fmt::format("{} GLOB ", column));
      return sql.add_value(glob_of(wanted.texts.front()));
    case FilterOperator::ilike:
      sql.add(fmt::format("lower({}) LIKE lower(", column));
      sql.add_value(wanted.texts.front());
      return sql.add(")");
    case FilterOperator::in:
    case FilterOperator::not_in:
      sql.add(fmt::format("{} {} (", column, to_text(wanted.comparison)));
      for (std::size_t i = 0; i < wanted.texts.size(); ++i) {
        if (i > 0) sql.add(", ");
        sql.add_value(wanted.texts[i]);
      }
      return sql.add(")");
    default:
      sql.add(fmt::format("{} {} ", column, to_text(wanted.comparison)));
      return sql.add_value(wanted.texts.front());
  }
}

void add_number_comparison(SqlText& sql, std::string_view column, const Comparison& wanted) {
  sql.add(fmt::format("{} {} ", column, to_text(wanted.comparison)));
  sql.add_value(wanted.number);
}

}  // namespace gt
