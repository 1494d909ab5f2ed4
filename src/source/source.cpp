#include "source/source.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <set>
#include <tuple>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "source/hashing.h"

namespace gt {

namespace {

constexpr std::string_view stat_cache_name = "stat-cache";

Result<std::string> canonical(const std::string& path) {
  char* real = realpath(path.c_str(), nullptr);
  if (real == nullptr) return errno_error(errno, fmt::format("finding {}", printable(path)));
  std::string result(real);
  std::free(real);
  return result;
}

// Also of a path whose last segments do not exist yet.
Result<std::string> canonical_or_new(const std::string& path) {
  if (TRY(kind_of(path)) != PathKind::nothing) return canonical(path);
  const std::string parent = parent_path(path);
  if (parent == path) return path;
  const std::string above = TRY(canonical_or_new(parent));
  return join_path(above, file_name(path));
}

Digest digest_of_names(const std::vector<SourceFile>& files) {
  Sha256 hash;
  for (const auto& file : files) hash.update({file.path.c_str(), file.path.size() + 1});
  return hash.finish();
}

bool comes_before(const Fact& a, const Fact& b) {
  const int paths = a.path.compare(b.path);
  return paths != 0 ? paths < 0 : a.kind < b.kind;
}

// The facts about files are sorted already, and many; the others are few.
void merge_into(SourceFacts& facts, std::vector<Fact> others) {
  std::ranges::sort(others, comes_before);
  others.erase(std::unique(others.begin(), others.end()), others.end());
  std::size_t at = facts.facts.size();
  facts.facts.resize(at + others.size());
  facts.stamps.resize(at + others.size());
  for (std::size_t end = facts.facts.size(); !others.empty(); --end) {
    if (at == 0 || comes_before(facts.facts[at - 1], others.back())) {
      facts.facts[end - 1] = std::move(others.back());
      facts.stamps[end - 1] = {};
      others.pop_back();
    } else {
      --at;
      facts.facts[end - 1] = std::move(facts.facts[at]);
      facts.stamps[end - 1] = facts.stamps[at];
    }
  }
}

}  // namespace

Source::Source(Snapshot snapshot, StatCache stat_cache, Clock& clock)
    : snapshot_(std::move(snapshot)),
      clock_(&clock),
      state_(std::make_unique<State>(std::move(stat_cache))) {}

Result<Source> Source::open(const std::string& root, const std::string& home, Clock& clock,
                            SourceKind kind) {
  const std::string real_home = TRY(canonical_or_new(home));
  std::string real_root = TRY(canonical(root));
  auto snapshot = TRY(Snapshot::open(std::move(real_root), real_home, kind));
  return Source(std::move(snapshot), StatCache::load(join_path(real_home, stat_cache_name)), clock);
}

Result<std::vector<std::string>> Source::files() {
  std::vector<std::string> paths;
  for (auto& file : TRY(snapshot_.all_files())) paths.push_back(std::move(file.path));
  return paths;
}

// Gathers what is selected, and what its links lead to.
class Source::Collector {
 public:
  Collector(const Snapshot& snapshot, SourceFacts& facts) : snapshot_(snapshot), facts_(facts) {}

  Result<void> select_all() {
    auto found = TRY(snapshot_.all_files());
    listings_.push_back({FactKind::listing, ".", digest_of_names(found)});
    return add(std::move(found));
  }

  Result<void> select(const Glob& glob) {
    auto found = TRY(snapshot_.files_of(glob));
    const bool named =
        glob.is_literal() && (found.empty() || found[0].path == glob.literal_prefix());
    if (found.empty()) {
      facts_.notes.push_back(fmt::format("'{}' selects no file", printable(glob.text())));
      if (named) listings_.push_back({FactKind::absent, glob.literal_prefix()});
    }
    if (!named) listings_.push_back({FactKind::listing, glob.text(), digest_of_names(found)});
    return add(std::move(found));
  }

  /// Sorted by path, each once; with them the listings and absences, in no order.
  std::pair<std::vector<SourceFile>, std::vector<Fact>> finish() {
    std::ranges::sort(files_, {}, &SourceFile::path);
    const auto same = std::ranges::unique(files_, {}, &SourceFile::path);
    files_.erase(same.begin(), same.end());
    return {std::move(files_), std::move(listings_)};
  }

 private:
  Result<void> add(std::vector<SourceFile> found) {
    std::vector<std::string> links;
    for (const auto& file : found)
      if (file.kind == PathKind::link && followed_.insert(file.path).second)
        links.push_back(file.path);
    if (files_.empty())
      files_ = std::move(found);
    else
      std::ranges::move(found, std::back_inserter(files_));
    for (const auto& link : links) TRY(follow(link));
    return {};
  }

  Result<void> follow(const std::string& link) {
    const auto target = snapshot_.target_of(link);
    if (!target || snapshot_.is_left_out(*target)) {
      facts_.notes.push_back(fmt::format(
          "the link '{}' leads out of the project's files: what is behind it is not watched",
          printable(link)));
      return {};
    }
    if (!followed_.insert(*target + "/").second) return {};
    const auto file = snapshot_.look_at(target->empty() ? "." : *target);
    if (file && file->kind == PathKind::file) return add({*file});
    if (file && file->kind == PathKind::directory) {
      auto below = TRY(snapshot_.files_below(*target));
      listings_.push_back({FactKind::listing, *target + "/", digest_of_names(below)});
      return add(std::move(below));
    }
    return {};
  }

