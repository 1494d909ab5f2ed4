#include "run/notification.h"

#include <array>

#include "base/text.h"

namespace gt {

namespace {

constexpr auto states = std::to_array<std::pair<NotificationState, const char*>>({
    {NotificationState::waiting, "waiting"},
    {NotificationState::sent, "sent"},
    {NotificationState::dead, "dead"},
});

Json text_or_null(const std::string& text) { return text.empty() ? Json() : Json(text); }
Json time_or_null(const std::optional<Time>& time) {
  return time ? Json(format_time(*time)) : Json();
}

RunState state_of(const RunRecord& run, NotificationKind kind) {
  switch (kind) {
    case NotificationKind::failed:
      return RunState::failed;
    case NotificationKind::succeeded:
    case NotificationKind::recovered:
      return RunState::succeeded;
    case NotificationKind::cancelled:
      return RunState::cancelled;
    case NotificationKind::deadline_missed:
    case NotificationKind::approval_wanted:
      return run.state;
  }
  return run.state;
}

Error damaged() { return error(Errc::internal, "what is kept of `notify` is damaged"); }

}  // namespace

JsonObject event_of(const RunRecord& run, const RunNotice& notice, NotificationKind kind) {
  JsonObject event;
  event.set("kind", to_text(kind));
  event.set("at", format_time(notice.at));
  event.set("run", run.name());
  event.set("run_id", run.uuid);
  event.set("pipeline", run.pipeline);
  event.set("project", text_or_null(project_of(run.project_version)));
  event.set("project_version", text_or_null(run.project_version));
  event.set("state", to_text(state_of(run, kind)));
  event.set("trigger", text_or_null(run.trigger));
  event.set("logical_date", format_time(run.logical_date));
  event.set("created_at", format_time(run.created_at));
  event.set("started_at", time_or_null(run.started_at));
  event.set("ended_at", time_or_null(run.ended_at));
  const Time until = run.ended_at.value_or(notice.at);
  const std::chrono::duration<double> taken = until - run.started_at.value_or(until);
  event.set("seconds", taken.count());
  event.set("task", text_or_null(notice.task));
  event.set("cause", notice.cause ? Json(to_text(*notice.cause)) : Json());
  event.set("error", text_or_null(notice.error));
  event.set("message", text_or_null(notice.message));
  event.set("deadline", time_or_null(notice.deadline));
  return event;
}

std::string project_of(std::string_view project_version) {
  return std::string(project_version.substr(0, project_version.rfind('@')));
}

std::string notify_text(const std::vector<NotifyRule>& rules) {
  if (rules.empty()) return {};
  JsonList all;
  for (const NotifyRule& rule : rules) {
    JsonList on, to;
    for (const NotificationKind kind : rule.on) on.emplace_back(to_text(kind));
    for (const std::string& receiver : rule.to) to.emplace_back(receiver);
    all.push_back(JsonObject{{"on", std::move(on)}, {"to", std::move(to)}});
  }
  return compact_json(all);
}

Result<std::vector<NotifyRule>> parse_notify(const std::string& text) {
  std::vector<NotifyRule> rules;
  if (text.empty()) return rules;
  const Json json = TRY(parse_json(text));
  if (!json.list()) return damaged();
  for (const Json& one : *json.list()) {
    const Json* const on = one.find("on");
    const Json* const to = one.find("to");
    if (!on || !on->list() || !to || !to->list()) return damaged();
    NotifyRule& rule = rules.emplace_back();
    for (const Json& word : *on->list()) {
      const auto kind = word.string() ? parse_notification_kind(*word.string()) : std::nullopt;
      if (!kind) return damaged();
      rule.on.push_back(*kind);
    }
    for (const Json& name : *to->list()) {
      if (!name.string()) return damaged();
      rule.to.push_back(*name.string());
    }
  }
  return rules;
}

const char* to_text(NotificationState state) {
  for (const auto& [known, word] : states)
    if (known == state) return word;
  return "";
}

std::optional<NotificationState> parse_notification_state(std::string_view text) {
  for (const auto& [known, word] : states)
    if (text == word) return known;
  return std::nullopt;
}

std::vector<std::string> notification_state_words() {
  std::vector<std::string> words;
  for (const auto& [known, word] : states) words.emplace_back(word);
  return words;
}

}  // namespace gt
