#include "cli/project.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"

namespace gt {

namespace {

/// A parent folder in which others may put files could hold a pipeline that is not ours to run.
bool is_trusted(const std::string& folder) {
  struct stat facts{};
  if (::stat(folder.c_str(), &facts) != 0) return false;
  return facts.st_uid == ::geteuid() && (facts.st_mode & S_IWOTH) == 0;
}

bool exists(const std::string& path) {
  const auto kind = kind_of(path);
  return kind.ok() && *kind != PathKind::nothing;
}

}  // namespace

std::string project_root(const std::string& start) {
  for (std::string folder = start; folder == start || is_trusted(folder);
       folder = parent_path(folder)) {
    for (const char* const sign : {default_pipeline_file, home_folder, project_settings_file})
      if (exists(join_path(folder, sign))) return folder;
    if (exists(join_path(folder, ".git")) || folder == "/") break;
  }
  return start;
}

Result<Project> find_project(const Session& session) {
  if (session.working_directory.empty())
    return error(Errc::not_found, "the current folder does not exist any more");
  Project project{project_root(session.working_directory), {}};
  const SettingValue* const home = session.settings().find(SettingId::home);
  project.home = home != nullptr ? home->text : join_path(project.root, home_folder);
  return project;
}

Result<PipelineFile> find_pipeline_file(const Session& session, const Project& project,
                                        const std::optional<std::string>& given) {
  if (given) {
    const std::string path = absolute_path(session, *given);
    if (TRY(kind_of(path)) == PathKind::nothing)
      return error(Errc::not_found, "there is no file {}", shell_quoted(printable(*given)));
    return PipelineFile{path, *given};
  }
  const std::string path = join_path(project.root, default_pipeline_file);
  if (TRY(kind_of(path)) == PathKind::nothing) {
    Error problem = error(Errc::not_found, "there is no {} in {} or above", default_pipeline_file,
                          printable(session.working_directory));
    problem.hint =
        "`geartrain init` makes a small project to start from\n`-f FILE` names another file";
    return problem;
  }
  const bool is_here = project.root == session.working_directory;
  return PipelineFile{path, is_here ? default_pipeline_file : path};
}

std::string absolute_path(const Session& session, const std::string& path) {
  return path.starts_with('/') ? path : join_path(session.working_directory, path);
}

}  // namespace gt
