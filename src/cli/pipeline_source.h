/// A pipeline file as a command uses it: read, checked, its problems told.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "cli/project_files.h"
#include "definition/read_pipeline.h"
#include "definition/render_problems.h"
#include "run/project_store.h"

namespace gt {

struct PipelineText {
  PipelineFile file;
  std::string recorded_path;  ///< relative to the project's root where it lies in it
  std::string text;
  std::string project_root;
  /// Of a pushed project; nullopt: the project's folder as it is.
  std::optional<ProjectVersion> version = {};
};

struct PipelineSource {
  PipelineText from;
  std::vector<FileText> named;  ///< further files that it is made of
  std::shared_ptr<const Pipeline> pipeline;
  bool has_warnings = false;
};

inline constexpr std::size_t pipeline_file_bytes_max = 64U << 20U;

/// The whole file. Errors: not_found, denied; exhausted over pipeline_file_bytes_max; invalid for a
/// folder or device.
Result<std::string> read_pipeline_file(const PipelineFile& file);

/// `given` as find_pipeline_file(). Errors: of that and of read_pipeline_file().
Result<PipelineText> find_pipeline_text(const Session& session, const Project& project,
                                        const std::optional<std::string>& given);

/// All of it, and what is wrong with it, told to nobody.
ReadResult read_whole(const PipelineText& text);

/// The files that its problems are about; they refer to what is given.
std::vector<ProblemSource> problem_sources(const Session& session, const PipelineText& own,
                                           const std::vector<FileText>& named);

/// nullopt when the file has problems that are errors: they are told, and the command ends with
/// ExitCode::invalid_definition. Warnings are told too.
Result<std::optional<PipelineSource>> load_pipeline(Session& session, PipelineText text);

}  // namespace gt
