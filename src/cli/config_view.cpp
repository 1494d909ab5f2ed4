#include "cli/config_view.h"

#include <fmt/ranges.h>

#include "base/text.h"
#include "cli/machine_share.h"
#include "cli/project.h"
#include "execute/host_limits.h"

namespace gt {

namespace {

/// Of a setting that nobody has set and that has no fallback in the table.
Result<std::optional<SettingValue>> of_machine(const Session& session, SettingId id) {
  using Found = std::optional<SettingValue>;
  if (id == SettingId::home) {
    const Project project = TRY(find_project(session));
    return Found(SettingValue{project.home});
  }
  if (id == SettingId::jobs) {
    const double cpus = host_limits().cpu;
    return Found(SettingValue{fmt::format("{:g}", cpus), static_cast<std::int64_t>(cpus)});
  }
  if (id == SettingId::memory) {
    const std::int64_t bytes = host_limits().memory_bytes;
    return Found(SettingValue{fmt::format("{}Mi", bytes >> 20), bytes});
  }
  if (id == SettingId::gpus) {
    const std::vector<std::string> devices = gpus_of(session);
    return Found(
        SettingValue{devices.empty() ? "none" : fmt::format("{}", fmt::join(devices, ","))});
  }
  if (id == SettingId::pager)
    if (auto command = pager_command(nullptr, session.variable("PATH")))
      return Found(SettingValue{*std::move(command)});
  return Found();
}

Json json_of(const Setting& setting, const SettingValue& value) {
  switch (setting.type) {
    case SettingType::integer:
    case SettingType::size:
      return value.number;
    case SettingType::duration:
      return static_cast<double>(value.number) / 1e6;
    case SettingType::retention:
    case SettingType::word:
    case SettingType::path:
    case SettingType::devices:
    case SettingType::command:
    case SettingType::address:
    case SettingType::url:
      return value.text;
  }
  return {};
}

Json unit_of(const Setting& setting) {
  if (setting.type == SettingType::size) return "bytes";
  if (setting.type == SettingType::duration) return "seconds";
  return {};
}

Json or_null(std::string_view text) { return text.empty() ? Json() : Json(std::string(text)); }

}  // namespace

Result<std::vector<ShownSetting>> shown_settings(const Session& session,
                                                 std::optional<SettingId> only) {
  std::vector<ShownSetting> shown;
  for (const Setting& one : all_settings()) {
    if (only && one.id != *only) continue;
    std::optional<SettingValue> value;
    if (const SettingValue* const held = session.settings().find(one.id))
      value = *held;
    else
      value = TRY(of_machine(session, one.id));
    shown.push_back({&one, value ? value->text : "", value ? json_of(one, *value) : Json(),
                     session.settings().place(one.id)});
  }
  return shown;
}

Table table_of(const std::vector<ShownSetting>& shown, bool with_origin) {
  std::vector<std::string> titles = {"setting", "value"};
  if (with_origin) titles.emplace_back("from");
  Table table(titles);
  for (const ShownSetting& one : shown) {
    const bool is_said = one.place.layer != SettingLayer::fallback;
    std::vector<TableCell> row = {{std::string(one.setting->name), Tone::strong},
                                  {one.text.empty() ? "-" : printable(one.text)}};
    if (with_origin)
      row.push_back({printable(one.place.text()), is_said ? Tone::plain : Tone::faint});
    table.add(std::move(row));
  }
  return table;
}

JsonList shape_of(const std::vector<ShownSetting>& shown) {
  JsonList list;
  for (const ShownSetting& one : shown) {
    const Setting& setting = *one.setting;
    const bool is_in_file = one.place.position.line > 0;
    JsonObject origin{{"kind", to_text(one.place.layer)},
                      {"name", or_null(one.place.name)},
                      {"line", is_in_file ? Json(std::int64_t{one.place.position.line}) : Json()}};
    list.emplace_back(JsonObject{
        {"name", std::string(setting.name)},
        {"value", one.value},
        {"unit", unit_of(setting)},
        {"origin", std::move(origin)},
        {"default",
         std::string(setting.fallback.empty() ? setting.fallback_text : setting.fallback)},
        {"description", std::string(setting.summary)},
        {"variable", std::string(setting.variable)},
        {"flag", or_null(setting.flag)},
        {"project", setting.scope == SettingScope::anywhere}});
  }
  return list;
}

}  // namespace gt
