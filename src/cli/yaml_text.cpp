#include "cli/yaml_text.h"

#include <algorithm>
#include <cctype>
#include <string_view>

namespace gt {

namespace {

/// Words that some reader takes for something else than a string.
constexpr std::string_view special_words[] = {"null", "true", "false", "yes", "no",
                                              "on",   "off",  "y",     "n"};

bool is_plain(const std::string& text) {
  constexpr std::string_view allowed = "_-./";
  if (text.empty() || std::isalpha(static_cast<unsigned char>(text[0])) == 0) return false;
  const bool is_harmless = std::ranges::all_of(text, [&](unsigned char c) {
    return std::isalnum(c) != 0 || allowed.find(static_cast<char>(c)) != std::string_view::npos;
  });
  std::string lower = text;
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return std::tolower(c); });
  return is_harmless && std::ranges::find(special_words, lower) == std::end(special_words);
}

/// On one line; what YAML takes for a line break though JSON does not is escaped.
std::string scalar(const Json& value) {
  if (value.string() != nullptr && is_plain(*value.string())) return *value.string();
  std::string text = compact_json(value);
  for (const auto& [character, escape] :
       {std::pair("\xc2\x85", "\\u0085"), std::pair("\xe2\x80\xa8", "\\u2028"),
        std::pair("\xe2\x80\xa9", "\\u2029"), std::pair("\xef\xbb\xbf", "\\ufeff")})
    for (std::size_t at = text.find(character); at != std::string::npos;
         at = text.find(character, at))
      text.replace(at, std::string_view(character).size(), escape);
  return text;
}

bool is_block(const Json& value) {
  return (value.list() != nullptr && !value.list()->empty()) ||
         (value.object() != nullptr && !value.object()->empty());
}

class YamlWriter {
 public:
  /// `indent` blanks are written already where a block begins.
  void add_block(const Json& value, std::size_t indent) {
    bool is_first = true;
    const auto begin_line = [&] {
      if (!std::exchange(is_first, false)) text_.append(indent, ' ');
    };
    if (value.list() != nullptr) {
      for (const Json& item : *value.list()) {
        begin_line();
        text_ += "- ";
        if (is_block(item))
          add_block(item, indent + 2);
        else
          text_ += scalar(item) + "\n";
      }
      return;
    }
    for (const auto& [key, member] : *value.object()) {
      begin_line();
      text_ += scalar(key) + ":";
      if (!is_block(member)) {
        text_ += " " + scalar(member) + "\n";
        continue;
      }
      text_ += "\n";
      text_.append(indent + 2, ' ');
      add_block(member, indent + 2);
    }
  }

  std::string text_;
};

}  // namespace

std::string yaml_text(const Json& value) {
  if (!is_block(value)) return scalar(value) + "\n";
  YamlWriter writer;
  writer.add_block(value, 0);
  return std::move(writer.text_);
}

}  // namespace gt
