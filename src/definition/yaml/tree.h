/// A YAML file as a tree of nodes with their positions, strict where YAML invites mistakes: 1.2
/// core types, quoted is always text, and duplicate keys, merge keys, tags, a second document and
/// everything over a limit are problems, collected and not thrown.
///
/// A tree may also be put together from parts of several files (yaml/compose.h); each node knows
/// the file that it stands in.
///
/// Nodes are indices into their tree (28 bytes each): a file of 100,000 steps has a million of
/// them. An alias shares the children of its anchor, so a bomb costs nothing before it is refused.
/// Threads: a tree does not change after parse_yaml, any may read.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/problem.h"

namespace gt {

enum class YamlKind : std::uint8_t { null, boolean, integer, real, text, list, mapping };
enum class YamlStyle : std::uint8_t { plain, single_quoted, double_quoted, literal, folded };

/// "a number", "text", "a list", …: for messages.
const char* describe(YamlKind kind);

struct YamlLimits {
  std::size_t file_bytes_max = 64U << 20U;
  std::size_t depth_max = 64;
  std::size_t alias_nodes_max = 100'000;  ///< nodes that aliases stand for, all together
};

/// Which of the files that are read together a text is.
struct YamlFile {
  std::uint16_t number = 0;  ///< Position::file
  /// TextOrigin::file_name
  std::shared_ptr<const std::string> name = nullptr;
};

class YamlTree;
class YamlEntries;
class YamlItems;

/// A handle; valid as long as its tree stays where it is.
class YamlNode {
 public:
  YamlNode(const YamlTree& tree, std::uint32_t index) : tree_(&tree), index_(index) {}

  YamlKind kind() const;
  bool is(YamlKind kind_asked) const { return kind() == kind_asked; }
  bool is_scalar() const { return kind() < YamlKind::list; }
  YamlStyle style() const;
  /// Of a scalar, with escapes and folding undone.
  std::string_view text() const;
  Position position() const;
  /// The file ended, by a syntax error, inside this list or mapping: more may have been meant.
  bool is_incomplete() const;

  /// Items of a list; nothing for other kinds.
  YamlItems items() const;
  /// Keys and values of a mapping in order, duplicates left out; nothing for other kinds.
  YamlEntries entries() const;
  /// Items of a list, entries of a mapping.
  std::size_t size() const;
  std::optional<YamlNode> find(std::string_view key) const;

  /// Where the text of a scalar stands: behind its quote, or below its `|`.
  TextOrigin origin() const;

 private:
  friend class YamlReader;
  friend class YamlComposer;
  const YamlTree* tree_;
  std::uint32_t index_;
};

struct YamlEntry {
  YamlNode key;
  YamlNode value;
};

class YamlTree {
 public:
  /// nullopt for an empty file or one of which nothing could be read.
  std::optional<YamlNode> root() const {
    if (records_.empty()) return std::nullopt;
    return YamlNode(*this, 0);
  }
  /// A syntax error or a limit ended the reading early.
  bool is_truncated() const { return is_truncated_; }
  /// How many nodes its aliases stand for, all together.
  std::uint64_t alias_nodes() const { return alias_nodes_; }

 private:
  friend class YamlNode;
  friend class YamlEntries;
  friend class YamlItems;
  friend class YamlReader;
  friend class YamlComposer;

  static constexpr std::uint32_t none = 0xFFFFFFFF;
  struct Record {
    std::uint32_t line;
    std::uint32_t column;
    std::uint32_t text_offset;
    std::uint32_t text_size;  ///< of a list or mapping: number of items or entries
    std::uint32_t first_child;
    std::uint32_t next;
    YamlKind kind;
    YamlStyle style;
    bool is_incomplete;
    std::uint8_t source;  ///< in sources_
  };
  static_assert(sizeof(Record) == 28);
  struct Source {
    YamlFile file;
    std::string_view text;  ///< without a byte order mark; the caller's
    std::vector<std::uint32_t> line_starts;
  };

  std::vector<Record> records_;
  std::string texts_;
  std::vector<Source> sources_;
  std::uint64_t alias_nodes_ = 0;
  bool is_truncated_ = false;
};

/// Goes along the children of a list.
class YamlItems {
 public:
  class Iterator {
   public:
    Iterator(const YamlTree& tree, std::uint32_t index) : tree_(&tree), index_(index) {}
    YamlNode operator*() const { return YamlNode(*tree_, index_); }
    Iterator& operator++() {
      index_ = tree_->records_[index_].next;
      return *this;
    }
    bool operator==(const Iterator& other) const { return index_ == other.index_; }

   private:
    const YamlTree* tree_;
    std::uint32_t index_;
  };
  YamlItems(const YamlTree& tree, std::uint32_t first) : tree_(&tree), first_(first) {}
  Iterator begin() const { return {*tree_, first_}; }
  Iterator end() const { return {*tree_, YamlTree::none}; }

 private:
  const YamlTree* tree_;
  std::uint32_t first_;
};

/// Goes along the children of a mapping, two at a time.
class YamlEntries {
 public:
  class Iterator {
   public:
    Iterator(const YamlTree& tree, std::uint32_t index) : tree_(&tree), index_(index) {}
    YamlEntry operator*() const {
      return {YamlNode(*tree_, index_), YamlNode(*tree_, tree_->records_[index_].next)};
    }
    Iterator& operator++() {
      index_ = tree_->records_[tree_->records_[index_].next].next;
      return *this;
    }
    bool operator==(const Iterator& other) const { return index_ == other.index_; }

   private:
    const YamlTree* tree_;
    std::uint32_t index_;
  };
  YamlEntries(const YamlTree& tree, std::uint32_t first) : tree_(&tree), first_(first) {}
  Iterator begin() const { return {*tree_, first_}; }
  Iterator end() const { return {*tree_, YamlTree::none}; }

 private:
  const YamlTree* tree_;
  std::uint32_t first_;
};

/// Reads the one document of `text`, which must outlive the tree. What is wrong is appended to
/// `problems`; the tree then holds what could be read.
YamlTree parse_yaml(std::string_view text, Problems& problems, const YamlLimits& limits = {},
                    YamlFile file = {});

}  // namespace gt
