#include "db/parameter_names.h"

#include <algorithm>

namespace gt {

namespace {

bool is_name_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/// The position after what starts at `at`, if that is something in which a ':' has no meaning.
std::size_t skip_quoted(std::string_view sql, std::size_t at) {
  const auto after = [&](std::string_view end, std::size_t from) {
    const std::size_t found = sql.find(end, from);
    return found == std::string_view::npos ? sql.size() : found + end.size();
  };
  // A doubled quote inside a text ends it and begins the next: the sum is the same.
  if (sql[at] == '\'') return after("'", at + 1);
  if (sql[at] == '"') return after("\"", at + 1);
  if (sql.substr(at).starts_with("--")) return after("\n", at);
  if (sql.substr(at).starts_with("/*")) return after("*/", at + 2);
  if (sql.substr(at).starts_with("::")) return at + 2;
  return at;
}

}  // namespace

std::vector<std::string> parameter_names(std::string_view sql) {
  std::vector<std::string> names;
  for (std::size_t at = 0; at < sql.size();) {
    if (const std::size_t next = skip_quoted(sql, at); next != at) {
      at = next;
      continue;
    }
    if (sql[at++] != ':') continue;
    const std::size_t begin = at;
    while (at < sql.size() && is_name_byte(sql[at])) ++at;
    std::string name(sql.substr(begin, at - begin));
    if (!name.empty() && std::ranges::find(names, name) == names.end())
      names.push_back(std::move(name));
  }
  return names;
}

}  // namespace gt
