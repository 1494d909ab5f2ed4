#include "execute/host_request.h"

#include <set>

#include "base/file.h"

namespace gt {

namespace {

// The folders of outputs, but not outputs that are folders: a step may want to make those itself.
// Each costs as much as the rest of a shim's work on files, so there is none that nobody declared.
std::vector<std::string> folders_for(const Launch& launch) {
  std::set<std::string> folders{"tmp"};
  for (const auto& output : launch.outputs)
    if (std::holds_alternative<ArtifactType>(output.type))
      folders.insert(parent_path(join_path("outputs", output.path)));
  return {folders.begin(), folders.end()};
}

}  // namespace

SpawnRequest host_request(const Launch& launch, const std::string& folder,
                          std::span<const std::string> caller, const Variables& python) {
  SpawnRequest request;
  request.name = launch.outside_name;
  request.folder = folder;
  if (const auto* script = std::get_if<std::string>(&launch.command))
    request.command = Script{*script};
  else
    request.command = std::get<0>(launch.command);
  request.environment = step_environment(caller, python, launch, join_path(folder, "tmp"));
  request.working_directory = launch.working_directory;
  request.folders = folders_for(launch);
  request.secrets = launch.masks;
  request.timeout = launch.timeout;
  return request;
}

}  // namespace gt
