#include "cli/notification_choice.h"

#include <fmt/ranges.h>

#include "base/text.h"

namespace gt {

Result<NotificationId> notification_named(const std::string& text) {
  const auto number = parse_whole_number(text);
  if (number && *number > 0) return *number;
  return Error{Errc::invalid,
               fmt::format("{} is no number of a notification", shell_quoted(printable(text))),
               "`geartrain notification list` shows them"};
}

Result<NotificationState> state_named(const std::string& text) {
  if (const auto state = parse_notification_state(text)) return *state;
  return Error{Errc::invalid,
               fmt::format("there is no notification state {}", shell_quoted(printable(text))),
               fmt::format("states are {}", fmt::join(notification_state_words(), ", "))};
}

}  // namespace gt
