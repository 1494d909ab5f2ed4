#include "cli/served_projects.h"

#include "base/text.h"
#include "cli/counted.h"
#include "cli/pushed_projects.h"
#include "definition/pushed_names.h"

namespace gt {

Result<void> ServedProjects::look() {
  folder_.look();
  TRY(look_at_versions());
  gather();
  return {};
}

void ServedProjects::look_at(const std::string& pipeline) {
  if (!project_of_pipeline(pipeline).empty()) return;
  folder_.look_at(pipeline);
  gather();
}

Result<void> ServedProjects::look_at_versions() {
  std::vector<PushedProject> active;
  {
    auto reader = TRY(records_.database->begin_read());
    active = TRY(ProjectStore().list(reader));
  }
  std::map<std::string, Pushed> now;
  for (PushedProject& one : active) {
    const auto before = pushed_.find(one.name);
    if (before != pushed_.end() && before->second.version == one.active.id) {
      now.insert(pushed_.extract(before));
      continue;
    }
    const Project project{version_folder(records_.home, one.active), records_.project.home};
    auto served = std::make_unique<ServedProject>(session_, project, one.active, say_);
    served->look();
    say_(fmt::format("serving {}: {}", one.active.name(),
                     counted(static_cast<std::int64_t>(served->pipelines().size()), "pipeline")));
    now.emplace(one.name, Pushed{one.active.id, std::move(served)});
  }
  for (const auto& [name, gone] : pushed_)
    if (!now.contains(name))
      say_(fmt::format("project {} is gone: its pipelines have no triggers any more", name));
  pushed_ = std::move(now);
  return {};
}

void ServedProjects::gather() {
  pipelines_ = folder_.pipelines();
  for (const auto& [name, pushed] : pushed_)
    pipelines_.insert(pushed.project->pipelines().begin(), pushed.project->pipelines().end());
}

}  // namespace gt
