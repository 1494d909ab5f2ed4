/// One part of a task's path as people write it.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace gt {

struct TaskPathPart {
  std::string_view name;
  std::optional<std::int32_t> item;  ///< of a matrix
};

/// "train", "train[2]"; nullopt for brackets around anything but a number.
std::optional<TaskPathPart> parse_task_path_part(std::string_view text);

}  // namespace gt
