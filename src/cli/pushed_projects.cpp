#include "cli/pushed_projects.h"

#include <algorithm>

#include "base/file.h"
#include "base/id.h"
#include "base/text.h"
#include "blob/place.h"
#include "cli/pipeline_choice.h"
#include "cli/pipeline_source.h"

namespace gt {

namespace {

/// Files of so many earlier versions are not sent again.
constexpr std::size_t known_versions_max = 5;

constexpr std::size_t manifest_bytes_max = 256U << 20U;

BlobName blob_name(const Digest& tree) { return {.digest = tree, .is_folder = true}; }

/// Removes a folder when it is done with, whatever came of it.
class Staging {
 public:
  explicit Staging(std::string path) : path_(std::move(path)) {}
  ~Staging() { (void)remove_tree(path_).ok(); }
  Staging(const Staging&) = delete;
  Staging& operator=(const Staging&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace

std::string version_folder(const Home& home, const ProjectVersion& version) {
  return home.at(place_of(blob_name(version.tree)));
}

Result<std::vector<std::string>> pushed_pipelines(const Session& session, const Project& project,
                                                  const std::string& name) {
  std::vector<std::string> names;
  std::string problems;
  for (const std::string& path : project_pipeline_files(project.root)) {
    PipelineText text = TRY(find_pipeline_text(session, project, path));
    text.version.emplace().project = name;
    const ReadResult read = read_whole(text);
    if (!read.pipeline || has_error(read.problems)) {
      std::vector<ProblemSource> sources = {{text.recorded_path, text.text}};
      for (const FileText& one : read.named) sources.push_back({one.path, one.text});
      problems += render_problems(read.problems, sources, Colors::none);
      continue;
    }
    if (std::ranges::find(names, read.pipeline->name) != names.end())
      problems += fmt::format("{}: pipeline {} is in another file already\n", text.recorded_path,
                              read.pipeline->name);
    names.push_back(read.pipeline->name);
  }
  if (!problems.empty())
    return Error{Errc::invalid, "its pipelines have errors, so nothing has changed:\n" + problems,
                 "`geartrain check` shows them before a push"};
  if (names.empty())
    return Error{Errc::invalid, "there is no pipeline in it",
                 fmt::format("a project has a {}, or files in {}/", default_pipeline_file,
                             pipelines_folder)};
  std::ranges::sort(names);
  return names;
}

PushedProjects::PushedProjects(Session& session, Records& records, std::function<void()> changed)
    : session_(session),
      records_(records),
      changed_(std::move(changed)),
      blobs_(records.home, entropy_, durability_of(session)),
      incoming_(records.home) {}

Result<KnownFiles> PushedProjects::known_files(const std::string& project) {
  std::vector<ProjectVersion> versions;
  {
    auto reader = TRY(records_.database->begin_read());
    versions = TRY(ProjectStore().versions(reader, project));
  }
  if (versions.size() > known_versions_max) versions.resize(known_versions_max);
  KnownFiles known;
  for (const ProjectVersion& version : versions) {
    const std::string folder = version_folder(records_.home, version);
    const auto text = read_file(folder + ".manifest", manifest_bytes_max);
    if (!text) continue;
    if (const auto tree = parse_tree(*text)) add_known_files(*tree, folder, known);
  }
  return known;
}

Result<VersionAnswer> PushedProjects::add_version(const AskedVersion& asked) {
  if (!is_name(asked.project))
    return Error{Errc::invalid, fmt::format("{} is no name of a project", printable(asked.project)),
                 "a name has letters, digits, _ and -, and does not begin with a digit or -"};
  const std::lock_guard lock(mutex_);
  {
    auto reader = TRY(records_.database->begin_read());
    const auto before = ProjectStore().find(reader, asked.project);
    if (!before && before.error().code != Errc::not_found) return before.error();
    if (before && before->active.tree == asked.tree) {
      const Project project{version_folder(records_.home, before->active), records_.project.home};
      VersionAnswer same{.version = before->active};
      same.pipelines = TRY(pushed_pipelines(session_, project, asked.project));
      return same;
    }
  }
  // An earlier version may have the same files.
  std::string manifest = records_.home.at(place_of(blob_name(asked.tree))) + ".manifest";
  if (TRY(kind_of(manifest)) == PathKind::nothing) {
    const auto path = incoming_.path_of(asked.tree);
    if (!path) return VersionAnswer{.missing = {{asked.tree, 0}}, .version = {}};
    manifest = *path;
  }
  const std::string text = TRY(read_file(manifest, manifest_bytes_max));
  const std::vector<TreeEntry> tree = TRY(parse_version_tree(text));
  const KnownFiles known = TRY(known_files(asked.project));
  VersionAnswer answer{.missing = missing_files(tree, known, incoming_), .version = {}};
  if (!answer.missing.empty()) return answer;
  const Blob kept = TRY(keep(asked, tree, known));
  answer = TRY(record(asked, kept));
  incoming_.remove_old(session_.clock.now());
  tell();
  return answer;
}

Result<VersionAnswer> PushedProjects::add_folder(const AskedVersion& asked,
                                                 const std::string& parent,
                                                 const std::string& name) {
  TRY(pushed_pipelines(session_, {join_path(parent, name), records_.project.home}, asked.project));
  const std::lock_guard lock(mutex_);
  const Blob kept =
      TRY(blobs_.take_in({.folder = parent, .path = name, .is_folder = true, .may_move = true}));
  VersionAnswer answer = TRY(record(asked, kept));
  if (answer.is_new) tell();
  return answer;
}

Result<Blob> PushedProjects::keep(const AskedVersion& asked, const std::vector<TreeEntry>& tree,
                                  const KnownFiles& known) {
  const Staging staging(records_.home.at(
      fmt::format("incoming/version-{}", make_uuid(session_.clock.now(), entropy_))));
  const std::string folder = join_path(staging.path(), "tree");
  TRY(make_version_folder(tree, known, incoming_, folder));
  TRY(pushed_pipelines(session_, {folder, records_.project.home}, asked.project));
  const Blob kept = TRY(blobs_.take_in(
      {.folder = staging.path(), .path = "tree", .is_folder = true, .may_move = true}));
  if (kept.name.digest != asked.tree)
    return error(Errc::invalid, "the files are not what their list says: they are {}",
                 kept.name.digest.hex());
  return kept;
}

Result<VersionAnswer> PushedProjects::record(const AskedVersion& asked, const Blob& kept) {
  VersionAnswer answer;
  {
    auto writer = TRY(records_.database->begin_write());
    const auto before = ProjectStore().find(writer, asked.project);
    if (!before && before.error().code != Errc::not_found) return before.error();
    answer.is_new = !before || before->active.tree != kept.name.digest;
    answer.version = TRY(ProjectStore().add(writer,
                                            {.project = asked.project,
                                             .tree = kept.name.digest,
                                             .files = kept.files,
                                             .bytes = kept.bytes,
                                             .git = asked.git,
                                             .message = asked.message,
                                             .created_by = asked.who},
                                            session_.clock.now()));
    TRY(writer.commit());
  }
  TRY(blobs_.release());
  answer.pipelines = TRY(pushed_pipelines(
      session_, {version_folder(records_.home, answer.version), records_.project.home},
      asked.project));
  return answer;
}

Result<ProjectVersion> PushedProjects::activate(const std::string& project, std::int64_t number,
                                                const std::string& who) {
  ProjectVersion version;
  {
    auto writer = TRY(records_.database->begin_write());
    TRY(ProjectStore().find(writer, project));
    version = TRY(ProjectStore().version(writer, project, number));
    if (TRY(kind_of(version_folder(records_.home, version))) == PathKind::nothing)
      return Error{Errc::not_found,
                   fmt::format("the files of {} were removed to make room", version.name()),
                   "push it again: it becomes a version of its own"};
    TRY(ProjectStore().activate(writer, version, who, session_.clock.now()));
    TRY(writer.commit());
  }
  tell();
  return version;
}

Result<void> PushedProjects::look_at_git(const std::string& project) {
  auto writer = TRY(records_.database->begin_write());
  if (!TRY(ProjectGitStore().ask(writer, project)))
    return error(Errc::not_found, "{} follows no repository", shell_quoted(printable(project)));
  TRY(writer.commit());
  tell();
  return {};
}

Result<void> PushedProjects::remove(const std::string& project) {
  auto writer = TRY(records_.database->begin_write());
  TRY(ProjectStore().remove(writer, project));
  TRY(writer.commit());
  tell();
  return {};
}

void PushedProjects::tell() {
  records_.database->ring_engines();
  changed_();
}

}  // namespace gt
