/// Progress where no cursor moves: one line for each start and end.
#pragma once

#include <map>

#include "cli/progress.h"

namespace gt {

class PlainProgress final : public Progress {
 public:
  explicit PlainProgress(Console& console) : console_(console) {}

  void say(const std::string& line) override;
  void changed(const TaskNews& news) override;
  void ended_many(std::uint32_t count, TaskState state) override;
  void log_tail(const std::vector<std::string>& lines) override;
  void tick(const Tally&, Time) override {}
  std::optional<Duration> interval() const override { return std::nullopt; }
  void clear() override {}

 private:
  Console& console_;
  std::map<TaskIndex, std::uint32_t> started_;  ///< which attempt's start was told
};

}  // namespace gt
