#include "cli/pipeline_choice.h"

#include <algorithm>

#include "base/file.h"
#include "base/text.h"
#include "cli/pushed_projects.h"
#include "cli/records.h"
#include "definition/pushed_names.h"

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

namespace {

/// Of the active version of its project. Errors: not_found.
Result<PipelineText> find_pushed_pipeline(const Session& session, const std::string& named) {
  Records records = TRY(open_existing_records(session));
  const std::string project(project_of_pipeline(named));
  ProjectVersion version;
  {
    auto reader = TRY(records.database->begin_read());
    version = TRY(ProjectStore().find(reader, project)).active;
  }
  const std::string root = version_folder(records.home, version);
  std::vector<std::string> names;
  for (const std::string& file : project_pipeline_files(root)) {
    PipelineText text = TRY(find_pipeline_text(session, {root, records.project.home}, file));
    text.version = version;
    const ReadResult read = read_whole(text);
    if (read.pipeline && read.pipeline->name == named) return text;
    if (read.pipeline) names.push_back(read.pipeline->name);
  }
  Error problem = error(Errc::not_found, "{} has no pipeline {}", version.name(),
                        shell_quoted(printable(named)));
  problem.hint = fmt::format("there are {}", fmt::join(names, ", "));
  return problem;
}

bool is_pushed_name(const std::string& named) {
  const std::string_view project = project_of_pipeline(named);
  return is_name(project) && is_name(std::string_view(named).substr(project.size() + 1));
}

}  // namespace

Result<PipelineText> find_asked_pipeline(const Session& session, const Project& project,
                                         const std::optional<std::string>& asked) {
  if (asked) {
    const auto kind = kind_of(absolute_path(session, *asked));
    if (!kind || *kind == PathKind::nothing) return find_named_pipeline(session, project, asked);
  }
  return find_pipeline_text(session, project, asked);
}

Result<PipelineText> find_named_pipeline(const Session& session, const Project& project,
                                         const std::optional<std::string>& named) {
  if (!named || is_pipeline_file_name(*named) || named->find('/') != std::string::npos)
    return find_pipeline_text(session, project, named);
  if (is_pushed_name(*named)) return find_pushed_pipeline(session, *named);
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
