/// A pipeline file as a command uses it: read, checked, its problems told.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "cli/project.h"
#include "definition/pipeline.h"

namespace gt {

struct PipelineText {
  PipelineFile file;
  std::string recorded_path;  ///< relative to the project's root where it lies in it
  std::string text;
};

struct PipelineSource {
  PipelineText from;
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

/// nullopt when the file has problems that are errors: they are told, and the command ends with
/// ExitCode::invalid_definition. Warnings are told too.
Result<std::optional<PipelineSource>> load_pipeline(Session& session, PipelineText text);

}  // namespace gt
