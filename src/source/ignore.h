/// Which files of a folder are no source: rules in the syntax of gitignore(5).
#pragma once

#include <string_view>
#include <vector>

#include "base/glob.h"

namespace gt {

enum class EntryKind { file, directory };

/// Later rules win over earlier ones. Paths are relative to the folder that the rules are for.
/// Threads: any once it is built.
class IgnoreRules {
 public:
  /// Adds the rules of a file, a line each. A line that is no pattern matches nothing, as in git.
  void add(std::string_view text);
  bool empty() const { return rules_.empty(); }

  /// Whether this very entry is ignored, its parents being walked into.
  bool ignores(std::string_view path, EntryKind kind) const;
  /// Whether it, or a folder above it, is ignored: what is in an ignored folder cannot be taken
  /// back by
  /// `!`.
  bool ignores_with_parents(std::string_view path, EntryKind kind) const;

 private:
  struct Rule {
    Glob glob;
    bool takes_back = false;
    bool only_directories = false;
    bool by_name = false;  // without a slash: matches the last segment, at any depth
  };
  std::vector<Rule> rules_;
};

/// What no project means as its source: caches, environments, other tools' folders. In the syntax
/// of IgnoreRules.
std::string_view default_ignore_rules();

}  // namespace gt
