#include "cli/batch_progress.h"

#include <fmt/ranges.h>

#include "base/text.h"
#include "cli/live_region.h"
#include "cli/run_text.h"
#include "cli/wrapped_text.h"

namespace gt {

namespace {

constexpr std::size_t lines_max = 12;
constexpr std::size_t bar_columns = 24;

class SilentBatch final : public BatchProgress {
 public:
  void say(const std::string&) override {}
  void ended(RunState, const std::string&) override {}
  void tick(const BatchCounts&, std::span<const BatchLine>, Time) override {}
  std::optional<Duration> interval() const override { return std::nullopt; }
  void clear() override {}
};

class PlainBatch final : public BatchProgress {
 public:
  explicit PlainBatch(Console& console) : console_(console) {}
  void say(const std::string& line) override { console_.say(line); }
  void ended(RunState state, const std::string& line) override {
    console_.say(console_.talk_painted(tone_of(state), line));
  }
  void tick(const BatchCounts&, std::span<const BatchLine>, Time) override {}
  std::optional<Duration> interval() const override { return std::nullopt; }
  void clear() override {}

 private:
  Console& console_;
};

std::string bar_of(const BatchCounts& counts, Duration since) {
  const std::size_t filled = bar_columns * counts.ended / std::max<std::size_t>(counts.total, 1);
  std::string text =
      "[" + std::string(filled, '=') + std::string(bar_columns - filled, ' ') +
      fmt::format("] {}/{} runs  {}", counts.ended, counts.total, format_duration(since));
  if (counts.failed > 0) text += fmt::format("  {} failed", counts.failed);
  return text;
}

std::string line_of(const BatchLine& line) {
  std::string text =
      fmt::format("  {}  {}/{}", line.name, line.tally->ended(), line.tally->total());
  if (!line.label.empty()) text += "  " + line.label;
  if (const auto failed = line.tally->count(TaskState::failed); failed > 0)
    text += fmt::format("  {} failed", failed);
  if (!line.running.empty())
    text += "  " + printable(fmt::format("{}", fmt::join(line.running, " ")));
  return text;
}

class LiveBatch final : public BatchProgress {
 public:
  explicit LiveBatch(Console& console) : console_(console), region_(console) {}
  ~LiveBatch() override { region_.clear(); }
  void say(const std::string& line) override { region_.scroll(line); }
  void ended(RunState state, const std::string& line) override {
    region_.scroll(console_.talk_painted(tone_of(state), line));
  }
  void tick(const BatchCounts& counts, std::span<const BatchLine> lines, Time now) override {
    if (!began_at_) began_at_ = now;
    const std::size_t width = region_.width();
    std::vector<std::string> drawn;
    for (const BatchLine& line : lines) {
      if (drawn.size() == lines_max) {
        drawn.push_back(clipped(fmt::format("  and {} more", lines.size() - lines_max), width));
        break;
      }
      drawn.push_back(clipped(line_of(line), width));
    }
    drawn.push_back(clipped(bar_of(counts, now - *began_at_), width));
    region_.draw(drawn);
  }
  std::optional<Duration> interval() const override { return std::chrono::milliseconds(200); }
  void clear() override { region_.clear(); }

 private:
  Console& console_;
  LiveRegion region_;
  std::optional<Time> began_at_;
};

}  // namespace

std::unique_ptr<BatchProgress> make_batch_progress(const Session& session) {
  Console& console = session.console;
  const std::string& form = session.settings().text(SettingId::progress);
  if (form == "none") return std::make_unique<SilentBatch>();
  if (form == "auto" && console.facts().talk.is_terminal && console.facts().can_move_cursor)
    return std::make_unique<LiveBatch>(console);
  return std::make_unique<PlainBatch>(console);
}

}  // namespace gt
