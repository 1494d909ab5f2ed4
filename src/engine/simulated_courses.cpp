#include "engine/simulated_courses.h"

namespace gt {

namespace {

using Texts = std::vector<std::string>;

template <typename TextOf>
std::shared_ptr<Texts> record(SimulatedWorld& world, TextOf text_of) {
  auto texts = std::make_shared<Texts>();
  const auto otherwise = world.behaviour;
  world.behaviour = [=](const Launch& launch) {
    texts->push_back(text_of(launch));
    return otherwise(launch);
  };
  return texts;
}

}  // namespace

AttemptFailed exit_code_1() { return {Cause::exit, "exit code 1", 1, {}}; }

void fail_task(SimulatedWorld& world, const std::string& path, int times, AttemptFailed failure) {
  auto left = std::make_shared<int>(times);
  const auto otherwise = world.behaviour;
  world.behaviour = [=](const Launch& launch) {
    SimulatedCourse course = otherwise(launch);
    if (launch.task_path == path && *left > 0) {
      --*left;
      course.outcome = failure;
    }
    return course;
  };
}

std::shared_ptr<Texts> record_starts(SimulatedWorld& world) {
  return record(world, [](const Launch& launch) { return launch.task_path; });
}

std::shared_ptr<Texts> record_attempts(SimulatedWorld& world) {
  return record(world, [](const Launch& launch) {
    return fmt::format("{}#{}", launch.task_path, launch.attempt.number);
  });
}

}  // namespace gt
