#include "cli/settings_view.h"

#include "base/text.h"
#include "definition/setting_text.h"

namespace gt {

namespace {

template <typename Visit>
void for_each_step(const std::vector<Step>& steps, const std::string& outer, const Visit& visit) {
  for (const Step& step : steps) {
    const std::string path = outer + step.name;
    visit(path, *step.settings);
    if (const Group* group = step.group()) for_each_step(group->steps, path + ".", visit);
    if (step.call()) for_each_step(step.call()->pipeline->finally_steps, path + ".", visit);
  }
}

template <typename Visit>
void for_each_setting(const Pipeline& pipeline, const Visit& visit) {
  const auto visit_step = [&](const std::string& path, const StepSettings& settings) {
    for (const SettingOrigin& origin : settings.origins) visit(path, settings, origin);
  };
  for_each_step(pipeline.steps, "", visit_step);
  for_each_step(pipeline.finally_steps, "", visit_step);
}

}  // namespace

void add_settings(const Pipeline& pipeline, ProblemSources files, Table& table) {
  for_each_setting(pipeline, [&](const std::string& path, const StepSettings& settings,
                                 const SettingOrigin& origin) {
    const Position at = origin.position;
    const std::string file = at.file == 0 ? "" : printable(files[at.file].file_name) + ":";
    table.add({{printable(path)},
               {origin.setting},
               {printable(setting_text(settings, origin.setting))},
               {fmt::format("{}{}:{}{}", file, at.line, at.column,
                            origin.is_default ? " (defaults)" : ""),
                Tone::faint}});
  });
}

JsonList settings_shape(const Pipeline& pipeline, ProblemSources files) {
  JsonList all;
  for_each_setting(pipeline, [&](const std::string& path, const StepSettings& settings,
                                 const SettingOrigin& origin) {
    all.emplace_back(JsonObject{{"step", path},
                                {"setting", origin.setting},
                                {"value", setting_text(settings, origin.setting)},
                                {"line", std::int64_t{origin.position.line}},
                                {"column", std::int64_t{origin.position.column}},
                                {"default", origin.is_default},
                                {"file", files[origin.position.file].file_name}});
  });
  return all;
}

}  // namespace gt
