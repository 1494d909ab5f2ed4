/// Everything that may change what a step produces, and nothing else.
///
/// Tasks with equal manifests have interchangeable results, so a result is kept under the digest of
/// its manifest. Times, host names, run ids and the step's own name are absent on purpose: they
/// would make runs, or equal steps, differ without a reason.
///
/// The text of a manifest is one line for each fact; its SHA-256 is the key, and `why` compares the
/// same text, so an explanation cannot disagree with the key.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/digest.h"
#include "base/json.h"

namespace gt {

using NamedText = std::pair<std::string, std::string>;

/// Lines such as "file src/train.py <digest>", sorted, each ended by a line break.
struct SourceSet {
  std::string text;
  Digest digest;  ///< of the text
};

/// All texts are UTF-8: what else is a fact stands in them escaped.
struct StepManifest {
  /// Canonical JSON: {"argv": [...]} or {"script": "…"}, with inputs by digest and name, outputs by
  /// path below the attempt's folder, secrets by name.
  std::string command;
  std::string working_directory;         ///< relative to the project's root; "." for the root
  std::vector<std::string> environment;  ///< lines such as "package pandas 2.2.2 <digest>"
  std::vector<NamedText> variables;      ///< declared ones, by name and value
  std::vector<NamedText> params;         ///< those that the step mentions, as canonical JSON
  std::vector<NamedText> matrix;         ///< axes that the step mentions, as canonical JSON
  std::vector<NamedText> inputs;         ///< canonical JSON; artifacts by digest and file name
  std::vector<NamedText> outputs;        ///< name, and type and path in words
  /// Shared by all steps that select the same source files; never null.
  std::shared_ptr<const SourceSet> source;
};

/// All facts but the source files, one a line. Names and values are escaped, so no value can
/// imitate another line.
std::string base_text(const StepManifest& manifest);

struct StepKey {
  Digest base;    ///< of base_text()
  Digest source;  ///< the source set's
  Digest key;     ///< of both
};
StepKey step_key(const StepManifest& manifest);

}  // namespace gt
