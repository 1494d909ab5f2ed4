#include <fmt/ranges.h>

#include "base/text.h"
#include "run/notification_store.h"
#include "server/answers.h"
#include "server/api_handlers.h"
#include "view/notification_view.h"

namespace gt {

namespace {

constexpr std::int64_t page_notifications = 50, page_notifications_max = 1000;

Result<NotificationId> id_of_path(const ApiCall& call) {
  const auto number = parse_whole_number(call.name(0));
  if (number && *number > 0) return *number;
  return error(Errc::not_found, "there is no notification {}", printable(call.name(0)));
}

Result<NotificationFilter> filter_of(const ApiCall& call) {
  const HttpTarget& target = call.request.target;
  TRY(check_query(call.request, {"state", "limit", "cursor"}));
  NotificationFilter filter;
  if (const std::string* const state = target.parameter("state")) {
    filter.state = parse_notification_state(*state);
    if (!filter.state)
      return Error{
          Errc::invalid,
          fmt::format("there is no notification state {}", shell_quoted(printable(*state))),
          fmt::format("states are {}", fmt::join(notification_state_words(), ", "))};
  }
  filter.limit = static_cast<std::size_t>(
      TRY(number_parameter(call.request, "limit", page_notifications, 1, page_notifications_max)));
  if (const std::string* const cursor = target.parameter("cursor")) {
    filter.before = parse_whole_number(*cursor);
    if (!filter.before)
      return error(Errc::invalid, "the cursor is none that a list of notifications gave");
  }
  return filter;
}

}  // namespace

Answer list_notifications(const ApiCall& call) {
  NotificationFilter filter = TRY(filter_of(call));
  const std::size_t limit = filter.limit++;
  auto reader = TRY(call.parts.database.begin_read());
  auto found = TRY(NotificationStore().list(reader, filter));
  const bool has_more = found.size() > limit;
  if (has_more) found.pop_back();
  JsonList list;
  for (const NotificationRecord& one : found) list.emplace_back(notification_json(one));
  return json_answer(
      200, JsonObject{{"notifications", std::move(list)},
                      {"next_cursor", has_more ? Json(std::to_string(found.back().id)) : Json()}});
}

Answer get_notification(const ApiCall& call) {
  TRY(check_query(call.request, {}));
  const NotificationId id = TRY(id_of_path(call));
  auto reader = TRY(call.parts.database.begin_read());
  return json_answer(200, notification_json(TRY(NotificationStore().get(reader, id))));
}

Answer retry_notification(const ApiCall& call) {
  TRY(check_query(call.request, {}));
  const JsonObject body = TRY(body_of(call.request));
  TRY(check_members(body, {}));
  const NotificationId id = TRY(id_of_path(call));
  auto writer = TRY(call.parts.database.begin_write());
  TRY(NotificationStore().retry(writer, id, call.parts.clock.now()));
  const NotificationRecord now = TRY(NotificationStore().get(writer, id));
  TRY(writer.commit());
  // Whoever sends.
  call.parts.database.ring_followers();
  return json_answer(202, notification_json(now));
}

Answer drop_notification(const ApiCall& call) {
  TRY(check_query(call.request, {}));
  const NotificationId id = TRY(id_of_path(call));
  auto writer = TRY(call.parts.database.begin_write());
  TRY(NotificationStore().drop(writer, id));
  TRY(writer.commit());
  return HttpResponse{.status = 204, .headers = {}, .body = {}};
}

}  // namespace gt
