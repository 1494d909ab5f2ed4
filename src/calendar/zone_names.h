/// The names of time zones, for messages. Threads: any.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gt {

/// Whether a time zone may have this name: words of letters, digits, `_`, `+` and `-` between
/// slashes. No path into another folder, and not one of the names that mean the machine's own zone
/// or a count of seconds with leap seconds.
bool is_zone_name(std::string_view name);

/// All names that the machine's list has; none where there is no list.
std::vector<std::string> zone_names();

/// What was probably meant: the same with other capitals, its last word (`berlin`), or with a slip
/// of the pen.
std::optional<std::string> nearest_zone(std::string_view name, std::span<const std::string> names);

}  // namespace gt
