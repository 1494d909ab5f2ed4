#include "settings/edit_file.h"

#include <map>

#include "base/json.h"
#include "base/text.h"
#include "definition/yaml/tree.h"

namespace gt {

namespace {

using Entries = std::map<std::string, std::string, std::less<>>;

struct FileEntries {
  Entries values;
  std::map<std::string, std::uint32_t, std::less<>> lines;  ///< counted from 1
};

Error only_by_hand() {
  return {Errc::conflict, "the file is written in a form that only a person can change", {}};
}

Result<FileEntries> entries_of(std::string_view text) {
  Problems problems;
  const YamlTree tree = parse_yaml(text, problems);
  const auto root = tree.root();
  FileEntries found;
  if (has_error(problems)) return error(Errc::conflict, "the file has problems");
  if (!root || root->is(YamlKind::null)) return found;
  if (!root->is(YamlKind::mapping)) return only_by_hand();
  for (const YamlEntry entry : root->entries()) {
    if (!entry.value.is_scalar()) return only_by_hand();
    // No text is like one that is none.
    const bool is_nothing = entry.value.is(YamlKind::null);
    found.values.emplace(entry.key.text(),
                         is_nothing ? std::string(1, '\0') : std::string(entry.value.text()));
    found.lines.emplace(entry.key.text(), entry.key.position().line);
  }
  return found;
}

std::string line_of(std::string_view name, const std::string& value) {
  std::string line = fmt::format("{}: {}", name, value);
  const auto read = entries_of(line);
  const bool is_plain = read && read->values == Entries{{std::string(name), value}};
  return is_plain ? line : fmt::format("{}: {}", name, json_quoted(value));
}

std::string comment_of(std::string_view line) {
  const std::size_t start = line.find(" #");
  return start == std::string_view::npos ? "" : std::string(line.substr(start));
}

}  // namespace

Result<std::string> with_setting(std::string_view text, std::string_view name,
                                 const std::optional<std::string>& value) {
  FileEntries before = TRY(entries_of(text));
  const auto at = before.lines.find(name);
  std::string changed;
  if (at == before.lines.end()) {
    changed = text;
    if (value && !changed.empty() && !changed.ends_with('\n')) changed += '\n';
    if (value) changed += line_of(name, *value) + "\n";
  } else {
    std::uint32_t number = 0;
    for (const std::string_view line : split(text, '\n')) {
      if (++number != at->second)
        changed += std::string(line) + "\n";
      else if (value)
        changed += line_of(name, *value) + comment_of(line) + "\n";
    }
    changed.pop_back();  // what split() gave behind the last line break
  }
  // Whatever form the file has: all other settings must stay, and this one be as it is wanted.
  Entries wanted = std::move(before.values);
  wanted.erase(std::string(name));
  if (value) wanted.emplace(name, *value);
  const auto after = entries_of(changed);
  if (!after || after->values != wanted) return only_by_hand();
  return changed;
}

}  // namespace gt
