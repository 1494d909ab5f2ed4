#include "schedule/judge_look.h"

#include <algorithm>

#include "base/text.h"
#include "schedule/task_context.h"

namespace gt {

namespace {

/// What the task sees, and beside it what was found.
class FoundContext final : public Context {
 public:
  FoundContext(const LiveRun& run, TaskIndex task, ValueObject found)
      : task_(run, task, Viewpoint::settings), found_(std::move(found)) {}

  Result<Found> find(NamePath path) const override {
    auto found = found_.find(path.first(1));
    if (found && !std::holds_alternative<Missing>(*found)) return found_.find(path);
    return task_.find(path);
  }
  std::vector<std::string> names(NamePath scope) const override {
    if (!scope.empty() && !found_.names(scope).empty()) return found_.names(scope);
    std::vector<std::string> names = task_.names(scope);
    if (scope.empty()) std::ranges::move(found_.names(scope), std::back_inserter(names));
    return names;
  }

 private:
  TaskContext task_;
  ValueContext found_;
};

class Judge {
 public:
  Judge(const LiveRun& run, TaskIndex task)
      : run_(run), task_(task), wait_(*run.step_of(task).wait()) {}

  LookVerdict operator()(FilesFound found) const {
    ValueList paths;
    for (std::string& path : found.paths) paths.emplace_back(std::move(path));
    Value first = paths.front();
    return met({std::move(first), std::move(paths)});
  }
  LookVerdict operator()(RunFound found) const {
    if (found.state != RunState::succeeded)
      return NeverFound{
          {Cause::upstream, fmt::format("{} is {}", found.name, to_text(found.state)), {}, {}}};
    return met({std::move(found.id), std::move(found.name)});
  }
  LookVerdict operator()(AssetFound found) const {
    return met({std::move(found.content), Value(found.sequence)});
  }
  LookVerdict operator()(HttpAnswered answer) const;
  LookVerdict operator()(RowFound found) const;
  LookVerdict operator()(NothingFound nothing) const { return nothing; }
  LookVerdict operator()(NeverFound never) const { return never; }

 private:
  static LookVerdict met(std::vector<OutputValue> outputs) { return LookMet{std::move(outputs)}; }
  /// Empty: `when` holds, or there is none.
  std::string objection(ValueObject found) const;

  const LiveRun& run_;
  TaskIndex task_;
  const Wait& wait_;
};

LookVerdict Judge::operator()(HttpAnswered answer) const {
  const std::vector<int>& statuses = std::get<WaitHttp>(wait_.condition).statuses;
  const std::string status = fmt::format("status {}", answer.status);
  const bool is_success = answer.status >= 200 && answer.status < 300;
  const bool is_listed = std::ranges::find(statuses, answer.status) != statuses.end();
  const bool is_right = statuses.empty() ? is_success || wait_.when : is_listed;
  if (!is_right) return NothingFound{status};
  const ValueObject response{{"status", Value(answer.status)},
                             {"text", Value(std::move(answer.text))},
                             {"json", answer.json}};
  if (const std::string why = objection({{"response", response}}); !why.empty())
    return NothingFound{fmt::format("{}, {}", status, why)};
  return met({Value(answer.status), std::move(answer.json)});
}

/// Why a column is not true; empty if it is.
std::string objection_to(const Value& column) {
  if (column.is_null()) return "null";
  if (const auto* integer = column.integer()) return *integer == 0 ? "0" : "";
  if (const auto* real = column.real()) return *real == 0 ? "0" : "";
  if (const auto* text = column.string()) return text->empty() ? "empty" : "";
  return {};
}

LookVerdict Judge::operator()(RowFound found) const {
  if (!found.row || found.row->size() == 0) return NothingFound{"no row"};
  if (wait_.when) {
    if (std::string why = objection({{"row", *found.row}}); !why.empty())
      return NothingFound{std::move(why)};
  } else {
    const auto& [name, value] = found.row->members().front();
    if (const std::string why = objection_to(value); !why.empty())
      return NothingFound{fmt::format("{} is {}", printable(name), why)};
  }
  return met({*std::move(found.row)});
}

std::string Judge::objection(ValueObject found) const {
  if (!wait_.when) return {};
  const auto holds = wait_.when->evaluate(FoundContext(run_, task_, std::move(found)));
  if (!holds) return "when: " + holds.error().message;
  if (holds->boolean() == nullptr)
    return fmt::format("when: wants true or false, got {}", type_name(*holds));
  return *holds->boolean() ? "" : "when is false";
}

}  // namespace

LookVerdict judge_look(const LiveRun& run, TaskIndex task, Look look) {
  return std::visit(Judge(run, task), std::move(look));
}

}  // namespace gt
