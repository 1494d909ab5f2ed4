#include <algorithm>
#include <memory>
#include <unordered_map>
#include <unordered_set>
#include <yaml.h>

#include "base/text.h"
#include "definition/problems.h"
#include "definition/yaml/core_schema.h"
#include "definition/yaml/source_text.h"
#include "definition/yaml/syntax_error.h"
#include "definition/yaml/tree.h"

namespace gt {
namespace {

std::string_view text_of(const yaml_char_t* text, std::size_t size) {
  return {reinterpret_cast<const char*>(text), size};
}
std::string text_of(const yaml_char_t* text) {
  return text ? reinterpret_cast<const char*>(text) : "";
}

struct ParserDeleter {
  void operator()(yaml_parser_t* parser) const {
    yaml_parser_delete(parser);
    delete parser;
  }
};

class Event {
 public:
  Event() = default;
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;
  ~Event() { yaml_event_delete(&event_); }
  yaml_event_t* raw() { return &event_; }
  yaml_event_t* operator->() { return &event_; }

 private:
  yaml_event_t event_{};
};

YamlStyle style_of(yaml_scalar_style_t style) {
  switch (style) {
    case YAML_SINGLE_QUOTED_SCALAR_STYLE:
      return YamlStyle::single_quoted;
    case YAML_DOUBLE_QUOTED_SCALAR_STYLE:
      return YamlStyle::double_quoted;
    case YAML_LITERAL_SCALAR_STYLE:
      return YamlStyle::literal;
    case YAML_FOLDED_SCALAR_STYLE:
      return YamlStyle::folded;
    default:
      return YamlStyle::plain;
  }
}

}  // namespace

/// Builds the tree event by event. A problem of the document's content does not stop it, a syntax
/// error and a limit do.
class YamlReader {
 public:
  YamlReader(std::string_view text, Problems& problems, const YamlLimits& limits, YamlFile file)
      : problems_(problems), limits_(limits) {
    tree_.sources_.push_back({std::move(file), text, line_starts(text)});
    // A node has seldom less than ten bytes of file; growing by doubling would cost twice the peak.
    tree_.records_.reserve(text.size() / 16);
    tree_.texts_.reserve(text.size() / 2);
  }

  YamlTree read();

 private:
  struct KeyHash {
    const YamlReader* reader;
    std::size_t operator()(std::uint32_t index) const {
      return std::hash<std::string_view>()(reader->text_at(index));
    }
  };
  struct KeyEqual {
    const YamlReader* reader;
    bool operator()(std::uint32_t left, std::uint32_t right) const {
      return reader->text_at(left) == reader->text_at(right);
    }
  };
  using KeySet = std::unordered_set<std::uint32_t, KeyHash, KeyEqual>;

  /// A list or mapping that is not yet closed.
  struct Open {
    std::uint32_t index;
    std::uint32_t last = YamlTree::none;  ///< child to which the next is linked
    std::uint32_t key = YamlTree::none;   ///< of a mapping: read, its value not yet
    std::uint64_t node_count = 1;         ///< with what aliases stand for
    std::string anchor = {};
    std::unique_ptr<KeySet> keys = {};  ///< once there are many
  };
  struct Anchored {
    std::uint32_t index;
    std::uint64_t node_count;
  };

  Position position_at(const yaml_mark_t& mark) const;
  bool handle(Event& event);
  void handle_alias(Event& event);
  void handle_scalar(Event& event);
  bool open(YamlKind kind, const yaml_event_t& event, const yaml_char_t* anchor,
            const yaml_char_t* tag);
  void close();
  /// Puts a finished node below the innermost open one; a key waits for its value.
  void attach(std::uint32_t index, std::uint64_t node_count);
  void attach_entry(Open& mapping, std::uint32_t value);
  bool accept_key(std::uint32_t key);
  std::optional<std::uint32_t> equal_key(Open& mapping, std::uint32_t key);
  void stop_at(Problem problem);

  std::uint32_t add_record(YamlKind kind, YamlStyle style, Position position) {
    tree_.records_.push_back({.line = position.line,
                              .column = position.column,
                              .text_offset = 0,
                              .text_size = 0,
                              .first_child = YamlTree::none,
                              .next = YamlTree::none,
                              .kind = kind,
                              .style = style,
                              .is_incomplete = false,
                              .source = 0});
    return static_cast<std::uint32_t>(tree_.records_.size() - 1);
  }
  std::string_view source() const { return tree_.sources_[0].text; }
  std::string_view text_at(std::uint32_t index) const { return YamlNode(tree_, index).text(); }
  Position position_at(std::uint32_t index) const { return YamlNode(tree_, index).position(); }
  void refuse_tag(const yaml_char_t* tag, Position position);
  void remember_anchor(const std::string& name, std::uint32_t index, std::uint64_t node_count) {
    if (!name.empty()) anchors_.insert_or_assign(name, Anchored{index, node_count});
  }

