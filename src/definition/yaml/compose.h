/// One YAML tree out of parts of several, so that what several files say together is read as one.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "definition/yaml/tree.h"

namespace gt {

/// Builds a tree from the top down. The trees that parts come from must stay where they are until
/// take(); the texts that they were parsed from, as long as the new tree lives. Children of a part
/// are shared with it, as those of an alias are: a part costs one record.
class YamlComposer {
 public:
  /// The root: an empty mapping that stands where `like` does.
  explicit YamlComposer(YamlNode like);

  /// Appends to the innermost open mapping.
  void add(YamlEntry entry);
  /// Appends to the innermost open list.
  void add(YamlNode item);
  /// Appends an entry with `like`'s key, and opens its value: empty, but of the kind and at the
  /// place of `like`'s, which is a list or a mapping.
  void open(YamlEntry like);
  void close() { open_.pop_back(); }

  /// With everything closed.
  YamlTree take() { return std::move(tree_); }

 private:
  struct Open {
    std::uint32_t index;
    std::uint32_t last = YamlTree::none;
  };

  /// Where the records of the node's tree begin in the new one.
  std::uint32_t offset_of(const YamlTree& tree);
  std::uint32_t copy(YamlNode node);
  /// Links records behind the last child of the innermost open one.
  void attach(std::uint32_t first, std::uint32_t last);

  YamlTree tree_;
  std::unordered_map<const YamlTree*, std::uint32_t> offsets_;
  std::vector<Open> open_;
};

}  // namespace gt
