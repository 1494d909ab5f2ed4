/// Steps that are no process: those that wait for a time, and those that a person decides.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/problem.h"
#include "expression/template.h"

namespace gt {

struct Parameter;
struct Step;

/// `for:` a duration from the moment at which the step could start.
struct WaitFor {
  Template duration;
};

/// `until:` an instant by the wall clock.
struct WaitUntil {
  Template instant;
};

/// What a step ends as when its time is up, or a person says no.
enum class Unmet : std::uint8_t { fail, skip };

/// What a person says, or what counts when nobody has decided in time.
enum class ApprovalDecision : std::uint8_t { approve, reject };

/// `wait:` of a step.
struct Wait {
  std::variant<WaitFor, WaitUntil> condition;
  Position position;
};

/// `approve:` of a step.
struct Approval {
  Template message;
  std::vector<Parameter> fields;  ///< what the person fills in; the step's outputs
  std::optional<ApprovalDecision> default_decision;
  Unmet on_timeout = Unmet::fail;
  Unmet on_reject = Unmet::fail;
  Position position;
};

/// The keys of which `wait:` has exactly one, in the order of Wait::condition.
inline constexpr std::array wait_kinds = {"for", "until"};

/// One expression of a step that waits.
struct WaitText {
  const char* field = "";  ///< "wait.until"
  const Template* text = nullptr;
};

/// All expressions of a `wait` or `approve`; none of any other step.
std::vector<WaitText> texts_of_wait(const Step& step);

const char* to_text(Unmet unmet);
const char* to_text(ApprovalDecision decision);
std::optional<Unmet> parse_unmet(std::string_view text);
std::optional<ApprovalDecision> parse_decision(std::string_view text);
std::vector<std::string> unmet_words();
std::vector<std::string> decision_words();

}  // namespace gt
