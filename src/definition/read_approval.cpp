#include "definition/read_approval.h"

#include <fmt/format.h>

#include "definition/fields.h"
#include "definition/problems.h"
#include "definition/read_parameters.h"

namespace gt {
namespace {

Output output_of(const Parameter& field) {
  Output output;
  output.name = field.name;
  const Json* const type = field.schema.find("type");
  const bool is_one_type = type && type->string();
  output.type =
      (is_one_type ? parse_value_type(*type->string()) : std::nullopt).value_or(ValueType::any);
  output.position = field.position;
  return output;
}

void read_on_timeout(YamlNode step, Unmet& on_timeout, Problems& problems) {
  const auto node = step.find("on_timeout");
  if (!node) return;
  on_timeout =
      read_word(*node, "`on_timeout`", parse_unmet, unmet_words(), problems).value_or(on_timeout);
  if (!step.find("timeout"))
    problems.push_back(error_problem(node->position(), "`on_timeout` without `timeout`",
                                     "`timeout`: how long a person has to decide"));
}

}  // namespace

std::unique_ptr<Approval> read_approval(YamlNode step, YamlNode node, Damage& damage,
                                        std::vector<Output>& outputs, Problems& problems) {
  auto approval = std::make_unique<Approval>();
  approval->position = node.position();
  read_on_timeout(step, approval->on_timeout, problems);
  if (!node.is(YamlKind::mapping)) {
    add_wrong_kind(node, "`approve`", "a mapping, as in {message: Deploy it?}", problems);
    return approval;
  }
  check_keys(node, approve_keys, "`approve`", problems);
  if (const auto message = node.find("message")) {
    auto text = read_template(*message, "`message`", problems);
    if (text)
      approval->message = *std::move(text);
    else
      damage.add(node.position());
  }
  if (const auto fields = node.find("fields"))
    approval->fields = read_parameters(*fields, problems);
  for (const Parameter& field : approval->fields) outputs.push_back(output_of(field));
  if (const auto word = node.find("on_reject"))
    approval->on_reject = read_word(*word, "`on_reject`", parse_unmet, unmet_words(), problems)
                              .value_or(approval->on_reject);
  const auto word = node.find("default");
  if (!word) return approval;
  approval->default_decision =
      read_word(*word, "`default`", parse_decision, decision_words(), problems);
  if (!step.find("timeout"))
    problems.push_back(error_problem(word->position(), "`default` without `timeout`",
                                     "`timeout`: how long a person has to decide"));
  if (const auto on_timeout = step.find("on_timeout"))
    problems.push_back(error_problem(on_timeout->position(), "`on_timeout` beside `default`", "",
                                     "`default` says what a timeout means"));
  if (approval->default_decision != ApprovalDecision::approve) return approval;
  for (const Parameter& field : approval->fields)
    if (!field.default_value)
      problems.push_back(
          error_problem(field.position, fmt::format("field `{}` has no default", field.name),
                        "a `default`, since `default: approve` gives it a value without a person"));
  return approval;
}

}  // namespace gt
