#include "definition/check_matrices.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <optional>

#include "definition/limits.h"
#include "definition/problems.h"

namespace gt {
namespace {

using definition_limits::matrix_items_max;
using definition_limits::measured_axes_max;
using definition_limits::run_tasks_max;

bool is_constant(const Template& text) {
  bool has_reference = false;
  text.for_each_reference([&](const Reference&) { has_reference = true; });
  return !has_reference;
}

/// Errors of expressions start with "line:column: ", or with "file:" and that.
Problem problem_of(const Error& failure, const MatrixAxis& axis) {
  Problem problem = error_problem({}, failure.message, "", failure.hint);
  const char* start = failure.message.data();
  const char* const end = start + failure.message.size();
  if (const auto* file = axis.values.file_name(); file && failure.message.starts_with(*file + ":"))
    start += file->size() + 1;
  Position position{.file = axis.position.file};
  const auto line = std::from_chars(start, end, position.line);
  if (line.ec != std::errc() || line.ptr == end || *line.ptr != ':') return problem;
  const auto column = std::from_chars(line.ptr + 1, end, position.column);
  if (column.ec != std::errc() || end - column.ptr < 2) return problem;
  problem.position = position;
  problem.message.erase(0, static_cast<std::size_t>(column.ptr + 2 - failure.message.data()));
  return problem;
}

class MatrixChecker {
 public:
  MatrixChecker(const Damage& damage, Problems& problems) : damage_(damage), problems_(problems) {}

  /// `times` is how often the run has the steps, by the matrices around them.
  void check(const std::vector<Step>& steps, std::uint64_t times) {
    for (const Step& step : steps) {
      const auto& matrix = step.settings->matrix;
      const std::uint64_t step_times = matrix ? check_matrix(*matrix, times) : times;
      if (step.group()) check(step.group()->steps, step_times);
      if (step.call() && step.call()->pipeline)
        check(step.call()->pipeline->finally_steps, step_times);
    }
  }

 private:
  std::uint64_t check_matrix(const Matrix& matrix, std::uint64_t times) {
    std::uint64_t items = 1;
    for (const MatrixAxis& axis : matrix.axes) {
      // Both factors are small: a list has at most as many items as one evaluation makes.
      items *= length_of(axis).value_or(1);
      if (items > matrix_items_max) {
        add_too_many(matrix,
                     fmt::format("the matrix has more than {} combinations", matrix_items_max),
                     "matrix_items_max");
        return times;
      }
    }
    if (items * times > run_tasks_max) {
      add_too_many(matrix,
                   fmt::format("with the matrices around it, this one makes more than {} tasks",
                               run_tasks_max),
                   "run_tasks_max");
      return times;
    }
    return items * times;
  }

  std::optional<std::uint64_t> length_of(const MatrixAxis& axis) {
    if (axis.is_listed) return axis.listed_values.size();
    if (damage_.has(axis.position) || !is_constant(axis.values)) return std::nullopt;
    if (++measured_axes_ > measured_axes_max) return std::nullopt;
    const auto value = axis.values.evaluate(ValueContext({}));
    if (!value) {
      add_once(problem_of(value.error(), axis));
      return std::nullopt;
    }
    return value->list() ? std::optional(value->list()->size()) : std::nullopt;
  }

  /// What has the wrong type was told already, at the same place.
  void add_once(Problem problem) {
    const bool is_told = std::ranges::any_of(
        problems_, [&](const Problem& one) { return one.position == problem.position; });
    if (!is_told) problems_.push_back(std::move(problem));
  }

  void add_too_many(const Matrix& matrix, std::string message, std::string_view limit) {
    problems_.push_back(error_problem(matrix.position, std::move(message), "a smaller matrix",
                                      fmt::format("the limit is {}", limit)));
  }

  const Damage& damage_;
  Problems& problems_;
  std::size_t measured_axes_ = 0;
};

}  // namespace

void check_matrices(const Pipeline& pipeline, const Damage& damage, Problems& problems) {
  MatrixChecker checker(damage, problems);
  checker.check(pipeline.steps, 1);
  checker.check(pipeline.finally_steps, 1);
}

}  // namespace gt
