/// Steps that are no process: those that wait for a time or for something outside, and those that a
/// person decides.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/problem.h"
#include "base/result.h"
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

/// `file:` files that a path or glob names are there and have come to rest.
struct WaitFile {
  static constexpr Duration default_stable = std::chrono::seconds(2);

  Template glob;  ///< from the project's root, or absolute
  /// For so long a file must not have changed: who writes it may not be done.
  Duration stable = default_stable;
};

/// What a run that did not succeed means for those that wait for it.
enum class RunFailure : std::uint8_t {
  wait,  ///< it may be retried, or another one come
  fail,
};

/// `run:` a run of another pipeline has succeeded. Without both times: the one of the same logical
/// date if the waiting run was given one, else one that ended since that run was recorded.
struct WaitRun {
  Template pipeline;
  std::optional<Template> logical_date;  ///< only the run of this instant counts
  std::optional<Template> since;         ///< only what ended then or later counts
  RunFailure on_failure = RunFailure::wait;
};

/// `asset:` it has a version as it is wanted, by the same rule as a run.
struct WaitAsset {
  Template asset;
  std::optional<Template> logical_date;  ///< only a version of this instant, or a later one, counts
  std::optional<Template> since;         ///< only a version that came then or later counts
};

/// How `http:` asks.
enum class WaitMethod : std::uint8_t { get, head, post };

/// A field of a request; its value may hold secrets.
struct WaitHeader {
  std::string name;
  Template value;
};

/// `http:` a server's answer is as it is to be.
struct WaitHttp {
  Template url;
  WaitMethod method = WaitMethod::get;
  std::vector<WaitHeader> headers = {};
  std::optional<Template> body = {};  ///< may hold secrets
  /// Empty: 200 to 299, or, with `when`, what that says.
  std::vector<int> statuses = {};
};

/// `sql:` a query gives a row whose first column is true: not null, 0, false or empty.
struct WaitSql {
  Template query;
  Template database;  ///< the path of a SQLite file, from the project's root, or absolute
};

/// What a step ends as when its time is up, or a person says no.
enum class Unmet : std::uint8_t { fail, skip };

/// What a wait ends as when nothing came within its timeout.
enum class Overdue : std::uint8_t { fail, skip, succeed };

/// What a person says, or what counts when nobody has decided in time.
enum class ApprovalDecision : std::uint8_t { approve, reject };

/// `wait:` of a step.
struct Wait {
  static constexpr Duration default_every = std::chrono::seconds(30);

  std::variant<WaitFor, WaitUntil, WaitFile, WaitRun, WaitAsset, WaitHttp, WaitSql> condition;
  /// How long after a look the next one comes, where nothing tells of a change.
  Duration every = default_every;
  /// `when:` of `http` and `sql`: sees what was found.
  std::optional<Template> when;
  Overdue on_timeout = Overdue::fail;
  Position position;

  /// It ends by itself, at a time.
  bool is_for_time() const {
    return std::holds_alternative<WaitFor>(condition) ||
           std::holds_alternative<WaitUntil>(condition);
  }
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
inline constexpr std::array wait_kinds = {"for", "until", "file", "run", "asset", "http", "sql"};

/// What an expression of a step that waits sees and may be.
enum class WaitTextKind : std::uint8_t {
  setting,    ///< a text; sees what `if` sees
  request,    ///< the same, and secrets
  condition,  ///< a boolean; also sees what was found
  message,    ///< anything that can be shown
};

/// One expression of a step that waits.
struct WaitText {
  std::string field;  ///< "wait.until"
  const Template* text = nullptr;
  WaitTextKind kind = WaitTextKind::setting;
};

/// All expressions of a `wait` or `approve`; none of any other step.
std::vector<WaitText> texts_of_wait(const Step& step);

/// The path that `database` names. Errc::invalid for the address of another kind of database.
Result<std::string> check_sqlite_path(std::string_view database);

const char* to_text(Unmet unmet);
const char* to_text(Overdue overdue);
const char* to_text(WaitMethod method);
const char* to_text(ApprovalDecision decision);
std::optional<Unmet> parse_unmet(std::string_view text);
std::optional<Overdue> parse_overdue(std::string_view text);
std::optional<WaitMethod> parse_wait_method(std::string_view text);
std::optional<RunFailure> parse_run_failure(std::string_view text);
std::optional<ApprovalDecision> parse_decision(std::string_view text);
std::vector<std::string> unmet_words();
std::vector<std::string> overdue_words();
std::vector<std::string> wait_method_words();
/// What `on_failure` of a wait for a run may say.
std::vector<std::string> run_failure_words();
std::vector<std::string> decision_words();

}  // namespace gt
