#include "schedule/task_path_part.h"

#include <charconv>

namespace gt {

std::optional<TaskPathPart> parse_task_path_part(std::string_view text) {
  const std::size_t bracket = text.find('[');
  if (bracket == std::string_view::npos) return TaskPathPart{text, {}};
  const std::string_view digits = text.substr(bracket + 1);
  std::int32_t item = 0;
  const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), item);
  if (problem != std::errc() || item < 0 || end + 1 != digits.data() + digits.size() || *end != ']')
    return std::nullopt;
  return TaskPathPart{text.substr(0, bracket), item};
}

}  // namespace gt
