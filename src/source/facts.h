/// Facts about source files, as they stand in a task's manifest.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/digest.h"
#include "source/file_stamp.h"

namespace gt {

/// Spelled in manifests as the enumerator. `digest` is of …
enum class FactKind {
  file,     ///< the file's content
  absent,   ///< nothing (zeros): there is nothing at the path
  listing,  ///< the names that a glob (or "." for the whole snapshot) selects, NUL after each
  link,     ///< the text of a symbolic link
};

const char* to_text(FactKind kind);

struct Fact {
  FactKind kind = FactKind::file;
  std::string path;
  Digest digest = {};

  bool operator==(const Fact&) const = default;
};

/// "file src/train.py 5e88…", "absent src/x.py": the path as escaped() writes it.
std::string to_text(const Fact& fact);

struct SourceFacts {
  std::vector<Fact> facts = {};        ///< sorted by path, then kind; each once
  std::vector<FileStamp> stamps = {};  ///< of the facts, in the same order; of files and links
  Time made_at = {};                   ///< just before the first file was looked at
  /// Of all lines, each ended by a line break.
  Digest digest = {};
  /// Sentences for people: a link that leaves the project, a glob that selects nothing.
  std::vector<std::string> notes = {};
};

/// All lines, each ended by a line break.
std::string to_text(const SourceFacts& facts);

/// What facts about many files say of these alone, as if they had been selected by name. nullopt
/// unless there is a fact about each as a file.
std::optional<SourceFacts> facts_of_files(const SourceFacts& all, std::vector<std::string> paths);

}  // namespace gt
