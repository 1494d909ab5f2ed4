#include "definition/check_arguments.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/text.h"
#include "definition/check_references.h"
#include "definition/json_schema.h"
#include "definition/problems.h"

namespace gt {
namespace {

bool is_constant(const Template& text) {
  bool has_reference = false;
  text.for_each_reference([&](const Reference&) { has_reference = true; });
  return !has_reference;
}

class ArgumentChecker {
 public:
  ArgumentChecker(const GivenArguments& arguments, const PlaceTypes& types, Problems& problems)
      : arguments_(arguments), types_(types), problems_(problems) {}

  void check() {
    for (const Argument& argument : arguments_.given) {
      const auto found = std::ranges::find(arguments_.declared, argument.name, &Parameter::name);
      if (found != arguments_.declared.end())
        check_value(argument, *found);
      else
        check_undeclared(argument);
    }
    for (const Parameter& parameter : arguments_.declared)
      if (!parameter.default_value) check_is_given(parameter);
  }

 private:
  Type infer_checked(const Template& text) {
    if (!check_references(text, types_, problems_)) return {};
    return infer(text, types_, problems_);
  }

  void check_undeclared(const Argument& argument) {
    infer_checked(argument.value);
    if (argument.name.empty()) return;
    std::vector<std::string> names;
    for (const Parameter& parameter : arguments_.declared) names.push_back(parameter.name);
    const auto near = nearest(argument.name, names);
    problems_.push_back(
        error_problem(argument.position,
                      fmt::format("{} has no parameter `{}`", arguments_.pipeline, argument.name),
                      near || names.empty() ? "" : fmt::format("one of {}", fmt::join(names, ", ")),
                      near ? fmt::format("did you mean `{}`?", *near) : ""));
  }

  void check_is_given(const Parameter& parameter) {
    const auto& given = arguments_.given;
    if (std::ranges::find(given, parameter.name, &Argument::name) != given.end()) return;
    problems_.push_back(error_problem(
        arguments_.position,
        fmt::format("parameter `{}` of {} is not given", parameter.name, arguments_.pipeline), "",
        fmt::format("write it below `params`: {} has no default for it", arguments_.pipeline)));
  }

  void check_value(const Argument& argument, const Parameter& parameter) {
    if (types_.file().damage.has(argument.position)) return;
    const std::size_t problems_before = problems_.size();
    const Type type = infer_checked(argument.value);
    if (problems_.size() != problems_before) return;
    const auto add = [&](const std::string& what) {
      problems_.push_back(
          error_problem(argument.position, fmt::format("parameter `{}` {}", argument.name, what),
                        "", fmt::format("{} declares what it may be", arguments_.pipeline)));
    };
    const Type wanted = type_of_schema(parameter.schema);
    if (is_constant(argument.value)) {
      const auto value = argument.value.evaluate(ValueContext({}));
      const auto json = value ? to_json(*value) : Result<Json>(value.error());
      if (!json) return;  // the run says why
      for (const std::string& violation : violations(*json, parameter.schema))
        add(fmt::format("is wrong: {}", violation));
    } else if (!type.fits(wanted)) {
      add(fmt::format("is of type {}, not {}", type.to_text(), wanted.to_text()));
    }
  }

  const GivenArguments& arguments_;
  const PlaceTypes& types_;
  Problems& problems_;
};

}  // namespace

void check_arguments(const GivenArguments& arguments, const PlaceTypes& types, Problems& problems) {
  ArgumentChecker(arguments, types, problems).check();
}

}  // namespace gt
