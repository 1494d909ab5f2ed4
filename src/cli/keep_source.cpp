#include "cli/keep_source.h"

#include <cstdint>
#include <unordered_set>

#include "source/source_archive.h"

namespace gt {

void keep_source(const Home& home, const std::string& root, const SourceSet& snapshot) {
  (void)SourceArchive(home.path()).keep(root, snapshot.digest, snapshot.text).ok();
}

Result<void> collect_source(Records& records) {
  std::unordered_set<std::string> kept;
  {
    auto reader = TRY(records.database->begin_read());
    const RunFilter all{.pipeline = {}, .state = {}, .limit = INT64_MAX};
    for (const RunRecord& run : TRY(records.runs.list(reader, all))) kept.insert(run.source_digest);
  }
  return SourceArchive(records.home.path()).collect(kept);
}

}  // namespace gt
