#include "cli/message_text.h"

#include <span>

#include "base/text.h"

namespace gt {

std::string headline(std::string_view message) {
  const auto lines = split(message, '\n');
  std::string_view first = lines.front();
  if (lines.size() > 1 && first.ends_with(':')) first.remove_suffix(1);
  return printable(first);
}

std::vector<std::string> further_lines(std::string_view message) {
  const auto lines = split(message, '\n');
  std::vector<std::string> further;
  for (const std::string_view line : std::span(lines).subspan(1)) further.emplace_back(trim(line));
  return further;
}

}  // namespace gt
