#include "view/notification_view.h"

#include "view/json_shapes.h"

namespace gt {

std::string event_text(const NotificationRecord& notification, std::string_view name) {
  const Json* const value = notification.event.find(name);
  return value != nullptr && value->string() != nullptr ? *value->string() : std::string();
}

JsonObject notification_json(const NotificationRecord& notification) {
  const std::string project = project_of(notification.project_version);
  JsonObject shape;
  shape.set("id", notification.id);
  shape.set("state", to_text(notification.state));
  shape.set("kind", to_text(notification.kind));
  shape.set("receiver", notification.receiver);
  shape.set("project", project.empty() ? Json() : Json(project));
  shape.set("run", event_text(notification, "run"));
  shape.set("message_id", notification.message_id);
  shape.set("tries", std::int64_t{notification.tries});
  shape.set("created_at", time_json(notification.created_at));
  shape.set("tried_at", time_json(notification.tried_at));
  shape.set("next_at", time_json(notification.next_at));
  shape.set("answer", notification.answer);
  shape.set("event", notification.event);
  return shape;
}

}  // namespace gt
