#include "definition/yaml/tree.h"

#include "definition/yaml/source_text.h"

namespace gt {

const char* describe(YamlKind kind) {
  switch (kind) {
    case YamlKind::null:
      return "nothing";
    case YamlKind::boolean:
      return "a boolean";
    case YamlKind::integer:
      return "an integer";
    case YamlKind::real:
      return "a number";
    case YamlKind::text:
      return "text";
    case YamlKind::list:
      return "a list";
    case YamlKind::mapping:
      return "a mapping";
  }
  return "nothing";
}

YamlKind YamlNode::kind() const { return tree_->records_[index_].kind; }
YamlStyle YamlNode::style() const { return tree_->records_[index_].style; }
bool YamlNode::is_incomplete() const { return tree_->records_[index_].is_incomplete; }

std::string_view YamlNode::text() const {
  if (!is_scalar()) return {};
  const auto& record = tree_->records_[index_];
  return std::string_view(tree_->texts_).substr(record.text_offset, record.text_size);
}

Position YamlNode::position() const {
  const auto& record = tree_->records_[index_];
  return Position{.line = record.line,
                  .column = record.column,
                  .file = tree_->sources_[record.source].file.number};
}

YamlItems YamlNode::items() const {
  return {*tree_, is(YamlKind::list) ? tree_->records_[index_].first_child : YamlTree::none};
}

YamlEntries YamlNode::entries() const {
  return {*tree_, is(YamlKind::mapping) ? tree_->records_[index_].first_child : YamlTree::none};
}

std::size_t YamlNode::size() const { return is_scalar() ? 0 : tree_->records_[index_].text_size; }

std::optional<YamlNode> YamlNode::find(std::string_view key) const {
  for (const YamlEntry entry : entries()) {
    if (entry.key.text() == key) return entry.value;
  }
  return std::nullopt;
}

TextOrigin YamlNode::origin() const {
  const auto& record = tree_->records_[index_];
  const auto& source = tree_->sources_[record.source];
  const auto line_at = [&](std::uint32_t line) {
    return line_text(source.text, source.line_starts, line);
  };
  const auto indentation_column = [&](std::uint32_t line) {
    const std::size_t indentation = line_at(line).find_first_not_of(" \t\r");
    return static_cast<std::uint32_t>(indentation == std::string_view::npos ? 1 : indentation + 1);
  };
  Position start = position();
  const std::uint32_t next_lines_column = indentation_column(start.line + 1);
  if (record.style == YamlStyle::plain) return {start, next_lines_column, source.file.name};
  if (record.style == YamlStyle::single_quoted || record.style == YamlStyle::double_quoted) {
    ++start.column;
    return {start, next_lines_column, source.file.name};
  }
  // The lines of a block scalar lose their common indentation: all of it stands before the first
  // line that is not blank, whose own blanks remain in the text.
  std::string_view rest = text();
  std::uint32_t line = start.line + 1;
  while (rest.starts_with('\n')) {
    rest.remove_prefix(1);
    ++line;
  }
  const std::size_t kept_blanks = rest.find_first_not_of(' ');
  const auto kept =
      kept_blanks == std::string_view::npos ? 0 : static_cast<std::uint32_t>(kept_blanks);
  const std::uint32_t first_character = indentation_column(line);
  const std::uint32_t column = first_character > kept ? first_character - kept : 1;
  return {{start.line + 1, column, start.file}, column, source.file.name};
}

}  // namespace gt
