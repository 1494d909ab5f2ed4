#include "tracking/names.h"

#include <algorithm>

#include "base/text.h"

namespace gt {

namespace {

constexpr std::string_view key_signs = "_-.:/ ";
constexpr std::size_t shown_characters_max = 100;
/// Whoever escapes a path more often than that wants nothing good.
constexpr int escapes_max = 5;

std::string shown(std::string_view text) {
  const std::string_view front = first_characters(text, shown_characters_max);
  return fmt::format("'{}{}'", printable(front), front.size() < text.size() ? "…" : "");
}

bool is_key_character(char c) {
  return static_cast<unsigned char>(c) >= 0x80U || (c >= 'a' && c <= 'z') ||
         (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         key_signs.find(c) != std::string_view::npos;
}

bool has_part(std::string_view path, std::string_view wanted) {
  const auto parts = split(path, '/');
  return std::ranges::find(parts, wanted) != parts.end();
}

// Relative, and as short as it can be written.
bool is_plain_path(std::string_view path) {
  return !path.empty() && !has_part(path, "") && !has_part(path, ".") && !has_part(path, "..");
}

bool is_harmless(std::string_view path) {
  return !path.starts_with('/') && !has_part(path, "..") &&
         path.find_first_of(std::string_view("\\\0", 2)) == std::string_view::npos;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// What is no escape stays as it is.
std::string without_escapes(std::string_view path) {
  std::string plain;
  for (std::size_t i = 0; i < path.size(); ++i) {
    const int high = path[i] == '%' && i + 2 < path.size() ? hex_digit(path[i + 1]) : -1;
    const int low = high >= 0 ? hex_digit(path[i + 2]) : -1;
    if (low < 0) {
      plain += path[i];
      continue;
    }
    plain += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return plain;
}

}  // namespace

std::size_t count_characters(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; }));
}

std::string_view first_characters(std::string_view text, std::size_t count) {
  if (text.size() <= count) return text;
  std::size_t end = 0;
  while (end < text.size()) {
    const bool begins = (static_cast<unsigned char>(text[end]) & 0xc0U) != 0x80U;
    if (begins && count-- == 0) break;
    ++end;
  }
  return text.substr(0, end);
}

Result<void> check_tracking_key(std::string_view what, std::string_view key) {
  if (key.empty()) return error(Errc::invalid, "the name of a {} is missing", what);
  if (count_characters(key) > tracking_key_characters_max)
    return error(Errc::invalid, "the name of the {} {} has more than {} characters", what,
                 shown(key), tracking_key_characters_max);
  if (!std::ranges::all_of(key, is_key_character))
    return error(
        Errc::invalid,
        "{} is no name of a {}: it has letters, digits, '_', '-', '.', ':', '/' and blanks",
        shown(key), what);
  if (!is_plain_path(key))
    return error(Errc::invalid,
                 "{} is no name of a {}: read as a path, it must have no '.', '..' or empty part",
                 shown(key), what);
  return {};
}

Result<void> check_experiment_name(std::string_view name) {
  if (name.empty()) return error(Errc::invalid, "the name of the experiment is missing");
  if (count_characters(name) > experiment_name_characters_max)
    return error(Errc::invalid, "the name of the experiment has more than {} characters",
                 experiment_name_characters_max);
  return {};
}

Result<void> check_artifact_location(std::string_view location) {
  if (location.size() > artifact_path_bytes_max)
    return error(Errc::invalid, "artifact_location has more than {} bytes",
                 artifact_path_bytes_max);
  if (location.find_first_of("#?;") != std::string_view::npos)
    return error(Errc::invalid, "artifact_location {} has one of # ? ;, which it must not",
                 shown(location));
  if (has_part(without_escapes(location), "..") || has_part(location, ".."))
    return error(Errc::invalid, "artifact_location {} climbs out of its place", shown(location));
  return {};
}

Result<void> check_artifact_path(std::string_view path) {
  const Error refused = error(
      Errc::invalid, "{} is no path of an artifact: it must stay below its root", shown(path));
  if (path.size() > artifact_path_bytes_max)
    return error(Errc::invalid, "the path of the artifact has more than {} bytes",
                 artifact_path_bytes_max);
  if (!is_plain_path(path)) return refused;
  std::string decoded(path);
  for (int i = 0; i < escapes_max; ++i) {
    if (!is_harmless(decoded)) return refused;
    std::string again = without_escapes(decoded);
    if (again == decoded) return {};
    decoded = std::move(again);
  }
  return refused;
}

}  // namespace gt
