#include "run/task.h"

#include <array>

namespace gt {

namespace {

constexpr std::array task_state_words = {
    "waiting", "ready",  "queued",          "running", "deferred",  "retry_wait", "succeeded",
    "cached",  "failed", "upstream_failed", "skipped", "cancelled", "removed"};
static_assert(task_state_words.size() == task_state_count);
constexpr std::array run_state_words = {"queued",    "running", "paused",
                                        "succeeded", "failed",  "cancelled"};
constexpr std::array task_kind_words = {"step", "matrix", "group"};

template <typename Enum, std::size_t size>
std::optional<Enum> find_word(const std::array<const char*, size>& words, std::string_view text) {
  for (std::size_t i = 0; i < size; ++i)
    if (text == words[i]) return static_cast<Enum>(i);
  return std::nullopt;
}

}  // namespace

std::optional<TaskState> advance(TaskState state, TaskEvent event) {
  using S = TaskState;
  const bool not_started = state == S::waiting || state == S::ready;
  const bool open_attempt = state == S::queued || state == S::running || state == S::deferred;
  const bool open_attempt_runs = state == S::queued || state == S::running;
  const auto when = [](bool permitted, S next) {
    return permitted ? std::optional(next) : std::nullopt;
  };
  switch (event) {
    case TaskEvent::upstreams_done:
      return when(state == S::waiting, S::ready);
    case TaskEvent::expanded:
      return when(not_started || state == S::retry_wait, S::running);
    case TaskEvent::found_in_cache:
      return when(not_started, S::cached);
    case TaskEvent::launched:
      return when(state == S::ready || state == S::retry_wait, S::queued);
    case TaskEvent::started:
      return when(state == S::queued, S::running);
    case TaskEvent::deferred:
      return when(state == S::ready, S::deferred);
    case TaskEvent::succeeded:
      return when(open_attempt, S::succeeded);
    case TaskEvent::failed:
      return when(not_started || open_attempt || state == S::retry_wait, S::failed);
    case TaskEvent::failed_will_retry:
      return when(open_attempt, S::retry_wait);
    case TaskEvent::upstream_failed:
      return when(not_started || state == S::running, S::upstream_failed);
    case TaskEvent::skipped:
      return when(not_started || state == S::running || state == S::deferred, S::skipped);
    case TaskEvent::cancelled:
      return when(!is_ended(state), S::cancelled);
    case TaskEvent::reopened:
      return when((is_ended(state) && state != S::removed) || state == S::ready, S::waiting);
    case TaskEvent::removed:
      return when(not_started || (is_ended(state) && state != S::removed), S::removed);
    case TaskEvent::marked_succeeded:
      return when(!open_attempt_runs && state != S::removed, S::succeeded);
    case TaskEvent::marked_failed:
      return when(!open_attempt_runs && state != S::removed, S::failed);
  }
  return std::nullopt;
}

bool is_ended(TaskState state) { return state >= TaskState::succeeded; }

bool is_ended(RunState state) { return state >= RunState::succeeded; }

const char* to_text(TaskState state) { return task_state_words[static_cast<std::size_t>(state)]; }
const char* to_text(RunState state) { return run_state_words[static_cast<std::size_t>(state)]; }
const char* to_text(TaskKind kind) { return task_kind_words[static_cast<std::size_t>(kind)]; }

std::optional<TaskState> parse_task_state(std::string_view text) {
  return find_word<TaskState>(task_state_words, text);
}
std::optional<RunState> parse_run_state(std::string_view text) {
  return find_word<RunState>(run_state_words, text);
}
std::optional<TaskKind> parse_task_kind(std::string_view text) {
  return find_word<TaskKind>(task_kind_words, text);
}

}  // namespace gt
