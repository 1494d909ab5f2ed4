#include "definition/yaml/compose.h"

#include "definition/limits.h"

namespace gt {

static_assert(definition_limits::pipeline_files_max <= UINT8_MAX, "files count in one byte");

YamlComposer::YamlComposer(YamlNode like) {
  // The root of a tree is its first record.
  tree_.records_.emplace_back();
  const std::uint32_t from = offset_of(*like.tree_) + like.index_;
  YamlTree::Record& root = tree_.records_[0];
  root = tree_.records_[from];
  root.first_child = root.next = YamlTree::none;
  root.text_size = 0;
  open_.push_back({.index = 0});
}

std::uint32_t YamlComposer::offset_of(const YamlTree& tree) {
  const auto known = offsets_.find(&tree);
  if (known != offsets_.end()) return known->second;
  const auto offset = static_cast<std::uint32_t>(tree_.records_.size());
  const auto texts = static_cast<std::uint32_t>(tree_.texts_.size());
  const auto sources = static_cast<std::uint8_t>(tree_.sources_.size());
  tree_.records_.reserve(offset + tree.records_.size());
  for (YamlTree::Record record : tree.records_) {
    if (record.first_child != YamlTree::none) record.first_child += offset;
    if (record.next != YamlTree::none) record.next += offset;
    if (record.kind < YamlKind::list) record.text_offset += texts;
    record.source = static_cast<std::uint8_t>(record.source + sources);
    tree_.records_.push_back(record);
  }
  tree_.texts_ += tree.texts_;
  tree_.sources_.insert(tree_.sources_.end(), tree.sources_.begin(), tree.sources_.end());
  tree_.alias_nodes_ += tree.alias_nodes_;
  tree_.is_truncated_ |= tree.is_truncated_;
  offsets_.emplace(&tree, offset);
  return offset;
}

std::uint32_t YamlComposer::copy(YamlNode node) {
  const std::uint32_t from = offset_of(*node.tree_) + node.index_;
  const auto index = static_cast<std::uint32_t>(tree_.records_.size());
  tree_.records_.push_back(YamlTree::Record(tree_.records_[from]));
  tree_.records_[index].next = YamlTree::none;
  return index;
}

void YamlComposer::attach(std::uint32_t first, std::uint32_t last) {
  Open& parent = open_.back();
  YamlTree::Record& record = tree_.records_[parent.index];
  (parent.last == YamlTree::none ? record.first_child : tree_.records_[parent.last].next) = first;
  parent.last = last;
  ++record.text_size;
}

void YamlComposer::add(YamlEntry entry) {
  const std::uint32_t key = copy(entry.key);
  const std::uint32_t value = copy(entry.value);
  tree_.records_[key].next = value;
  attach(key, value);
}

void YamlComposer::add(YamlNode item) {
  const std::uint32_t index = copy(item);
  attach(index, index);
}

void YamlComposer::open(YamlEntry like) {
  add(like);
  const std::uint32_t value = open_.back().last;
  tree_.records_[value].first_child = YamlTree::none;
  tree_.records_[value].text_size = 0;
  open_.push_back({.index = value});
}

}  // namespace gt
