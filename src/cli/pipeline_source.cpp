#include "cli/pipeline_source.h"

#include "base/file.h"
#include "base/text.h"
#include "cli/error_report.h"
#include "definition/pushed_names.h"

namespace gt {

Result<std::string> read_pipeline_file(const PipelineFile& file) {
  if (TRY(kind_of(file.path)) == PathKind::directory)
    return error(Errc::invalid, "{} is a folder, not a pipeline file", printable(file.shown));
  return read_file(file.path, pipeline_file_bytes_max);
}

Result<PipelineText> find_pipeline_text(const Session& session, const Project& project,
                                        const std::optional<std::string>& given) {
  PipelineText found;
  found.file = TRY(find_pipeline_file(session, project, given));
  found.text = TRY(read_pipeline_file(found.file));
  const std::string below = project.root + "/";
  found.recorded_path =
      found.file.path.starts_with(below) ? found.file.path.substr(below.size()) : found.file.path;
  found.project_root = project.root;
  return found;
}

ReadResult read_whole(const PipelineText& text) {
  const bool is_inside = !text.recorded_path.starts_with('/');
  // The whole path: a pipeline without a name is named after the file or its folder.
  ReadResult read =
      read_pipeline(text.text, text.file.path,
                    project_files(text.project_root, is_inside ? text.recorded_path : ""));
  if (read.pipeline && text.version) put_into_project(text.version->project, *read.pipeline);
  return read;
}

std::vector<ProblemSource> problem_sources(const Session& session, const PipelineText& own,
                                           const std::vector<FileText>& named) {
  std::vector<ProblemSource> sources = {{own.file.shown, own.text}};
  for (const FileText& one : named)
    sources.push_back({shown_path(session, own.project_root, one.path), one.text});
  return sources;
}

Result<std::optional<PipelineSource>> load_pipeline(Session& session, PipelineText text) {
  PipelineSource source{.from = std::move(text), .named = {}, .pipeline = {}};
  const PipelineFile& file = source.from.file;
  ReadResult read = read_whole(source.from);
  source.named = std::move(read.named);
  if (!read.problems.empty()) {
    const Colors colors = session.console.facts().talk.has_colors ? Colors::ansi : Colors::none;
    const auto sources = problem_sources(session, source.from, source.named);
    session.console.draw(render_problems(read.problems, sources, colors) + "\n");
  }
  if (!read.pipeline || has_error(read.problems)) {
    report(session.console,
           {Errc::invalid,
            fmt::format("{} has {}", printable(file.shown), count_problems(read.problems)),
            "nothing was started; `geartrain check` looks again"});
    return std::optional<PipelineSource>();
  }
  source.has_warnings = !read.problems.empty();
  source.pipeline = std::make_shared<const Pipeline>(*std::move(read.pipeline));
  return std::optional(std::move(source));
}

}  // namespace gt