  YamlTree tree_;
  Problems& problems_;
  const YamlLimits& limits_;
  std::vector<Open> open_;
  std::unordered_map<std::string, Anchored> anchors_;
  std::uint32_t document_count_ = 0;
};

YamlTree YamlReader::read() {
  std::unique_ptr<yaml_parser_t, ParserDeleter> parser(new yaml_parser_t{});
  if (yaml_parser_initialize(parser.get()) == 0) {
    stop_at(error_problem({1, 1}, "no memory to read the file"));
    return std::move(tree_);
  }
  yaml_parser_set_encoding(parser.get(), YAML_UTF8_ENCODING);
  yaml_parser_set_input_string(
      parser.get(), reinterpret_cast<const unsigned char*>(source().data()), source().size());
  while (true) {
    Event event;
    if (yaml_parser_parse(parser.get(), event.raw()) == 0) {
      stop_at(syntax_problem({.problem = parser->problem ? parser->problem : "",
                              .context = parser->context ? parser->context : "",
                              .position = position_at(parser->problem_mark),
                              .context_position = position_at(parser->context_mark)},
                             source(), tree_.sources_[0].line_starts));
      break;
    }
    if (event->type == YAML_STREAM_END_EVENT || !handle(event)) break;
  }
  return std::move(tree_);
}

/// After the last character the parser reads a line break of its own, which is not in the file.
Position YamlReader::position_at(const yaml_mark_t& mark) const {
  const std::vector<std::uint32_t>& starts = tree_.sources_[0].line_starts;
  if (mark.line < starts.size())
    return {.line = static_cast<std::uint32_t>(mark.line + 1),
            .column = static_cast<std::uint32_t>(mark.column + 1)};
  const auto last = static_cast<std::uint32_t>(starts.size());
  const auto begins_character = [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  };
  const auto columns = std::ranges::count_if(line_text(source(), starts, last), begins_character);
  return {.line = last, .column = static_cast<std::uint32_t>(columns + 1)};
}

bool YamlReader::handle(Event& event) {
  switch (event->type) {
    case YAML_DOCUMENT_START_EVENT:
      if (++document_count_ > 1) {
        problems_.push_back(error_problem(
            position_at(event->start_mark), "a second document", "one document in the file",
            "remove the `---` or put this part into a file of its own"));
        return false;
      }
      return true;
    case YAML_ALIAS_EVENT:
      handle_alias(event);
      return !tree_.is_truncated_;
    case YAML_SCALAR_EVENT:
      handle_scalar(event);
      return true;
    case YAML_SEQUENCE_START_EVENT:
      return open(YamlKind::list, *event.raw(), event->data.sequence_start.anchor,
                  event->data.sequence_start.tag);
    case YAML_MAPPING_START_EVENT:
      return open(YamlKind::mapping, *event.raw(), event->data.mapping_start.anchor,
                  event->data.mapping_start.tag);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
      close();
      return true;
    default:
      return true;
  }
}

void YamlReader::refuse_tag(const yaml_char_t* tag, Position position) {
  if (!tag) return;
  problems_.push_back(error_problem(position, fmt::format("the tag {}", printable(text_of(tag))),
                                    "a value without a tag",
                                    "put text that starts with `!` into quotes"));
}

void YamlReader::handle_scalar(Event& event) {
  const auto& scalar = event->data.scalar;
  const Position position = position_at(event->start_mark);
  refuse_tag(scalar.tag, position);
  const std::string_view text = text_of(scalar.value, scalar.length);
  const YamlStyle style = style_of(scalar.style);
  const YamlKind kind = style == YamlStyle::plain ? plain_scalar_kind(text) : YamlKind::text;
  const std::uint32_t index = add_record(kind, style, position);
  tree_.records_[index].text_offset = static_cast<std::uint32_t>(tree_.texts_.size());
  tree_.records_[index].text_size = static_cast<std::uint32_t>(text.size());
  tree_.texts_ += text;
  remember_anchor(text_of(scalar.anchor), index, 1);
  attach(index, 1);
}

void YamlReader::handle_alias(Event& event) {
  const Position position = position_at(event->start_mark);
  const std::string name = text_of(event->data.alias.anchor);
  const auto found = anchors_.find(name);
  if (found == anchors_.end()) {
    const bool is_inside =
        std::ranges::any_of(open_, [&](const Open& o) { return o.anchor == name; });
    problems_.push_back(
        is_inside
            ? error_problem(position,
                            fmt::format("the alias *{} stands inside its own anchor", name),
                            "an anchor that is complete before it is used")
            : error_problem(position, fmt::format("the alias *{} has no anchor before it", name),
                            fmt::format("an earlier value marked with &{}", name),
                            "put text that starts with `*` into quotes"));
    attach(add_record(YamlKind::null, YamlStyle::plain, position), 1);
    return;
  }
  tree_.alias_nodes_ += found->second.node_count;
  if (tree_.alias_nodes_ > limits_.alias_nodes_max) {
    stop_at(error_problem(
        position, fmt::format("aliases stand for more than {} values", limits_.alias_nodes_max),
        "a file that says what it means without multiplying it", "the limit is alias_nodes_max"));
    return;
  }
  YamlTree::Record copy = tree_.records_[found->second.index];
  copy.next = YamlTree::none;
  tree_.records_.push_back(copy);
  attach(static_cast<std::uint32_t>(tree_.records_.size() - 1), found->second.node_count);
}

bool YamlReader::open(YamlKind kind, const yaml_event_t& event, const yaml_char_t* anchor,
                      const yaml_char_t* tag) {
  const Position position = position_at(event.start_mark);
  refuse_tag(tag, position);
  if (open_.size() >= limits_.depth_max) {
    stop_at(error_problem(position, fmt::format("nested deeper than {} levels", limits_.depth_max),
                          "", "the limit is depth_max"));
    return false;
  }
  const std::uint32_t index = add_record(kind, YamlStyle::plain, position);
  open_.push_back({.index = index, .anchor = text_of(anchor)});
  return true;
}

void YamlReader::close() {
  const Open closed = std::move(open_.back());
  open_.pop_back();
  remember_anchor(closed.anchor, closed.index, closed.node_count);
  attach(closed.index, closed.node_count);
}

void YamlReader::attach(std::uint32_t index, std::uint64_t node_count) {
  if (open_.empty()) return;
  Open& parent = open_.back();
  parent.node_count += node_count;
  auto& record = tree_.records_[parent.index];
  if (record.kind == YamlKind::mapping) {
    if (parent.key == YamlTree::none) {
      parent.key = index;
    } else {
      attach_entry(parent, index);
      parent.key = YamlTree::none;
    }
    return;
  }
  (parent.last == YamlTree::none ? record.first_child : tree_.records_[parent.last].next) = index;
  parent.last = index;
  ++record.text_size;
}

bool YamlReader::accept_key(std::uint32_t key) {
  const YamlNode node(tree_, key);
  if (!node.is_scalar()) {
    problems_.push_back(error_problem(node.position(),
                                      fmt::format("{} as a key", describe(node.kind())), "a name"));
    return false;
  }
  if (node.text() == "<<" && node.style() == YamlStyle::plain) {
    problems_.push_back(error_problem(node.position(), "merge keys (`<<`) are not part of YAML 1.2",
                                      "keys written out",
                                      "use an alias for a whole value: `key: *anchor`"));
    return false;
  }
  return true;
}

std::optional<std::uint32_t> YamlReader::equal_key(Open& mapping, std::uint32_t key) {
  constexpr std::uint32_t few = 16;
  const auto& record = tree_.records_[mapping.index];
  if (record.text_size < few) {
    for (const YamlEntry entry : YamlNode(tree_, mapping.index).entries()) {
      if (entry.key.text() == text_at(key)) return entry.key.index_;
    }
    return std::nullopt;
  }
  if (!mapping.keys) {
    mapping.keys = std::make_unique<KeySet>(2 * few, KeyHash{this}, KeyEqual{this});
    for (const YamlEntry entry : YamlNode(tree_, mapping.index).entries()) {
      mapping.keys->insert(entry.key.index_);
    }
  }
  const auto [place, is_new] = mapping.keys->insert(key);
  if (is_new) return std::nullopt;
  return *place;
}

void YamlReader::attach_entry(Open& mapping, std::uint32_t value) {
  const std::uint32_t key = mapping.key;
  if (!accept_key(key)) return;
  if (const auto earlier = equal_key(mapping, key)) {
    problems_.push_back(
        error_problem(position_at(key),
                      fmt::format("the key `{}` stands twice, first in line {}",
                                  printable(text_at(key)), position_at(*earlier).line),
                      "each key once"));
    return;
  }
  auto& record = tree_.records_[mapping.index];
  (mapping.last == YamlTree::none ? record.first_child : tree_.records_[mapping.last].next) = key;
  tree_.records_[key].next = value;
  mapping.last = value;
  ++record.text_size;
}

void YamlReader::stop_at(Problem problem) {
  problems_.push_back(std::move(problem));
  tree_.is_truncated_ = true;
  // What is open gets its last part, so that what was read so far can be looked at.
  while (!open_.empty()) {
    tree_.records_[open_.back().index].is_incomplete = true;
    close();
  }
}

namespace {

YamlTree parse(std::string_view text, Problems& problems, const YamlLimits& limits, YamlFile file) {
  constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  if (text.size() > limits.file_bytes_max) {
    problems.push_back(error_problem(
        {1, 1},
        fmt::format("the file has {}", format_bytes(static_cast<std::int64_t>(text.size()))),
        fmt::format("at most {}", format_bytes(static_cast<std::int64_t>(limits.file_bytes_max))),
        "the limit is file_bytes_max"));
    return {};
  }
  if (auto problem = check_source_text(text)) {
    problems.push_back(std::move(*problem));
    return {};
  }
  return YamlReader(text, problems, limits, std::move(file)).read();
}

}  // namespace

YamlTree parse_yaml(std::string_view text, Problems& problems, const YamlLimits& limits,
                    YamlFile file) {
  const std::size_t problems_before = problems.size();
  const std::uint16_t number = file.number;
  YamlTree tree = parse(text, problems, limits, std::move(file));
  // The parser knows one file only.
  for (std::size_t i = problems_before; i < problems.size(); ++i)
    problems[i].position.file = number;
  return tree;
}

}  // namespace gt
