// Texts of facts: trees, manifests and their explanation, patterns.
#include <map>

#include "base/glob.h"
#include "base/text.h"
#include "blob/tree_manifest.h"
#include "cache/explanation.h"
#include "cache/step_manifest.h"
#include "fuzz/targets.h"
#include "source/ignore.h"

namespace gt {

namespace {

void check_tree(std::string_view text) {
  auto entries = parse_tree(text);
  if (!entries) return;
  GT_CHECK(tree_text(*entries) == text, "a tree has one text");
  for (const TreeEntry& entry : *entries) {
    GT_CHECK(!entry.path.starts_with('/') && !entry.path.empty(), "paths are relative");
    GT_CHECK(entry.path.find("../") != 0 && entry.path != "..", "paths stay inside");
  }
}

/// Two manifests of the pieces of one text, each name once: equal only if the pieces are.
void check_step_manifest(std::string_view text) {
  if (!is_utf8(text)) return;
  const auto source = std::make_shared<const SourceSet>();
  const auto pieces = split(text, '\n');
  StepManifest left{.command = "{}",
                    .working_directory = ".",
                    .environment = {},
                    .variables = {},
                    .params = {},
                    .matrix = {},
                    .inputs = {},
                    .outputs = {},
                    .source = source};
  StepManifest right = left;
  std::map<std::string, std::string> names, turned;
  for (std::size_t i = 0; i + 1 < pieces.size(); i += 2) {
    names[std::string(pieces[i])] = pieces[i + 1];
    turned[std::string(pieces[i + 1])] = pieces[i];
  }
  left.variables.assign(names.begin(), names.end());
  right.variables.assign(turned.begin(), turned.end());
  const bool is_same = names == turned;
  GT_CHECK((base_text(left) == base_text(right)) == is_same, "no value imitates another line");
  const auto differences = base_differences(base_text(left), base_text(right));
  GT_CHECK(differences.empty() == is_same, "what differs is told");
  GT_CHECK(is_utf8(in_words(differences)), "differences can be shown");
}

/// The first line is a pattern, the others are paths.
void check_patterns(std::string_view text) {
  const auto lines = split(text, '\n');
  for (const GlobDialect dialect : {GlobDialect::plain, GlobDialect::ignore}) {
    const auto glob = Glob::parse(lines[0], dialect);
    if (!glob) continue;
    for (const auto path : std::span(lines).subspan(1)) {
      if (glob->matches(path)) {
        GT_CHECK(path.starts_with(glob->literal_prefix()), "a match begins with the prefix");
        GT_CHECK(glob->selects(path), "what is matched is selected");
      }
      GT_CHECK(!glob->is_literal() || glob->matches(path) == (path == glob->literal_prefix()),
               "a literal pattern matches itself");
    }
  }
  IgnoreRules rules;
  rules.add(text);
  for (const auto path : lines)
    for (const EntryKind kind : {EntryKind::file, EntryKind::directory})
      if (!path.empty() && rules.ignores(path, kind))
        GT_CHECK(rules.ignores_with_parents(path, kind), "an ignored path is ignored");
}

}  // namespace

void fuzz_manifest(std::string_view bytes) {
  check_tree(bytes);
  check_step_manifest(bytes);
  check_patterns(bytes);
  (void)base_differences(bytes, "");
  (void)source_differences(bytes.substr(0, bytes.size() / 2), bytes.substr(bytes.size() / 2));
  const std::string word = escaped(bytes);
  GT_CHECK(unescaped(word) == bytes, "an escaped word gives its bytes back");
  GT_CHECK(word.find_first_of(" \n\"") == std::string::npos, "an escaped word is a word");
  if (const auto plain = unescaped(bytes)) GT_CHECK(escaped(*plain) == bytes, "a word is one way");
  GT_CHECK(is_utf8(printable(bytes)), "any bytes can be shown");
}

}  // namespace gt
