#include "definition/pushed_names.h"

#include <fmt/format.h>

namespace gt {

std::string pushed_name(std::string_view project, std::string_view pipeline) {
  return fmt::format("{}.{}", project, pipeline);
}

std::string_view project_of_pipeline(std::string_view name) {
  const std::size_t dot = name.find('.');
  return dot == std::string_view::npos ? std::string_view() : name.substr(0, dot);
}

std::string name_beside(std::string_view pipeline, std::string_view name) {
  const std::string_view project = project_of_pipeline(pipeline);
  return project.empty() ? std::string(name) : pushed_name(project, name);
}

void put_into_project(std::string_view project, Pipeline& pipeline) {
  if (project.empty()) return;
  pipeline.name = pushed_name(project, pipeline.name);
  for (Trigger& trigger : pipeline.triggers)
    if (auto* const ended = std::get_if<RunEndRule>(&trigger.rule))
      ended->pipeline = pushed_name(project, ended->pipeline);
    else if (auto* const assets = std::get_if<AssetRule>(&trigger.rule))
      rename_assets(*assets, [&](const std::string& name) { return pushed_name(project, name); });
}

}  // namespace gt
