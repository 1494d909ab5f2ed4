/// Small text tools that several modules need; nothing that knows Geartrain's nouns.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace gt {

std::vector<std::string_view> split(std::string_view text, char separator);
std::string_view trim(std::string_view text);
bool is_utf8(std::string_view text);
/// Bytes of the character that `text` begins with (RFC 3629: no surrogates, no overlong forms); 0
/// if it begins with none.
std::size_t utf8_length(std::string_view text);

/// The candidate with the smallest Damerau-Levenshtein distance, if it is near enough to be a
/// typing mistake (at most a third of the length, and at most 3); for "did you mean …".
std::optional<std::string> nearest(std::string_view word, std::span<const std::string> candidates);

/// Digits, with a minus in front of a negative number; nullopt for anything else, and beyond int64.
std::optional<std::int64_t> parse_whole_number(std::string_view text);

/// One word for sh and bash: bare if harmless, else in single quotes. For showing commands.
std::string shell_quoted(std::string_view text);
std::string shell_quoted(std::span<const std::string> argv);

/// "90s", "10m", "1h30m", "2d", "500ms", "1.5h"; units from large to small; a bare number is
/// refused. Errc::invalid.
Result<Duration> parse_duration(std::string_view text);
/// "12ms", "0.4s", "12.3s", "4m05s", "2h03m", "3d04h": for people; cut, never rounded up.
std::string format_duration(Duration duration);
/// "1024", "512Mi", "2Gi", "1.5G" (decimal K M G T, binary Ki Mi Gi Ti) to bytes. Errc::invalid.
Result<std::int64_t> parse_bytes(std::string_view text);
/// "312 B", "1.2 KiB", "3.4 GiB": for people.
std::string format_bytes(std::int64_t bytes);
/// RFC 3339 in UTC with milliseconds: "2026-11-23T06:00:00.000Z".
std::string format_time(Time time);

/// A name that may stand in paths, SQL and expressions: [A-Za-z_][A-Za-z0-9_-]*, at most 128 bytes.
bool is_name(std::string_view text);

/// Printable one-line form for terminals and messages: control characters and bytes that are no
/// UTF-8 are shown escaped, so that a file name cannot move the cursor.
std::string printable(std::string_view text);

/// The text as one word without blanks, quotes or line breaks, from which unescaped() makes the
/// very same bytes again: for paths in lists with a line for each. Readable UTF-8 stays as it is.
std::string escaped(std::string_view text);
/// nullopt for a word that escaped() does not write.
std::optional<std::string> unescaped(std::string_view word);

}  // namespace gt
