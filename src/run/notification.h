/// What receivers are told of runs: an outbox of the home. A row is written in the transaction of
/// what it tells, so that nothing is told that did not happen, and nothing that happened is lost.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "definition/notify.h"
#include "run/changes.h"
#include "run/run.h"

namespace gt {

using NotificationId = std::int64_t;

enum class NotificationState : std::uint8_t {
  waiting,  ///< to be sent, or to be sent once more
  sent,     ///< the receiver has taken it
  dead,     ///< given up
};

struct NotificationRecord {
  NotificationId id = 0;
  std::string message_id =
      {};         ///< 32 hex digits; the same at each try, so a receiver knows it again
  RunId run = 0;  ///< which garbage collection may have removed
  NotificationKind kind = NotificationKind::failed;
  std::string receiver = {};         ///< its name, looked up at each try
  std::string project_version = {};  ///< of a pushed project, as "sales@3": whose receivers count
  JsonObject event = {};             ///< as event_of() made it
  NotificationState state = NotificationState::waiting;
  std::uint32_t tries = 0;  ///< since it was written, or a person asked for it once more
  Time created_at{};
  std::optional<Time> tried_at = {};
  std::optional<Time> next_at = {};  ///< of one that waits
  std::string answer = {};           ///< what came of the last try, in words
};

/// What expressions of receivers see as `event`, in their order; absent ones are null. The address
/// (`url`) is added by who sends it.
JsonObject event_of(const RunRecord& run, const RunNotice& notice, NotificationKind kind);

/// "sales" of "sales@3"; empty for the folder that is served.
std::string project_of(std::string_view project_version);

/// Rules as they are kept with a pipeline's text. Empty: nobody is told.
std::string notify_text(const std::vector<NotifyRule>& rules);
/// Errc::internal for a text that notify_text() does not write.
Result<std::vector<NotifyRule>> parse_notify(const std::string& text);

const char* to_text(NotificationState state);
std::optional<NotificationState> parse_notification_state(std::string_view text);
std::vector<std::string> notification_state_words();

}  // namespace gt
