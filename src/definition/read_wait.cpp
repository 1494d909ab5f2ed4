#include "definition/read_wait.h"

#include <algorithm>
#include <fmt/format.h>

#include "base/text.h"
#include "calendar/written_time.h"
#include "definition/fields.h"
#include "definition/problems.h"
#include "definition/read_parameters.h"

namespace gt {
namespace {

constexpr const char* kinds_text = "`for` or `until`";

class WaitReader {
 public:
  WaitReader(YamlNode node, Damage& damage, Problems& problems)
      : node_(node), damage_(damage), problems_(problems) {}

  void read(Wait& wait);

 private:
  void add(YamlNode at, std::string message, std::string expected = {}, std::string hint = {}) {
    problems_.push_back(
        error_problem(at.position(), std::move(message), std::move(expected), std::move(hint)));
  }
  std::string_view read_kind();
  Template text_of(const char* key);
  WaitFor read_for();
  WaitUntil read_until();

  YamlNode node_;
  Damage& damage_;
  Problems& problems_;
};

void WaitReader::read(Wait& wait) {
  check_keys(node_, wait_keys, "`wait`", problems_);
  const std::string_view kind = read_kind();
  if (kind == "for") wait.condition = read_for();
  if (kind == "until") wait.condition = read_until();
}

/// Empty, and told, where there is not exactly one.
std::string_view WaitReader::read_kind() {
  std::string_view found;
  for (const char* kind : wait_kinds) {
    const auto node = node_.find(kind);
    if (!node) continue;
    if (!found.empty()) {
      add(*node, fmt::format("`wait` has both `{}` and `{}`", found, kind), "one of them",
          "two waits are two steps");
      return found;
    }
    found = kind;
  }
  bool has_unknown = false;
  for (const YamlEntry entry : node_.entries())
    has_unknown = has_unknown || !wait_keys.find(entry.key.text());
  if (found.empty() && !has_unknown && !node_.is_incomplete())
    add(node_, "`wait` does not say what for", kinds_text);
  return found;
}

Template WaitReader::text_of(const char* key) {
  const YamlNode node = *node_.find(key);
  const std::string what = fmt::format("`{}`", key);
  const bool is_blank = node.is(YamlKind::text) && trim(node.text()).empty();
  if (is_blank)
    add(node, what + " is empty", "a text");
  else if (!node.is_scalar() || node.is(YamlKind::null))
    add_wrong_kind(node, what, "a text", problems_);
  else if (auto text = read_template(node, what, problems_))
    return *std::move(text);
  damage_.add(node_.position());
  return {};
}

WaitFor WaitReader::read_for() {
  WaitFor wait{text_of("for")};
  if (wait.duration.is_literal() && !wait.duration.source().empty())
    (void)read_duration(*node_.find("for"), "`for`", problems_);
  return wait;
}

WaitUntil WaitReader::read_until() {
  WaitUntil wait{text_of("until")};
  const std::string& text = wait.instant.source();
  if (!wait.instant.is_literal() || text.empty()) return wait;
  const auto written = parse_written_time(text);
  if (!written || !written->offset)
    add(*node_.find("until"), fmt::format("`until` is `{}`", printable(text)),
        "a date and time with its offset, as in 2026-11-23T06:00Z or 2026-11-23T06:00+01:00");
  return wait;
}

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

std::unique_ptr<Wait> read_wait(YamlNode node, Damage& damage, Problems& problems) {
  auto wait = std::make_unique<Wait>();
  wait->position = node.position();
  if (node.is(YamlKind::mapping))
    WaitReader(node, damage, problems).read(*wait);
  else
    add_wrong_kind(node, "`wait`", "a mapping, as in {for: 10m}", problems);
  return wait;
}

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
