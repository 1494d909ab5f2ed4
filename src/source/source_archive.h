/// The source files of runs, so that later ones can be compared with them by content.
///
/// For each state of the project that a run began with: the list of its files by digest, and once
/// per content the text of files that are not too large. Files that may hold secrets are known by
/// their digest only: those that nobody but their owner can read, and those named as keys and
/// variables usually are. It is a help for people and never the ground of a decision: what cannot
/// be kept is left out, and all of it may be removed at any time.
///
///     sources/sets/<digest>        the lines of facts.h
///     sources/texts/<2 hex>/<hex>  a file's content, by its digest
#pragma once

#include <map>
#include <optional>
#include <string>
#include <unordered_set>

#include "base/digest.h"
#include "base/result.h"

namespace gt {

/// Larger files, and what is more than so much of one state, are known by their digest only.
inline constexpr std::int64_t archived_file_bytes_max = 1 << 20;
inline constexpr std::int64_t archived_bytes_max = 32 << 20;

/// Files and links by path; listings are left out.
using SourceContents = std::map<std::string, Digest>;

/// Threads: any; processes side by side write the same bytes.
class SourceArchive {
 public:
  /// `home` is Geartrain's folder.
  explicit SourceArchive(const std::string& home);

  /// `facts`: to_text(SourceFacts) of the whole snapshot of `root`, `digest` of it. Costs one look
  /// if that state is kept already. Files that changed since are left out.
  Result<void> keep(const std::string& root, const Digest& digest, const std::string& facts);

  /// nullopt when that state is not kept.
  std::optional<SourceContents> contents(const std::string& digest) const;
  /// nullopt when it is not kept.
  std::optional<std::string> text(const Digest& file) const;

  /// Removes states that are not in `kept`, and the texts that only they had.
  Result<void> collect(const std::unordered_set<std::string>& kept);

 private:
  std::string set_path(const std::string& digest) const;
  std::string text_path(const Digest& file) const;
  Result<void> keep_text(const std::string& path, const Digest& file, std::int64_t& room);

  std::string folder_;
};

}  // namespace gt
