/// The settings that hold, and where each was said.
///
/// Who says it nearest to the command counts: a flag, then a variable, then the project's
/// `geartrain.yaml`, then the person's file, then the machine's, then what the table says.
#pragma once

#include <array>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/problem.h"
#include "settings/setting.h"

namespace gt {

/// The later, the more it counts.
enum class SettingLayer : std::uint8_t { fallback, system, person, project, variable, flag };
/// "default", "system", "person", "project", "variable", "flag".
const char* to_text(SettingLayer layer);

/// Where a value was said.
struct SettingPlace {
  SettingLayer layer = SettingLayer::fallback;
  std::string name;   ///< of the file, the variable or the flag
  Position position;  ///< in the file

  /// "geartrain.yaml:3", "GEARTRAIN_JOBS", "--jobs", "default".
  std::string text() const;
};

/// Threads: any, once loaded.
class Settings {
 public:
  /// What holds where nobody says anything.
  Settings();

  /// Nothing changes if somebody who counts more has set it.
  void set(SettingId id, SettingValue value, SettingPlace place);

  /// nullptr where there is neither a value nor a fallback.
  const SettingValue* find(SettingId id) const;
  const SettingPlace& place(SettingId id) const { return at(id).place; }
  /// Of settings that have a fallback.
  std::int64_t number(SettingId id) const;
  const std::string& text(SettingId id) const;

 private:
  struct Held {
    std::optional<SettingValue> value;
    SettingPlace place;
  };
  const Held& at(SettingId id) const { return held_[static_cast<std::size_t>(id)]; }
  std::array<Held, setting_count> held_;
};

struct GivenFlag {
  SettingId id;
  std::string name;  ///< "--jobs"
  std::string text;
};

/// Where settings are looked for. An empty path is no file.
struct SettingSources {
  std::string project_file, person_file, system_file;  ///< absolute
  std::function<const char*(const char* name)> variable;
  std::span<const GivenFlag> flags = {};
  std::string folder;       ///< for relative paths of variables and flags
  std::string person_home;  ///< for `~/`
};

/// A file as it was found.
struct SettingsFile {
  SettingLayer layer = SettingLayer::system;
  std::string path;
  bool exists = false;
  std::string text = {};
  Problems problems = {};
};

struct LoadedSettings {
  Settings settings;
  std::vector<SettingsFile> files;  ///< project's, person's, machine's: those that are looked for
  std::vector<Error> problems;      ///< of variables and flags

  bool has_problems() const;
};

/// All problems of all sources at once; what is good of them holds.
LoadedSettings load_settings(const SettingSources& sources);

inline constexpr const char* project_settings_file = "geartrain.yaml";

/// $XDG_CONFIG_HOME/geartrain/config.yaml, or that below ~/.config; empty without a home.
std::string person_settings_file(const std::function<const char*(const char*)>& variable);
/// /etc/geartrain/config.yaml, or what $GEARTRAIN_SYSTEM_CONFIG names.
std::string system_settings_file(const std::function<const char*(const char*)>& variable);

struct UnknownVariable {
  std::string name;
  std::string meant;  ///< the one that was probably meant; may be empty
};
/// Names that begin with GEARTRAIN_ and that Geartrain does not know.
std::vector<UnknownVariable> unknown_variables(std::span<const std::string> environment);

}  // namespace gt
