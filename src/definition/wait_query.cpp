#include "definition/wait_query.h"

#include "base/text.h"

namespace gt {

namespace {

/// Where the text of a query ends: outside of quotes and comments, or in one of them.
class Quotes {
 public:
  void read(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (closing_.empty())
        i += open(text.substr(i)) - 1;
      else if (text.substr(i).starts_with(closing_))
        i += std::exchange(closing_, {}).size() - 1;
    }
  }
  /// Empty outside of all.
  std::string_view closing() const { return closing_; }

 private:
  /// How many characters are read; at least one.
  std::size_t open(std::string_view rest) {
    // As SQLite has them (https://sqlite.org/lang_keywords.html, lang_comment.html).
    constexpr std::pair<std::string_view, std::string_view> pairs[] = {
        {"'", "'"}, {"\"", "\""}, {"`", "`"}, {"[", "]"}, {"--", "\n"}, {"/*", "*/"}};
    for (const auto& [opening, closing] : pairs) {
      if (!rest.starts_with(opening)) continue;
      closing_ = closing;
      return opening.size();
    }
    return 1;
  }

  std::string_view closing_;
};

}  // namespace

Result<WaitQuery> parse_wait_query(const Template& text) {
  if (text.is_single_expression())
    return Error{Errc::invalid, "the query is an expression as a whole",
                 "write the query, with expressions for its values"};
  WaitQuery query;
  Quotes quotes;
  for (const TemplatePart& part : text.parts()) {
    if (!part.expression) {
      query.text += part.text;
      quotes.read(part.text);
    } else if (!quotes.closing().empty()) {
      return Error{Errc::invalid,
                   fmt::format("{} stands in quotes or in a comment", printable(part.text)),
                   "without quotes around it is a value of the query"};
    } else {
      query.text += '?';
      query.values.push_back(*part.expression);
    }
  }
  return query;
}

}  // namespace gt
