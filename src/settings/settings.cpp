#include "settings/settings.h"

#include <algorithm>

#include "base/file.h"
#include "base/text.h"
#include "settings/settings_file.h"

namespace gt {

namespace {

constexpr const char* system_file_variable = "GEARTRAIN_SYSTEM_CONFIG";
/// Of variables with names that the person chooses.
constexpr std::string_view person_prefixes[] = {"GEARTRAIN_SECRET_", "GEARTRAIN_CONNECTION_",
                                                "GEARTRAIN_VARIABLE_"};

}  // namespace

const char* to_text(SettingLayer layer) {
  switch (layer) {
    case SettingLayer::fallback:
      return "default";
    case SettingLayer::system:
      return "system";
    case SettingLayer::person:
      return "person";
    case SettingLayer::project:
      return "project";
    case SettingLayer::variable:
      return "variable";
    case SettingLayer::flag:
      return "flag";
  }
  return "";
}

std::string SettingPlace::text() const {
  if (layer == SettingLayer::fallback) return to_text(layer);
  return position.line == 0 ? name : fmt::format("{}:{}", name, position.line);
}

Settings::Settings() {
  for (const Setting& one : all_settings()) {
    if (one.fallback.empty()) continue;
    auto value = read_setting(one, one.fallback);
    GT_CHECK(value.ok(), "fallbacks in the table are good");
    held_[static_cast<std::size_t>(one.id)].value = *std::move(value);
  }
}

void Settings::set(SettingId id, SettingValue value, SettingPlace place) {
  Held& held = held_[static_cast<std::size_t>(id)];
  if (place.layer < held.place.layer) return;
  held = {std::move(value), std::move(place)};
}

const SettingValue* Settings::find(SettingId id) const {
  return at(id).value ? &*at(id).value : nullptr;
}

std::int64_t Settings::number(SettingId id) const {
  GT_CHECK(at(id).value, "the setting has a fallback");
  return at(id).value->number;
}

const std::string& Settings::text(SettingId id) const {
  GT_CHECK(at(id).value, "the setting has a fallback");
  return at(id).value->text;
}

namespace {

void read_variable(const SettingSources& sources, const Setting& one, std::string_view name,
                   LoadedSettings& loaded) {
  if (name.empty()) return;
  const char* const text = sources.variable(std::string(name).c_str());
  const bool may_be_empty = one.type == SettingType::command || one.type == SettingType::devices;
  if (text == nullptr || (*text == '\0' && !may_be_empty)) return;
  SettingPlace place{SettingLayer::variable, std::string(name), {}};
  if (name == "NO_COLOR") return loaded.settings.set(one.id, {"never"}, std::move(place));
  auto value = read_setting(one, text);
  if (!value) {
    loaded.problems.push_back(std::move(value).error().context("{}", name));
    return;
  }
  if (one.type == SettingType::path)
    value->text = full_path(value->text, sources.folder, sources.person_home);
  loaded.settings.set(one.id, *std::move(value), std::move(place));
}

void read_flag(const SettingSources& sources, const GivenFlag& flag, LoadedSettings& loaded) {
  const Setting& one = setting(flag.id);
  auto value = read_setting(one, flag.text);
  if (!value) {
    loaded.problems.push_back(std::move(value).error().context("{}", flag.name));
    return;
  }
  if (one.type == SettingType::path)
    value->text = full_path(value->text, sources.folder, sources.person_home);
  loaded.settings.set(flag.id, *std::move(value), {SettingLayer::flag, flag.name, {}});
}

}  // namespace

bool LoadedSettings::has_problems() const {
  for (const SettingsFile& file : files)
    if (has_error(file.problems)) return true;
  return !problems.empty();
}

LoadedSettings load_settings(const SettingSources& sources) {
  LoadedSettings loaded;
  const std::pair<SettingLayer, const std::string&> places[] = {
      {SettingLayer::project, sources.project_file},
      {SettingLayer::person, sources.person_file},
      {SettingLayer::system, sources.system_file}};
  for (const auto& [layer, path] : places) {
    if (path.empty()) continue;
    SettingsFile file{.layer = layer, .path = path};
    read_settings_file(file, sources.person_home, loaded.settings);
    loaded.files.push_back(std::move(file));
  }
  for (const Setting& one : all_settings()) {
    // The own one last, for it counts more.
    read_variable(sources, one, one.foreign_variable, loaded);
    read_variable(sources, one, one.variable, loaded);
  }
  for (const GivenFlag& flag : sources.flags) read_flag(sources, flag, loaded);
  return loaded;
}

std::string person_settings_file(const std::function<const char*(const char*)>& variable) {
  const char* const folder = variable("XDG_CONFIG_HOME");
  // The XDG specification has relative ones ignored.
  if (folder != nullptr && *folder == '/') return join_path(folder, "geartrain/config.yaml");
  const char* const home = variable("HOME");
  if (home == nullptr || *home != '/') return {};
  return join_path(home, ".config/geartrain/config.yaml");
}

std::string system_settings_file(const std::function<const char*(const char*)>& variable) {
  const char* const chosen = variable(system_file_variable);
  if (chosen != nullptr && *chosen == '/') return chosen;
  return "/etc/geartrain/config.yaml";
}

std::vector<UnknownVariable> unknown_variables(std::span<const std::string> environment) {
  // Those of a server that commands are pointed at are no settings: no file may say them.
  std::vector<std::string> known = {system_file_variable, "GEARTRAIN_SERVER", "GEARTRAIN_TOKEN",
                                    "GEARTRAIN_CA_FILE"};
  for (const Setting& one : all_settings()) known.emplace_back(one.variable);
  // A step, or a server, that calls geartrain has what we gave it.
  const std::vector<std::string> of_steps = {
      "GEARTRAIN_API_TOKEN", "GEARTRAIN_API_URL",  "GEARTRAIN_ATTEMPT", "GEARTRAIN_ATTEMPT_NUMBER",
      "GEARTRAIN_GPUS",      "GEARTRAIN_MEMORY",   "GEARTRAIN_OUTPUTS", "GEARTRAIN_ON_BEHALF_OF",
      "GEARTRAIN_RUN_ID",    "GEARTRAIN_RUN_NAME", "GEARTRAIN_TASK",    "GEARTRAIN_VALUES"};
  std::vector<UnknownVariable> unknown;
  for (const std::string& assignment : environment) {
    const std::string name = assignment.substr(0, assignment.find('='));
    if (!name.starts_with("GEARTRAIN_")) continue;
    const bool is_of_person = std::ranges::any_of(
        person_prefixes, [&](std::string_view prefix) { return name.starts_with(prefix); });
    if (is_of_person) continue;
    const auto is_one = [&](const std::vector<std::string>& names) {
      return std::find(names.begin(), names.end(), name) != names.end();
    };
    if (is_one(known) || is_one(of_steps)) continue;
    unknown.push_back({name, nearest(name, known).value_or("")});
  }
  return unknown;
}

}  // namespace gt
