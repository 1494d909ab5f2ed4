#include "definition/read_notify.h"

#include <algorithm>
#include <fmt/format.h>

#include "base/text.h"
#include "definition/fields.h"
#include "definition/limits.h"
#include "definition/problems.h"
#include "definition/read_receiver.h"

namespace gt {
namespace {

void read_rule(YamlNode node, NotifyRule& rule, Problems& problems) {
  check_keys(node, notify_keys, "an entry of `notify`", problems);
  if (const auto on = node.find("on")) {
    for_each_text(*on, "`on`", problems, [&](YamlNode item, const std::string&) {
      const auto kind =
          read_word(item, "`on`", parse_notification_kind, notification_kind_words(), problems);
      if (!kind) return;
      if (std::ranges::find(rule.on, *kind) != rule.on.end())
        problems.push_back(
            error_problem(item.position(), fmt::format("`on` names `{}` twice", to_text(*kind))));
      else
        rule.on.push_back(*kind);
    });
    if (on->is(YamlKind::list) && on->size() == 0)
      problems.push_back(error_problem(on->position(), "`on` is empty", "at least one event"));
  }
  const auto to = node.find("to");
  if (!to) return;
  for_each_text(*to, "`to`", problems, [&](YamlNode item, std::string name) {
    if (std::ranges::find(rule.to, name) != rule.to.end()) {
      problems.push_back(
          error_problem(item.position(), fmt::format("`to` names `{}` twice", printable(name))));
      return;
    }
    rule.to.push_back(std::move(name));
    rule.positions.push_back(item.position());
  });
  if (to->is(YamlKind::list) && to->size() == 0)
    problems.push_back(error_problem(to->position(), "`to` is empty", "the name of a receiver"));
}

void add_unknown_receiver(const std::string& name, Position position, const Receivers& receivers,
                          Problems& problems) {
  std::vector<std::string> names;
  for (const Receiver& one : receivers.all) names.push_back(one.name);
  const auto near = nearest(name, names);
  problems.push_back(error_problem(
      position, fmt::format("there is no receiver `{}` in {}", printable(name), receivers_file), "",
      near ? fmt::format("did you mean `{}`?", *near) : ""));
}

}  // namespace

std::vector<NotifyRule> read_notify(YamlNode node, std::string_view what, Problems& problems) {
  std::vector<NotifyRule> rules;
  if (!node.is(YamlKind::list)) {
    add_wrong_kind(node, what, "a list, as in [{on: failed, to: team}]", problems);
    return rules;
  }
  if (!check_size(node, what, problems)) return rules;
  for (const YamlNode item : node.items()) {
    if (!item.is(YamlKind::mapping)) {
      add_wrong_kind(item, fmt::format("an entry of {}", what),
                     "a mapping, as in {on: failed, to: team}", problems);
      continue;
    }
    read_rule(item, rules.emplace_back(), problems);
  }
  return rules;
}

Receivers read_receivers(const YamlTree& tree, Problems& problems) {
  Receivers receivers;
  const auto root = tree.root();
  if (!root || (root->is(YamlKind::null) && root->text().empty())) return receivers;
  if (!root->is(YamlKind::mapping)) {
    add_wrong_kind(*root, "the file", "a mapping with `receivers`", problems);
    return receivers;
  }
  check_keys(*root, receivers_keys, "the file", problems);
  const std::size_t problems_before = problems.size();
  if (const auto all = root->find("receivers")) {
    if (!all->is(YamlKind::mapping))
      add_wrong_kind(*all, "`receivers`", "a mapping of names to receivers", problems);
    else if (check_size(*all, "`receivers`", problems))
      for (const YamlEntry entry : all->entries())
        receivers.all.push_back(read_receiver(entry, problems));
  }
  // Of a file that was cut off, names may be missing only because they come later.
  const bool knows_all = problems.size() == problems_before && !tree.is_truncated();
  if (const auto defaults = root->find("default")) {
    receivers.defaults = read_notify(*defaults, "`default`", problems);
    if (knows_all) check_notify(receivers.defaults, &receivers, problems);
  }
  return receivers;
}

void check_notify(const std::vector<NotifyRule>& rules, const Receivers* receivers,
                  Problems& problems) {
  for (const NotifyRule& rule : rules)
    for (std::size_t i = 0; i < rule.to.size(); ++i) {
      if (receivers == nullptr)
        problems.push_back(
            error_problem(rule.positions[i],
                          fmt::format("receiver `{}` is not there: the project has no {}",
                                      printable(rule.to[i]), receivers_file),
                          "", fmt::format("put it into {} in the project's root", receivers_file)));
      else if (!receivers->find(rule.to[i]))
        add_unknown_receiver(rule.to[i], rule.positions[i], *receivers, problems);
    }
}

}  // namespace gt
