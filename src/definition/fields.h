/// Reads single fields of a YAML mapping into the types that a pipeline is made of. Each function
/// appends what is wrong and returns nullopt then; the caller goes on with the next field.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "base/problem.h"
#include "definition/keys.h"
#include "definition/yaml/tree.h"
#include "expression/template.h"

namespace gt {

/// `what` in the following is how messages call the field: "`timeout`", "parameter `month`".

void add_wrong_kind(YamlNode node, std::string_view what, std::string_view expected,
                    Problems& problems);

/// Whether the node is a mapping, with no other keys than the table's and with those that the table
/// requires. The right ones can still be read after a false.
bool check_keys(YamlNode node, const KeyTable& table, std::string_view what, Problems& problems);
/// The part of check_keys for one key that is not in the table; `candidates` are what is allowed.
/// Returns the one that was probably meant, or nothing.
std::string add_unknown(YamlNode key, std::string_view kind,
                        const std::vector<std::string>& candidates, Problems& problems);

/// Whether the list or mapping has no more than definition_limits::entries_max.
bool check_size(YamlNode node, std::string_view what, Problems& problems);

/// A text that is taken as it stands; `${{` in it is a problem.
std::optional<std::string> read_text(YamlNode node, std::string_view what, Problems& problems);
/// A name by the rule of is_name().
std::optional<std::string> read_name(YamlNode node, std::string_view what, Problems& problems);
std::optional<bool> read_boolean(YamlNode node, std::string_view what, Problems& problems);
std::optional<std::int64_t> read_integer(YamlNode node, std::string_view what, std::int64_t minimum,
                                         std::int64_t maximum, Problems& problems);
std::optional<double> read_number(YamlNode node, std::string_view what, double minimum,
                                  double maximum, Problems& problems);
std::optional<Duration> read_duration(YamlNode node, std::string_view what, Problems& problems);

/// One of some words; `parse` is the enum's own function.
template <typename Enum>
std::optional<Enum> read_word(YamlNode node, std::string_view what,
                              std::optional<Enum> (*parse)(std::string_view),
                              const std::vector<std::string>& words, Problems& problems);

/// A text, or a list of texts; each goes to `visit` with its node.
void for_each_text(YamlNode node, std::string_view what, Problems& problems,
                   const std::function<void(YamlNode, std::string)>& visit);

/// A scalar as text with expressions; numbers and booleans count as the text that they are.
std::optional<Template> read_template(YamlNode node, std::string_view what, Problems& problems);
/// As read_template, but what YAML types keeps its type: `5` is a template that gives the integer
/// 5. An item of a list is a template of its own. Mappings may hold no expression.
std::optional<Template> read_typed_template(YamlNode node, std::string_view what,
                                            Problems& problems);

/// Any YAML as JSON. Keys become texts.
std::optional<Json> read_json(YamlNode node, Problems& problems);

/// For read_word.
void add_unknown_word(YamlNode node, std::string_view what, const std::vector<std::string>& words,
                      Problems& problems);

template <typename Enum>
std::optional<Enum> read_word(YamlNode node, std::string_view what,
                              std::optional<Enum> (*parse)(std::string_view),
                              const std::vector<std::string>& words, Problems& problems) {
  if (node.is_scalar()) {
    if (auto value = parse(node.text())) return value;
  }
  add_unknown_word(node, what, words, problems);
  return std::nullopt;
}

}  // namespace gt
