/// The source files of a project as facts: which there are, what is in them, which have changed.
///
/// Nothing here follows a link out of the project's folder, nor looks into Geartrain's own folder.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/digest.h"
#include "base/result.h"
#include "source/facts.h"
#include "source/snapshot.h"
#include "source/stat_cache.h"

namespace gt {

struct SourceSelection {
  std::vector<std::string> globs = {};  ///< as `code:` has them
  bool is_whole = globs.empty();  ///< the whole snapshot instead; `code: []` is no file at all
};

/// Threads: any, at once. Hashing many files uses two threads of its own for the time of the call.
class Source {
 public:
  /// `home` is Geartrain's folder, which need not exist yet. Errors: not_found, denied.
  static Result<Source> open(const std::string& root, const std::string& home, Clock& clock,
                             SourceKind kind = SourceKind::project);

  /// The paths of the whole snapshot, sorted. Costs one lstat a file, and `git ls-files` where
  /// there is git.
  Result<std::vector<std::string>> files();

  /// Unchanged files cost one lstat. Errors: invalid (a bad glob), denied (a file that cannot be
  /// read), exhausted (Snapshot's limits).
  Result<SourceFacts> facts(const SourceSelection& selection);

  /// The paths of facts that do not hold any more, by lstat only (a file that was younger than 2 s
  /// when it was hashed is hashed again). New files are not looked for: facts() does that.
  Result<std::vector<std::string>> changed_since(const SourceFacts& facts);

  /// The digest of a file anywhere, links followed, remembered as those of the project are: for
  /// interpreters and other programs.
  Result<Digest> digest_of_program(const std::string& absolute_path);

  /// For the next process. A failure costs only time.
  Result<void> save_stat_cache();

  const std::string& root() const { return snapshot_.root(); }

 private:
  class Collector;
  struct State {
    explicit State(StatCache cache) : stat_cache(std::move(cache)) {}
    std::mutex mutex;
    StatCache stat_cache;
  };

  Source(Snapshot snapshot, StatCache stat_cache, Clock& clock);
  Result<void> add_digests(const std::vector<SourceFile>& files, SourceFacts& facts);
  bool still_holds(const Fact& fact, const FileStamp& stamp, Time made_at) const;

  Snapshot snapshot_;
  Clock* clock_;
  std::unique_ptr<State> state_;  // behind a pointer, so that a Source can be moved
};

}  // namespace gt
