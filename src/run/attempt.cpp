#include "run/attempt.h"

#include <fmt/format.h>

namespace gt {

std::string outside_name(const std::string& run_uuid, const AttemptId& attempt) {
  return fmt::format("gt-{}-{}-{}", run_uuid.substr(20), attempt.task, attempt.number);
}

}  // namespace gt
