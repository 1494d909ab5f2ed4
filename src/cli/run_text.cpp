#include "cli/run_text.h"

#include "base/text.h"
#include "cli/wrapped_text.h"

namespace gt {

std::string state_text(const RunRecord& run, bool is_driven) {
  const bool is_left = !is_ended(run.state) && !is_driven;
  return std::string(to_text(run.state)) + (is_left ? " (no engine)" : "");
}

std::string time_taken(const std::optional<Time>& started, const std::optional<Time>& ended,
                       Time now) {
  return started ? format_duration(ended.value_or(now) - *started) : "-";
}

std::string parameters_text(const JsonObject& params) {
  std::string text;
  for (const auto& [name, value] : params)
    text += fmt::format("{}{}={}", text.empty() ? "" : " ", name, value_text(value));
  return text;
}

std::string outputs_text(const Json& outputs) {
  std::string text;
  if (outputs.object() == nullptr) return text;
  for (const auto& [name, value] : *outputs.object()) {
    const Json* const file = value.find("artifact") != nullptr ? value.find("name") : nullptr;
    const Json* const bytes = value.find("bytes");
    const bool is_artifact = file != nullptr && file->string() && bytes && bytes->integer();
    text += fmt::format("{}{}={}", text.empty() ? "" : " ", name,
                        is_artifact ? fmt::format("{} ({})", printable(*file->string()),
                                                  format_bytes(*bytes->integer()))
                                    : clipped(value_text(value), 60));
  }
  return text;
}

std::string approval_text(const ApprovalRecord* approval) {
  if (approval == nullptr) return {};
  const bool is_approved = approval->decision == ApprovalDecision::approve;
  return fmt::format("{} by {} at {}{}", is_approved ? "approved" : "rejected",
                     printable(approval->by), format_time(approval->at),
                     approval->comment.empty() ? "" : ": " + printable(approval->comment));
}

std::string value_text(const Json& value) {
  return printable(value.string() ? *value.string() : compact_json(value));
}

Tone tone_of(TaskState state) {
  switch (state) {
    case TaskState::succeeded:
    case TaskState::cached:
      return Tone::good;
    case TaskState::failed:
      return Tone::bad;
    case TaskState::upstream_failed:
    case TaskState::cancelled:
    case TaskState::retry_wait:
      return Tone::warning;
    case TaskState::skipped:
    case TaskState::removed:
    case TaskState::waiting:
      return Tone::faint;
    case TaskState::ready:
    case TaskState::queued:
    case TaskState::running:
    case TaskState::deferred:
      return Tone::plain;
  }
  return Tone::plain;
}

Tone tone_of(RunState state) {
  switch (state) {
    case RunState::succeeded:
      return Tone::good;
    case RunState::failed:
      return Tone::bad;
    case RunState::cancelled:
      return Tone::warning;
    case RunState::queued:
    case RunState::running:
    case RunState::paused:
      return Tone::plain;
  }
  return Tone::plain;
}

}  // namespace gt
