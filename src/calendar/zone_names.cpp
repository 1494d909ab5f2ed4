#include "calendar/zone_names.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "base/file.h"
#include "base/text.h"

namespace gt {

namespace {

// The source of all zones, as tzdata installs it: `Z NAME …` defines one, `L TARGET NAME` a second
// name for one.
constexpr const char* list_path = "/usr/share/zoneinfo/tzdata.zi";
constexpr std::size_t list_bytes_max = 4U << 20U;

std::string lowercase(std::string_view text) {
  std::string small(text);
  for (char& c : small) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return small;
}

bool is_word(std::string_view word) {
  return !word.empty() && std::ranges::all_of(word, [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '+' || c == '-';
  });
}

}  // namespace

bool is_zone_name(std::string_view name) {
  constexpr auto others = std::to_array<std::string_view>({"localtime", "posixrules", "Factory"});
  if (std::ranges::find(others, name) != others.end()) return false;
  const auto words = split(name, '/');
  return std::ranges::all_of(words, is_word) && words[0] != "posix" && words[0] != "right";
}

std::vector<std::string> zone_names() {
  const auto list = read_file(list_path, list_bytes_max);
  if (!list.ok()) return {};
  std::vector<std::string> names;
  for (const std::string_view line : split(*list, '\n')) {
    const auto words = split(line, ' ');
    if (words[0] == "Z" && words.size() > 1 && is_zone_name(words[1])) names.emplace_back(words[1]);
    if (words[0] == "L" && words.size() > 2 && is_zone_name(words[2])) names.emplace_back(words[2]);
  }
  return names;
}

std::optional<std::string> nearest_zone(std::string_view name, std::span<const std::string> names) {
  const std::string word = lowercase(name);
  std::vector<std::string> small;
  for (const std::string& one : names) small.push_back(lowercase(one));
  for (std::size_t i = 0; i < names.size(); ++i)
    if (small[i] == word) return names[i];
  for (std::size_t i = 0; i < names.size(); ++i)
    if (small[i].ends_with("/" + word)) return names[i];
  const auto meant = nearest(word, small);
  if (!meant) return std::nullopt;
  return names[static_cast<std::size_t>(std::ranges::find(small, *meant) - small.begin())];
}

}  // namespace gt
