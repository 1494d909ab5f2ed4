#include "cli/pipeline_choice.h"

#include <algorithm>

#include "base/file.h"
#include "base/text.h"

namespace gt {

std::vector<std::string> project_pipeline_files(const std::string& root) {
  std::vector<std::string> found;
  const std::string own = join_path(root, default_pipeline_file);
  const auto kind = kind_of(own);
  if (kind && *kind != PathKind::nothing) found.push_back(own);
  const std::string folder = join_path(root, pipelines_folder);
  if (const auto names = list_directory(folder))
    for (const std::string& name : *names)
      if (is_pipeline_file_name(name)) found.push_back(join_path(folder, name));
  std::ranges::sort(found);
  return found;
}

Result<PipelineText> find_named_pipeline(const Session& session, const Project& project,
                                         const std::optional<std::string>& named) {
  if (!named || is_pipeline_file_name(*named) || named->find('/') != std::string::npos)
    return find_pipeline_text(session, project, named);
  std::vector<std::string> names, broken;
  for (const std::string& file : project_pipeline_files(project.root)) {
    auto text = TRY(find_pipeline_text(session, project, file));
    const ReadResult read = read_whole(text);
    if (read.pipeline && read.pipeline->name == *named) return text;
    if (read.pipeline)
      names.push_back(read.pipeline->name);
    else
      broken.push_back(text.recorded_path);
  }
  Error problem =
      error(Errc::not_found, "the project has no pipeline {}", shell_quoted(printable(*named)));
  if (const auto near = nearest(*named, names))
    problem.hint = fmt::format("did you mean {}?", *near);
  else if (!broken.empty())
    problem.hint =
        fmt::format("{} cannot be read: `geartrain check` shows why", fmt::join(broken, ", "));
  else if (!names.empty())
    problem.hint = fmt::format("there are {}", fmt::join(names, ", "));
  return problem;
}

}  // namespace gt