  const Snapshot& snapshot_;
  SourceFacts& facts_;
  std::vector<SourceFile> files_;
  std::vector<Fact> listings_;
  std::set<std::string> followed_;  // links, and their targets with a slash at the end
};

Result<SourceFacts> Source::facts(const SourceSelection& selection) {
  SourceFacts result;
  result.made_at = clock_->now();
  Collector collector(snapshot_, result);
  if (selection.is_whole) TRY(collector.select_all());
  for (const auto& text : selection.globs) {
    const Glob glob = TRY(Glob::parse_selection(text));
    TRY(collector.select(glob));
  }
  auto [files, listings] = collector.finish();
  TRY(add_digests(files, result));
  merge_into(result, std::move(listings));
  result.digest = sha256(to_text(result));
  return result;
}

Result<void> Source::add_digests(const std::vector<SourceFile>& files, SourceFacts& facts) {
  std::vector<std::optional<Digest>> digests(files.size());
  std::vector<FileStamp> stamps(files.size());
  std::vector<std::string> unknown_paths;
  std::vector<std::size_t> unknown;
  {
    const std::lock_guard lock(state_->mutex);
    for (std::size_t i = 0; i < files.size(); ++i) {
      stamps[i] = files[i].stamp;
      if (files[i].kind != PathKind::file) continue;
      digests[i] = state_->stat_cache.find(files[i].path, files[i].stamp);
      if (digests[i]) continue;
      unknown.push_back(i);
      unknown_paths.push_back(files[i].path);
    }
  }
  const Time hashed_at = clock_->now();
  const auto hashed = TRY(hash_files(snapshot_.root_fd(), unknown_paths));
  {
    const std::lock_guard lock(state_->mutex);
    for (std::size_t k = 0; k < hashed.size(); ++k) {
      if (!hashed[k]) continue;  // gone in the meantime
      digests[unknown[k]] = hashed[k]->digest;
      stamps[unknown[k]] = hashed[k]->stamp;
      if (hashed[k]->steady)
        state_->stat_cache.put(unknown_paths[k], hashed[k]->stamp, hashed[k]->digest, hashed_at);
    }
  }
  facts.facts.reserve(files.size() + 1);
  for (std::size_t i = 0; i < files.size(); ++i) {
    FactKind kind = FactKind::file;
    if (files[i].kind == PathKind::link) {
      const auto text = read_link(join_path(snapshot_.root(), files[i].path));
      if (!text) continue;
      digests[i] = sha256(*text);
      kind = FactKind::link;
    }
    if (!digests[i]) continue;
    facts.facts.push_back({kind, files[i].path, *digests[i]});
    facts.stamps.push_back(stamps[i]);
  }
  return {};
}

bool Source::still_holds(const Fact& fact, const FileStamp& stamp, Time made_at) const {
  if (fact.kind == FactKind::listing) return true;
  const auto file = snapshot_.look_at(fact.path);
  switch (fact.kind) {
    case FactKind::absent:
      return !file;
    case FactKind::link: {
      if (!file || file->kind != PathKind::link) return false;
      const auto text = read_link(join_path(snapshot_.root(), fact.path));
      return text && sha256(*text) == fact.digest;
    }
    default:
      break;
  }
  if (!file || file->kind != PathKind::file || file->stamp != stamp) return false;
  if (is_well_older(stamp, made_at)) return true;
  const auto hashed = hash_file(snapshot_.root_fd(), fact.path);
  return hashed && *hashed && (*hashed)->digest == fact.digest;
}

Result<std::vector<std::string>> Source::changed_since(const SourceFacts& facts) {
  std::vector<std::string> changed;
  for (std::size_t i = 0; i < facts.facts.size(); ++i)
    if (!still_holds(facts.facts[i], facts.stamps[i], facts.made_at))
      changed.push_back(facts.facts[i].path);
  return changed;
}

Result<Digest> Source::digest_of_program(const std::string& absolute_path) {
  const std::string path = TRY(canonical(absolute_path));
  struct stat status{};
  if (stat(path.c_str(), &status) != 0)
    return errno_error(errno, fmt::format("looking at {}", printable(path)));
  {
    const std::lock_guard lock(state_->mutex);
    if (const auto known = state_->stat_cache.find(path, stamp_of(status))) return *known;
  }
  const Time hashed_at = clock_->now();
  const Digest digest = TRY(digest_of_file(path));
  struct stat after{};
  if (stat(path.c_str(), &after) == 0 && stamp_of(after) == stamp_of(status)) {
    const std::lock_guard lock(state_->mutex);
    state_->stat_cache.put(path, stamp_of(status), digest, hashed_at);
  }
  return digest;
}

Result<void> Source::save_stat_cache() {
  const std::lock_guard lock(state_->mutex);
  return state_->stat_cache.save();
}

}  // namespace gt
