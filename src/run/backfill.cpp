#include "run/backfill.h"

#include <algorithm>

namespace gt {

namespace {

constexpr std::array state_words = {"running", "paused", "cancelled", "succeeded", "failed"};
constexpr std::array rerun_words = {"none", "failed", "all"};
constexpr std::array outcome_words = {"waiting", "begun", "kept", "refused", "cancelled"};

template <typename Enum, std::size_t count>
std::optional<Enum> parse(const std::array<const char*, count>& words, std::string_view text) {
  const auto found = std::ranges::find(words, text);
  if (found == words.end()) return std::nullopt;
  return static_cast<Enum>(found - words.begin());
}

}  // namespace

const char* to_text(BackfillState state) { return state_words[static_cast<std::size_t>(state)]; }
const char* to_text(Rerun rerun) { return rerun_words[static_cast<std::size_t>(rerun)]; }
const char* to_text(BackfillOutcome outcome) {
  return outcome_words[static_cast<std::size_t>(outcome)];
}
std::optional<BackfillState> parse_backfill_state(std::string_view text) {
  return parse<BackfillState>(state_words, text);
}
std::optional<Rerun> parse_rerun(std::string_view text) { return parse<Rerun>(rerun_words, text); }
std::optional<BackfillOutcome> parse_backfill_outcome(std::string_view text) {
  return parse<BackfillOutcome>(outcome_words, text);
}

std::string backfill_name(BackfillId id) { return "backfill/" + std::to_string(id); }

std::string BackfillCounts::text() const {
  std::string text;
  for (const auto& [count, word] : {std::pair(succeeded, "succeeded"),
                                    {kept, "kept"},
                                    {failed, "failed"},
                                    {refused, "refused"},
                                    {cancelled, "cancelled"},
                                    {active, "active"},
                                    {waiting, "waiting"}})
    if (count > 0)
      text += (text.empty() ? "" : ", ") + std::to_string(count) + " " + std::string(word);
  return text;
}

bool wants_run(Rerun rerun, const std::optional<RunRecord>& newest) {
  if (!newest || rerun == Rerun::all) return true;
  return rerun == Rerun::failed && is_ended(newest->state) && newest->state != RunState::succeeded;
}

}  // namespace gt
