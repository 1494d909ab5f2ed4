#include "cache/step_manifest.h"

#include <algorithm>

namespace gt {

namespace {

void add_line(std::string& text, std::string_view fact, std::string_view rest) {
  text.append(fact).append(" ").append(rest).append("\n");
}

/// Sorted, so that the order of writing is no change.
void add_named(std::string& text, std::string_view fact, std::vector<NamedText> pairs) {
  std::ranges::sort(pairs);
  for (const auto& [name, value] : pairs)
    add_line(text, fact, json_quoted(name) + " " + json_quoted(value));
}

}  // namespace

std::string base_text(const StepManifest& manifest) {
  std::string text = "geartrain step manifest 1\n";
  add_line(text, "command", manifest.command);
  add_line(text, "working_directory", json_quoted(manifest.working_directory));
  for (const std::string& line : manifest.environment) add_line(text, "environment", line);
  add_named(text, "variable", manifest.variables);
  add_named(text, "param", manifest.params);
  add_named(text, "matrix", manifest.matrix);
  add_named(text, "input", manifest.inputs);
  add_named(text, "output", manifest.outputs);
  return text;
}

StepKey step_key(const StepManifest& manifest) {
  StepKey key{sha256(base_text(manifest)), manifest.source->digest, {}};
  key.key = sha256(key.base.hex() + key.source.hex());
  return key;
}

}  // namespace gt
