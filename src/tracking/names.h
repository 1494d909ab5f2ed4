/// What names and values of tracking may be. Pure; threads: any.
///
/// The rules are those of MLflow's clients, so that what one server takes the other does too.
/// Lengths are in characters. Errors: invalid.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace gt {

inline constexpr std::size_t tracking_key_characters_max = 250;
inline constexpr std::size_t param_characters_max = 6'000;
inline constexpr std::size_t run_tag_characters_max = 8'000;
inline constexpr std::size_t experiment_name_characters_max = 500;
inline constexpr std::size_t experiment_tag_characters_max = 20'000;
inline constexpr std::size_t artifact_path_bytes_max = 2'048;

std::size_t count_characters(std::string_view text);
/// So many characters from its front.
std::string_view first_characters(std::string_view text, std::size_t count);

/// `what`: "metric", for the message. Letters, digits, `_`, `-`, `.`, `:`, `/` and blanks; as a
/// path it stays below where it is put. All characters beyond ASCII count as letters.
Result<void> check_tracking_key(std::string_view what, std::string_view key);

Result<void> check_experiment_name(std::string_view name);

/// A URI or a path at which clients find artifacts of an experiment.
Result<void> check_artifact_location(std::string_view location);

/// The path of an artifact below its root, as it came from a URL and has been decoded once: no
/// "..", no empty part, and none of both behind further escapes.
Result<void> check_artifact_path(std::string_view path);

}  // namespace gt
