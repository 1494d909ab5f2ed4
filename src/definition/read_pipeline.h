/// Reads a pipeline file: text to Pipeline, or all that is wrong with it at once.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/problem.h"
#include "definition/pipeline.h"
#include "definition/pipeline_texts.h"

namespace gt {

struct ReadResult {
  /// Only if no problem is an error.
  std::optional<Pipeline> pipeline;
  /// In the order of the files; at most definition_limits::problems_max and one that counts the
  /// rest.
  Problems problems;
  /// The files that it names, in the order in which Position::file counts them from 1.
  std::vector<FileText> named;
};

/// `file_name` gives the pipeline its name if the file does not: `flights/pipeline.yaml` and
/// `flights.yaml` are `flights`. Pure, but for what `named` does, and that rules of time zones are
/// read for triggers. Threads: any.
ReadResult read_pipeline(std::string_view text, const std::string& file_name,
                         const NamedFiles& named = {});

}  // namespace gt
