/// Notifications, as people and programs see them.
#pragma once

#include "base/json.h"
#include "run/notification.h"

namespace gt {

/// {id, state, kind, receiver, project, run, message_id, tries, created_at, tried_at, next_at,
/// answer, event}
JsonObject notification_json(const NotificationRecord& notification);

/// A text of its event; empty where that has none of the name.
std::string event_text(const NotificationRecord& notification, std::string_view name);

}  // namespace gt
