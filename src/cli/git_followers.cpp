#include "cli/git_followers.h"

#include "base/file.h"
#include "base/file_lock.h"
#include "base/id.h"
#include "base/text.h"
#include "base/thread.h"
#include "source/git_mirror.h"

namespace gt {

namespace {

/// Of commits that came since the last look, so many of the newest become versions.
constexpr std::size_t commits_max = 50;
constexpr std::size_t trouble_bytes_max = 4000;

JsonObject git_of(const ProjectGit& followed, const GitCommit& commit) {
  return {{"commit", commit.id},
          {"branch", followed.branch},
          {"dirty", false},
          {"url", followed.url},
          {"path", followed.path}};
}

/// True: it is a version that counts now.
Result<bool> add_commit(PushedProjects& projects, GitMirror& mirror, const ProjectGit& followed,
                        const GitCommit& commit, const std::string& folder,
                        const std::stop_token& stop) {
  TRY(mirror.check_out(commit.id, followed.path, join_path(folder, "tree"), stop));
  const std::string place = followed.path.empty() ? "tree" : "tree/" + followed.path;
  const std::size_t slash = place.rfind('/');
  const std::string parent =
      slash == std::string::npos ? folder : join_path(folder, place.substr(0, slash));
  const std::string name = slash == std::string::npos ? place : place.substr(slash + 1);
  return TRY(projects.add_folder({.project = followed.project,
                                  .git = git_of(followed, commit),
                                  .message = commit.subject,
                                  .who = commit.author},
                                 parent, name))
      .is_new;
}

struct Seen {
  std::string heard;
  std::string trouble;
  bool has_changed = false;
};

Result<Seen> see(Session& session, Records& records, PushedProjects& projects,
                 const ProjectGit& followed, const std::stop_token& stop) {
  GitMirror mirror(records.home.at("git/" + followed.project), followed.url);
  Seen seen{.heard = followed.heard, .trouble = followed.trouble};
  const std::string newest = TRY(mirror.fetch(followed.branch, stop));
  if (newest == followed.heard) return seen;
  seen.trouble.clear();
  for (const GitCommit& commit :
       TRY(mirror.commits_since(followed.heard, newest, commits_max, stop))) {
    SystemEntropy entropy;
    const std::string folder =
        records.home.at(fmt::format("incoming/commit-{}", make_uuid(session.clock.now(), entropy)));
    const auto added = add_commit(projects, mirror, followed, commit, folder, stop);
    (void)remove_tree(folder).ok();
    // What is wrong with a commit is mended by another one; all else may be better next time.
    if (!added && added.error().code != Errc::invalid && added.error().code != Errc::not_found)
      return added.error();
    constexpr std::size_t shown_digits = 10;
    seen.trouble = added ? ""
                         : fmt::format("commit {}: {}", commit.id.substr(0, shown_digits),
                                       added.error().message);
    seen.has_changed = seen.has_changed || (added && *added);
    seen.heard = commit.id;
  }
  return seen;
}

}  // namespace

Result<bool> look_at_repository(Session& session, Records& records, PushedProjects& projects,
                                const ProjectGit& followed, const Say& say, std::stop_token stop) {
  TRY(make_directories(records.home.at("git")));
  // Another server of this home may be at it: what it finds counts for all.
  const auto lock = FileLock::try_take(records.home.at("git/" + followed.project + ".lock"));
  if (!lock || !*lock) return false;
  auto seen = see(session, records, projects, followed, stop);
  if (!seen && seen.error().code == Errc::cancelled) return false;
  Seen found =
      seen ? *std::move(seen) : Seen{.heard = followed.heard, .trouble = seen.error().message};
  found.trouble = found.trouble.substr(0, trouble_bytes_max);
  if (found.trouble != followed.trouble)
    say(found.trouble.empty() ? fmt::format("{} can be followed again", followed.project)
                              : fmt::format("following {}: {}", followed.project, found.trouble));
  auto writer = TRY(records.database->begin_write());
  TRY(ProjectGitStore().looked(writer, followed, found.heard, found.trouble, session.clock.now()));
  TRY(writer.commit());
  return found.has_changed;
}

class GitFollowers::One {
 public:
  One(GitFollowers& all, std::string project) : all_(all), project_(std::move(project)) {}

  Result<void> start() {
    thread_ = TRY(start_thread([this](const std::stop_token& stop) { follow(stop); }));
    return {};
  }
  void wake() {
    {
      const std::lock_guard lock(mutex_);
      is_woken_ = true;
    }
    changed_.notify_all();
  }

 private:
  void follow(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      const Duration pause = look(stop).value_or(std::chrono::minutes(1));
      std::unique_lock lock(mutex_);
      changed_.wait_for(lock, stop, pause, [this] { return is_woken_; });
      is_woken_ = false;
    }
  }

  /// How long to wait for the next one.
  Result<Duration> look(const std::stop_token& stop) {
    const auto followed = TRY(read());
    if (!followed) return Duration(std::chrono::hours(1));
    const Time now = all_.session_.clock.now();
    // A clock that was set back is no reason to wait.
    const bool is_due = !followed->looked_at || followed->is_asked() ||
                        *followed->looked_at > now || now - *followed->looked_at >= followed->every;
    if (!is_due) return followed->every - (now - *followed->looked_at);
    TRY(look_at_repository(all_.session_, all_.records_, all_.projects_, *followed, all_.say_,
                           stop));
    return followed->every;
  }

  Result<std::optional<ProjectGit>> read() {
    auto reader = TRY(all_.records_.database->begin_read());
    return ProjectGitStore().find(reader, project_);
  }

  GitFollowers& all_;
  const std::string project_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  bool is_woken_ = false;
  std::jthread thread_;  ///< last: it uses what stands above
};

GitFollowers::GitFollowers(Session& session, Records& records, PushedProjects& projects, Say say)
    : session_(session), records_(records), projects_(projects), say_(std::move(say)) {}

GitFollowers::~GitFollowers() { stop(); }

Result<void> GitFollowers::look() {
  std::vector<ProjectGit> all;
  {
    auto reader = TRY(records_.database->begin_read());
    all = TRY(ProjectGitStore().list(reader));
  }
  std::map<std::string, std::unique_ptr<One>> now;
  for (const ProjectGit& followed : all) {
    auto before = followed_.extract(followed.project);
    if (before) {
      if (followed.is_asked() || !followed.looked_at) before.mapped()->wake();
      now.insert(std::move(before));
      continue;
    }
    auto one = std::make_unique<One>(*this, followed.project);
    TRY(one->start());
    now.emplace(followed.project, std::move(one));
  }
  followed_ = std::move(now);
  return {};
}

void GitFollowers::stop() { followed_.clear(); }

}  // namespace gt
