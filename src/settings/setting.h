/// Everything about Geartrain that a person may set, in one table: the readers of files, variables
/// and flags, `config`, the JSON Schema of the files, completion and the test of
/// docs/reference/configuration.md all use it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace gt {

enum class SettingId : std::uint8_t {
  home,
  jobs,
  memory,
  gpus,
  max_active,
  listen,
  tls_certificate,
  tls_key,
  public_url,
  openlineage_url,
  otlp_url,
  secrets_file,
  key_file,
  log_limit,
  log_tail,
  grace,
  disk_wait,
  durability,
  keep,
  output,
  progress,
  color,
  pager,
};
inline constexpr std::size_t setting_count = 23;

enum class SettingType : std::uint8_t {
  integer,
  size,       ///< bytes: 64Mi
  duration,   ///< 10s
  retention,  ///< a whole number, or a time: 10, 30d
  word,       ///< one of some
  path,       ///< relative to the file that says it, else to the current folder; or ~/…
  devices,    ///< a list of GPUs; empty and `none` are none
  command,    ///< for `sh -c`; may be empty
  address,    ///< a port, a host in numbers with a port, or none
  url,        ///< http or https
};

/// Who may set it. What somebody could abuse with a repository that others clone (a program that is
/// started, a file that is read) is not for a project's file.
enum class SettingScope : std::uint8_t { anywhere, person };

struct Setting {
  SettingId id;
  std::string_view name;
  SettingType type;
  SettingScope scope;
  /// What holds where nobody says anything, as one would write it; empty where it depends on the
  /// machine or there is none, which `fallback_text` puts into words.
  std::string_view fallback, fallback_text;
  std::int64_t minimum, maximum;  ///< of an integer; bytes of a size; µs of a duration
  std::span<const std::string_view> words;
  std::string_view variable;
  std::string_view foreign_variable;  ///< another one that many programs heed; may be empty
  const char* flag;                   ///< "-j,--jobs"; empty where there is none
  const char* placeholder;            ///< of the flag
  std::string_view summary;           ///< one sentence with its full stop
};

std::span<const Setting> all_settings();
const Setting& setting(SettingId id);
/// nullptr for a name that is none.
const Setting* find_setting(std::string_view name);
std::vector<std::string> setting_names();

/// A value that was found good.
struct SettingValue {
  std::string text;         ///< as it was written; of a path, absolute
  std::int64_t number = 0;  ///< of an integer; bytes; µs of a duration

  bool operator==(const SettingValue&) const = default;
};

/// Errc::invalid: "`x` is not <what is expected>", with a suggestion as a hint.
Result<SettingValue> read_setting(const Setting& setting, std::string_view text);
/// "an integer from 1 to 100000", "auto, always or never".
std::string expected_text(const Setting& setting);

}  // namespace gt
