#include "definition/read_output.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/text.h"
#include "definition/fields.h"
#include "definition/paths.h"
#include "definition/problems.h"
#include "definition/read_settings.h"

namespace gt {
namespace {

void read_artifact_type(YamlNode node, Output& output, Problems& problems) {
  if (node.is(YamlKind::text) && parse_value_type(node.text())) {
    problems.push_back(error_problem(
        node.position(), fmt::format("an output with a path has type `{}`", node.text()),
        fmt::format("one of {}", fmt::join(artifact_type_words(), ", ")),
        "a value has no path: the step writes it to the file named by $GEARTRAIN_VALUES"));
    return;
  }
  const auto type = read_word(node, "`type`", parse_artifact_type, artifact_type_words(), problems);
  if (type) output.type = *type;
}

void read_value_type(YamlNode node, Output& output, Problems& problems) {
  if (node.is(YamlKind::text) && parse_artifact_type(node.text())) {
    problems.push_back(error_problem(
        node.position(), fmt::format("an output of type `{}` has no path", node.text()), "a `path`",
        fmt::format("or one of {}, which are values", fmt::join(value_type_words(), ", "))));
    return;
  }
  const auto type = read_word(node, "`type`", parse_value_type, value_type_words(), problems);
  if (type) output.type = *type;
}

void read_output_path(YamlNode node, Output& output, Problems& problems) {
  auto path = read_path(node, "`path`", problems);
  if (!path) return;
  output.is_folder = path->ends_with('/');
  if (output.is_folder) path->pop_back();
  output.path = std::move(*path);
}

}  // namespace

Output read_output(YamlEntry entry, Damage& damage, Problems& problems) {
  const std::size_t problems_before = problems.size();
  Output output;
  output.position = entry.key.position();
  output.name = read_name(entry.key, "output name", problems).value_or("");
  const std::string what = fmt::format("output `{}`", printable(entry.key.text()));
  const YamlNode node = entry.value;
  if (!node.is(YamlKind::mapping)) {
    problems.push_back(error_problem(
        node.position(), fmt::format("{} is {}", what, describe(node.kind())),
        "a mapping with `path`, or with `type` for a value",
        node.is(YamlKind::text) ? fmt::format("write {{path: {}}}", printable(node.text())) : ""));
    damage.add(output.position);
    return output;
  }
  check_keys(node, output_keys, what, problems);
  const auto path = node.find("path");
  const auto type = node.find("type");
  if (path) {
    read_output_path(*path, output, problems);
    if (type) read_artifact_type(*type, output, problems);
  } else if (type) {
    read_value_type(*type, output, problems);
  } else if (!node.is_incomplete()) {
    problems.push_back(error_problem(node.position(),
                                     fmt::format("{} has neither `path` nor `type`", what),
                                     "`path` for an artifact, `type` for a value"));
  }
  if (const auto optional = node.find("optional")) {
    output.optional = read_boolean(*optional, "`optional`", problems).value_or(false);
  }
  if (const auto asset = node.find("asset"))
    output.asset = read_name(*asset, "asset", problems).value_or("");
  if (problems.size() != problems_before) damage.add(output.position);
  return output;
}

void check_collisions(std::span<const Output> outputs, Problems& problems) {
  std::vector<const Output*> sorted;
  for (const Output& output : outputs) {
    if (!output.path.empty()) sorted.push_back(&output);
  }
  // With '/' before every other character, what lies inside a folder follows it at once.
  const auto key = [](char c) {
    return c == '/' ? 0 : static_cast<int>(static_cast<unsigned char>(c)) + 1;
  };
  std::ranges::stable_sort(sorted, [&](const Output* left, const Output* right) {
    return std::ranges::lexicographical_compare(left->path, right->path, {}, key, key);
  });
  for (std::size_t i = 1; i < sorted.size(); ++i) {
    const Output* first = sorted[i - 1];
    const Output* second = sorted[i];
    if (!do_paths_collide(first->path, second->path)) continue;
    if (second->position < first->position) std::swap(first, second);
    problems.push_back(error_problem(
        second->position,
        fmt::format("outputs `{}` and `{}` have paths in each other: {} and {}", first->name,
                    second->name, printable(first->path), printable(second->path)),
        "paths of their own"));
  }
}

}  // namespace gt
