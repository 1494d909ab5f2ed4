#include "run/task.h"

#include <doctest/doctest.h>

#include "run/attempt.h"

using namespace gt;

TEST_CASE("a state's word leads back to the state") {
  for (int i = 0; i < static_cast<int>(task_state_count); ++i) {
    const auto state = static_cast<TaskState>(i);
    CHECK(parse_task_state(to_text(state)) == state);
  }
  for (int i = 0; i <= static_cast<int>(RunState::cancelled); ++i) {
    const auto state = static_cast<RunState>(i);
    CHECK(parse_run_state(to_text(state)) == state);
  }
  CHECK_FALSE(parse_task_state("done"));
}

TEST_CASE("an ended task moves only by being reopened or marked, or removed for ever") {
  for (const TaskState state :
       {TaskState::succeeded, TaskState::cached, TaskState::failed, TaskState::upstream_failed,
        TaskState::skipped, TaskState::cancelled}) {
    for (int i = 0; i <= static_cast<int>(TaskEvent::marked_failed); ++i) {
      const auto event = static_cast<TaskEvent>(i);
      CHECK_FALSE(advance(TaskState::removed, event));
      if (event == TaskEvent::reopened)
        CHECK(advance(state, event) == TaskState::waiting);
      else if (event == TaskEvent::removed)
        CHECK(advance(state, event) == TaskState::removed);
      else if (event == TaskEvent::marked_succeeded)
        CHECK(advance(state, event) == TaskState::succeeded);
      else if (event == TaskEvent::marked_failed)
        CHECK(advance(state, event) == TaskState::failed);
      else
        CHECK_FALSE(advance(state, event));
    }
  }
}

TEST_CASE("an attempt that was never recorded cannot succeed") {
  CHECK_FALSE(advance(TaskState::waiting, TaskEvent::succeeded));
  CHECK_FALSE(advance(TaskState::ready, TaskEvent::succeeded));
  CHECK(advance(TaskState::queued, TaskEvent::succeeded) == TaskState::succeeded);
}

TEST_CASE("a task of which something runs is not marked") {
  for (const TaskState state : {TaskState::queued, TaskState::running}) {
    CHECK_FALSE(advance(state, TaskEvent::marked_succeeded));
    CHECK_FALSE(advance(state, TaskEvent::marked_failed));
  }
  CHECK(advance(TaskState::retry_wait, TaskEvent::marked_succeeded) == TaskState::succeeded);
}

TEST_CASE("tasks of a run have keys that lie together") {
  CHECK(run_of(task_key(7, 123)) == 7);
  CHECK(index_of(task_key(7, 123)) == 123);
  CHECK(task_key(7, no_task) < task_key(8, 0));
}

TEST_CASE("an attempt's outside name is a DNS label that tells runs of one millisecond apart") {
  const std::string name = outside_name("0193e5f0a1b27c3d8e4f0123456789ab", {1, 42, 3});
  CHECK(name == "gt-0123456789ab-42-3");
}
