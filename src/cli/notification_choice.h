/// Notifications and their states, as a command line names them.
#pragma once

#include <string>

#include "run/notification.h"

namespace gt {

inline constexpr const char* notification_help = "The number that `notification list` shows.";

/// Errc::invalid.
Result<NotificationId> notification_named(const std::string& text);
Result<NotificationState> state_named(const std::string& text);

}  // namespace gt
