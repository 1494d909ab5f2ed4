#include "notify/usual_text.h"

#include <array>
#include <fmt/format.h>
#include <utility>

#include "base/text.h"
#include "definition/notify.h"

namespace gt {

namespace {

std::string text_of(const JsonObject& event, std::string_view name) {
  const Json* const value = event.find(name);
  return value != nullptr && value->string() != nullptr ? *value->string() : std::string();
}

std::string taken(const JsonObject& event) {
  const Json* const value = event.find("seconds");
  const double* const seconds = value != nullptr ? value->real() : nullptr;
  if (seconds == nullptr || *seconds <= 0) return {};
  return format_duration(
      std::chrono::duration_cast<Duration>(std::chrono::duration<double>(*seconds)));
}

/// Each a member of the event and what people call it.
constexpr auto facts = std::to_array<std::pair<const char*, const char*>>({
    {"task", "task"},
    {"cause", "cause"},
    {"error", "error"},
    {"message", "asked"},
    {"deadline", "deadline"},
    {"trigger", "trigger"},
    {"logical_date", "for"},
    {"started_at", "started"},
    {"ended_at", "ended"},
    {"project_version", "project"},
    {"url", "see"},
});

std::string subject_of(const JsonObject& event) {
  const std::string task = text_of(event, "task");
  const std::string run = text_of(event, "run");
  return task.empty() ? run : fmt::format("{}: {}", run, task);
}

}  // namespace

std::string usual_title(const JsonObject& event) {
  const std::string run = text_of(event, "run");
  switch (parse_notification_kind(text_of(event, "kind")).value_or(NotificationKind::failed)) {
    case NotificationKind::failed:
      return run + " failed";
    case NotificationKind::succeeded:
      return run + " succeeded";
    case NotificationKind::recovered:
      return run + " succeeded again";
    case NotificationKind::cancelled:
      return run + " was cancelled";
    case NotificationKind::deadline_missed:
      return subject_of(event) + " is late";
    case NotificationKind::approval_wanted:
      return subject_of(event) + " waits for an approval";
  }
  return run;
}

std::string usual_text(const JsonObject& event) {
  std::string text = usual_title(event);
  if (const std::string time = taken(event); !time.empty()) text += fmt::format(" after {}", time);
  text += ".\n\n";
  for (const auto& [member, name] : facts)
    if (const std::string value = text_of(event, member); !value.empty())
      text += fmt::format("{:<9} {}\n", name, value);
  return text;
}

std::string slack_escaped(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '&')
      escaped += "&amp;";
    else if (c == '<')
      escaped += "&lt;";
    else if (c == '>')
      escaped += "&gt;";
    else
      escaped += c;
  }
  return escaped;
}

std::string usual_slack_text(const JsonObject& event) {
  std::string text = fmt::format("*{}*", slack_escaped(usual_title(event)));
  if (const std::string time = taken(event); !time.empty()) text += fmt::format(" after {}", time);
  std::string why = text_of(event, "message");
  if (const std::string error = text_of(event, "error"); !error.empty()) {
    const std::string task = text_of(event, "task");
    why = task.empty() ? error : fmt::format("{}: {}", task, error);
  }
  if (!why.empty()) text += "\n" + slack_escaped(why);
  if (const std::string url = text_of(event, "url"); !url.empty())
    text += fmt::format("\n<{}|{}>", slack_escaped(url), slack_escaped(text_of(event, "run")));
  return text;
}

}  // namespace gt
