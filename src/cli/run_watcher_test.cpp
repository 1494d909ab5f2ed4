#include "cli/run_watcher.h"

#include <doctest/doctest.h>

#include "base/text.h"
#include "definition/read_pipeline.h"

using namespace gt;

namespace {

class Heard final : public SilentProgress {
 public:
  std::vector<std::string> lines;

  void changed(const TaskNews& news) override { lines.push_back(news.path + " " + describe(news)); }
  void log_tail(const std::vector<std::string>& tail) override {
    lines.insert(lines.end(), tail.begin(), tail.end());
  }
};

TaskChange change(TaskState state, std::uint32_t attempts) {
  TaskChange change;
  change.index = 0;
  change.state = state;
  change.attempts = attempts;
  return change;
}

RunChanges commit_of(TaskChange change) {
  RunChanges changes;
  changes.changed.push_back(std::move(change));
  return changes;
}

}  // namespace

TEST_CASE(
    "a failure is told whether the next attempt begins in the same commit or in a later one") {
  ReadResult read = read_pipeline("steps:\n  fetch: {run: fetch, retry: 1}\n", "pipeline.yaml");
  REQUIRE(read.problems.empty());
  const auto pipeline = std::make_shared<const Pipeline>(*std::move(read.pipeline));
  const auto plan = Plan::build(pipeline, {});
  LiveRun live = LiveRun::begin(plan, Selection(*plan), RunRecord());
  live.start({});
  TaskChange failed = change(TaskState::retry_wait, 1);
  failed.message = "ended with exit code 75";
  TaskChange again = change(TaskState::queued, 2);

  Heard heard;
  RunWatcher watcher(heard,
                     [](const RunRecord&, const AttemptId& attempt) {
                       return std::vector{"log of attempt " + std::to_string(attempt.number)};
                     },
                     {});
  SUBCASE("in a later one") {
    watcher.committed(live, commit_of(failed));
    watcher.committed(live, commit_of(again));
  }
  SUBCASE("in the same") {
    again.message = failed.message;
    watcher.committed(live, commit_of(again));
  }
  CHECK(heard.lines ==
        std::vector<std::string>{"fetch failed: ended with exit code 75; attempt 2 follows",
                                 "log of attempt 1", "fetch started again, attempt 2"});
}
