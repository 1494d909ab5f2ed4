#include "blob/tree_manifest.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <iterator>

#include "base/text.h"

namespace gt {

namespace {

constexpr std::string_view first_line = "geartrain tree 1\n";

bool leads_down(std::string_view path) {
  return std::ranges::none_of(split(path, '/'), [](std::string_view part) {
    return part.empty() || part == "." || part == "..";
  });
}

std::optional<TreeEntry> parse_line(std::string_view line) {
  const std::vector<std::string_view> words = split(line, ' ');
  TreeEntry entry;
  std::optional<std::string> path = unescaped(words.back());
  if (!path || !leads_down(*path)) return std::nullopt;
  entry.path = std::move(*path);
  if (words.size() == 2 && words[0] == "folder") {
    entry.kind = TreeEntry::Kind::empty_folder;
    return entry;
  }
  if (words.size() == 3 && words[0] == "link") {
    std::optional<std::string> target = unescaped(words[1]);
    if (!target) return std::nullopt;
    entry.kind = TreeEntry::Kind::link;
    entry.target = std::move(*target);
    return entry;
  }
  if (words.size() != 4 || (words[0] != "644" && words[0] != "755")) return std::nullopt;
  entry.kind = words[0] == "755" ? TreeEntry::Kind::executable : TreeEntry::Kind::file;
  const char* end = words[1].data() + words[1].size();
  const auto [stop, failure] = std::from_chars(words[1].data(), end, entry.bytes);
  const std::optional<Digest> digest = Digest::parse(words[2]);
  if (failure != std::errc() || stop != end || entry.bytes < 0 || !digest) return std::nullopt;
  if (words[1].size() > 1 && words[1].starts_with('0')) return std::nullopt;
  entry.digest = *digest;
  return entry;
}

}  // namespace

std::string tree_text(std::vector<TreeEntry>& entries) {
  std::ranges::sort(entries, {}, &TreeEntry::path);
  std::string text(first_line);
  const auto out = std::back_inserter(text);
  for (const TreeEntry& entry : entries) {
    switch (entry.kind) {
      case TreeEntry::Kind::file:
      case TreeEntry::Kind::executable:
        fmt::format_to(out, "{} {} {} ", entry.kind == TreeEntry::Kind::file ? "644" : "755",
                       entry.bytes, entry.digest.hex());
        break;
      case TreeEntry::Kind::link:
        fmt::format_to(out, "link {} ", escaped(entry.target));
        break;
      case TreeEntry::Kind::empty_folder:
        text += "folder ";
        break;
    }
    text += escaped(entry.path);
    text += '\n';
  }
  return text;
}

Result<std::vector<TreeEntry>> parse_tree(std::string_view text) {
  if (!text.starts_with(first_line))
    return error(Errc::invalid, "line 1 of a tree manifest is not \"geartrain tree 1\"");
  text.remove_prefix(first_line.size());
  std::vector<TreeEntry> entries;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    std::optional<TreeEntry> entry;
    if (end != std::string_view::npos) entry = parse_line(text.substr(0, end));
    const bool is_in_order = entry && (entries.empty() || entries.back().path < entry->path);
    if (!is_in_order)
      return error(Errc::invalid, "line {} of a tree manifest cannot be read", entries.size() + 2);
    entries.push_back(std::move(*entry));
    text.remove_prefix(end + 1);
  }
  return entries;
}

Result<TreeTotals> tree_totals(std::string_view text) {
  if (!text.starts_with(first_line) || !text.ends_with('\n'))
    return error(Errc::invalid, "it is no whole tree manifest");
  text.remove_prefix(first_line.size());
  TreeTotals totals;
  for (; !text.empty(); text.remove_prefix(text.find('\n') + 1)) {
    ++totals.entries;
    if (!text.starts_with("644 ") && !text.starts_with("755 ")) continue;
    std::int64_t bytes = 0;
    const auto [stop, failure] = std::from_chars(text.data() + 4, text.data() + text.size(), bytes);
    if (failure != std::errc() || *stop != ' ')
      return error(Errc::invalid, "line {} of a tree manifest cannot be read", totals.entries + 1);
    ++totals.files;
    totals.bytes += bytes;
  }
  return totals;
}

bool stays_inside(std::string_view folder, std::string_view target) {
  if (target.empty() || target.starts_with('/')) return false;
  auto levels =
      static_cast<std::ptrdiff_t>(folder.empty() ? 0 : std::ranges::count(folder, '/') + 1);
  bool climbing = true;
  for (const std::string_view part : split(target, '/')) {
    if (part.empty() || part == ".") continue;
    if (part != "..") {
      climbing = false;
      continue;
    }
    // After a name, which may be a link itself, nobody knows where ".." leads.
    if (!climbing || --levels < 0) return false;
  }
  return true;
}

}  // namespace gt
