/// Progress on a terminal: what has ended scrolls up, below it a bar and the running tasks are
/// redrawn in place.
#pragma once

#include <map>

#include "cli/live_region.h"
#include "cli/progress.h"

namespace gt {

class LiveProgress final : public Progress {
 public:
  explicit LiveProgress(Console& console) : console_(console), region_(console) {}
  ~LiveProgress() override { clear(); }

  void say(const std::string& line) override;
  void changed(const TaskNews& news) override;
  void ended_many(std::uint32_t count, TaskState state) override;
  void log_tail(const std::vector<std::string>& lines) override;
  void tick(const Tally& tally, Time now) override;
  std::optional<Duration> interval() const override { return std::chrono::milliseconds(200); }
  void clear() override;

 private:
  struct Running {
    std::string path;
    std::optional<Time> since;
    std::string reason;
  };

  std::string running_line(const Running& running, Time now, std::size_t width) const;
  std::string bar(const Tally& tally, Time now, std::size_t width) const;

  Console& console_;
  LiveRegion region_;
  std::map<TaskIndex, Running> running_;
  std::optional<Time> began_at_;
};

}  // namespace gt
