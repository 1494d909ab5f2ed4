#include <algorithm>

#include "base/file.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/counted.h"
#include "cli/pushed_projects.h"
#include "cli/records.h"
#include "cli/table.h"
#include "view/project_view.h"

namespace gt {

namespace {

const Example list_examples[] = {{"geartrain project list", "projects that were pushed here"}};
const Example versions_examples[] = {
    {"geartrain project versions flights", "its versions, newest first"}};
const Example diff_examples[] = {
    {"geartrain project diff flights@3 flights@5", "which files differ"},
    {"geartrain project diff flights@3", "from the version that counts"},
};
const Example rollback_examples[] = {
    {"geartrain project rollback flights", "to the version that counted before"},
    {"geartrain project rollback flights --to 3", "to a certain one"},
};
const Example remove_examples[] = {
    {"geartrain project remove flights", "its pipelines begin no runs any more"}};

constexpr const char* version_shape =
    "{name, project, number, files, bytes, tree, git, message, created_by, created_at}";

std::string commit_of(const ProjectVersion& version) {
  constexpr std::size_t shown_digits = 10;
  const Json* const commit = version.git.find("commit");
  return commit != nullptr && commit->string() != nullptr
             ? commit->string()->substr(0, shown_digits)
             : "";
}

Result<ExitCode> list(Session& session, Words words) {
  Options options(project_list_command.text);
  OutputForm output;
  options.output(output,
                 {.text = "a list of {name, active: a version, activated_by, activated_at}.",
                  .names = "[].name"});
  if (!TRY(begin_command(session, options, words))) return ExitCode::ok;

  std::vector<PushedProject> projects;
  auto records = open_existing_records(session);
  if (!records && records.error().code != Errc::not_found) return std::move(records).error();
  if (records) {
    auto reader = TRY(records->database->begin_read());
    projects = TRY(ProjectStore().list(reader));
  }
  if (!output.is_table()) {
    JsonList shapes;
    for (const PushedProject& one : projects) shapes.emplace_back(project_json(one));
    session.console.print(output.text_of(std::move(shapes)));
    return ExitCode::ok;
  }
  Table table({"project", "version", "files", "commit", "since", "by"});
  for (const PushedProject& one : projects)
    table.add({{one.name, Tone::strong},
               {std::to_string(one.active.number), Tone::plain},
               {std::to_string(one.active.files), Tone::plain},
               {commit_of(one.active), Tone::plain},
               {format_time(one.activated_at), Tone::plain},
               {printable(one.activated_by), Tone::plain}});
  if (table.empty())
    session.console.say("no project was pushed here; `geartrain push` does that");
  else
    session.console.print(table.text(session.console));
  return ExitCode::ok;
}

Result<ExitCode> versions(Session& session, Words words) {
  Options options(project_versions_command.text);
  std::optional<std::string> name;
  OutputForm output;
  options.argument("PROJECT", name, Need::required, "The name of a project that was pushed.");
  static const std::string text = fmt::format("a list of {}.", version_shape);
  options.output(output, {.text = text.c_str(), .names = "[].name"});
  if (!TRY(begin_command(session, options, words))) return ExitCode::ok;

  Records records = TRY(open_existing_records(session));
  auto reader = TRY(records.database->begin_read());
  const auto active = ProjectStore().find(reader, *name);
  const auto all = TRY(ProjectStore().versions(reader, *name));
  if (all.empty()) return active.error();
  if (!output.is_table()) {
    JsonList shapes;
    for (const ProjectVersion& one : all) shapes.emplace_back(version_json(one));
    session.console.print(output.text_of(std::move(shapes)));
    return ExitCode::ok;
  }
  Table table({"version", "", "files", "size", "commit", "made", "by", "message"});
  for (const ProjectVersion& one : all)
    table.add({{one.name(), Tone::strong},
               {active && active->active.id == one.id ? "counts" : "", Tone::good},
               {std::to_string(one.files), Tone::plain},
               {format_bytes(one.bytes), Tone::plain},
               {commit_of(one), Tone::plain},
               {format_time(one.created_at), Tone::plain},
               {printable(one.created_by), Tone::plain},
               {printable(one.message), Tone::plain}});
  session.console.print(table.text(session.console));
  return ExitCode::ok;
}

Result<std::map<std::string, TreeEntry>> tree_of(const Records& records,
                                                 const ProjectVersion& version) {
  auto text = read_file(version_folder(records.home, version) + ".manifest");
  if (!text)
    return Error{Errc::not_found,
                 fmt::format("the files of {} were removed to make room", version.name()), ""};
  std::map<std::string, TreeEntry> tree;
  for (TreeEntry& entry : TRY(parse_tree(*text))) {
    std::string path = entry.path;
    tree.emplace(std::move(path), std::move(entry));
  }
  return tree;
}

struct FileChange {
  std::string path;
  std::string what;  ///< added, removed, changed
};

std::vector<FileChange> changes_between(const std::map<std::string, TreeEntry>& before,
                                        const std::map<std::string, TreeEntry>& now) {
  std::vector<FileChange> changes;
  for (const auto& [path, entry] : now) {
    const auto found = before.find(path);
    if (found == before.end())
      changes.push_back({path, "added"});
    else if (!(found->second == entry))
      changes.push_back({path, "changed"});
  }
  for (const auto& [path, entry] : before)
    if (!now.contains(path)) changes.push_back({path, "removed"});
  std::ranges::sort(changes, {}, &FileChange::path);
  return changes;
}

Result<ExitCode> diff(Session& session, Words words) {
  Options options(project_diff_command.text);
  std::optional<std::string> before_name, now_name;
  OutputForm output;
  options.argument("BEFORE", before_name, Need::required, "A version, as flights@3.");
  options.argument("AFTER", now_name, Need::optional,
                   "Another one; without it the version of that project that counts.");
  options.output(output, {.text = "{before, after, files: [{path, change: added, removed or "
                                  "changed}]}.",
                          .names = "files[].path"});
  if (!TRY(begin_command(session, options, words))) return ExitCode::ok;

  Records records = TRY(open_existing_records(session));
  auto reader = TRY(records.database->begin_read());
  ProjectStore projects;
  const ProjectVersion before = TRY(projects.version(reader, std::string_view(*before_name)));
  const ProjectVersion now = now_name ? TRY(projects.version(reader, std::string_view(*now_name)))
                                      : TRY(projects.find(reader, before.project)).active;
  const auto tree_before = TRY(tree_of(records, before));
  const auto tree_now = TRY(tree_of(records, now));
  const auto changes = changes_between(tree_before, tree_now);
  if (!output.is_table()) {
    JsonList files;
    for (const FileChange& one : changes)
      files.emplace_back(JsonObject{{"path", one.path}, {"change", one.what}});
    session.console.print(output.text_of(
        JsonObject{{"before", before.name()}, {"after", now.name()}, {"files", std::move(files)}}));
    return ExitCode::ok;
  }
  Table table({"change", "file"});
  for (const FileChange& one : changes)
    table.add({{one.what, Tone::plain}, {printable(one.path), Tone::strong}});
  if (table.empty())
    session.console.say(fmt::format("{} and {} have the same files", before.name(), now.name()));
  else
    session.console.print(table.text(session.console));
  return ExitCode::ok;
}

Result<ExitCode> rollback(Session& session, Words words) {
  Options options(project_rollback_command.text);
  std::optional<std::string> name;
  std::optional<std::int64_t> number;
  OutputForm output;
  options.argument("PROJECT", name, Need::required, "The name of a project that was pushed.");
  options.option("--to", "VERSION", number, 1,
                 "Its number; without it the version that counted before.");
  static const std::string text = fmt::format("{}.", version_shape);
  options.output(output, {.text = text.c_str(), .names = "name"});
  if (!TRY(begin_command(session, options, words))) return ExitCode::ok;

  Records records = TRY(open_existing_records(session));
  if (!number) {
    auto reader = TRY(records.database->begin_read());
    number = TRY(ProjectStore().before_active(reader, *name)).number;
  }
  PushedProjects pushed(session, records, [] {});
  const ProjectVersion version = TRY(pushed.activate(*name, *number, person()));
  if (output.is_table())
    session.console.say(
        fmt::format("{} counts now; runs that go on keep the version they began "
                    "with",
                    version.name()));
  else
    session.console.print(output.text_of(version_json(version)));
  return ExitCode::ok;
}

Result<ExitCode> remove(Session& session, Words words) {
  Options options(project_remove_command.text);
  std::optional<std::string> name;
  OutputForm output;
  options.argument("PROJECT", name, Need::required, "The name of a project that was pushed.");
  options.output(output, {.text = "{project}.", .names = "project"});
  if (!TRY(begin_command(session, options, words))) return ExitCode::ok;

  Records records = TRY(open_existing_records(session));
  PushedProjects pushed(session, records, [] {});
  TRY(pushed.remove(*name));
  if (!output.is_table()) {
    session.console.print(output.text_of(JsonObject{{"project", *name}}));
    return ExitCode::ok;
  }
  session.console.say(fmt::format(
      "{} begins no runs any more; its runs and versions stay, and a push brings it back", *name));
  return ExitCode::ok;
}

}  // namespace

const CliCommand project_list_command = {
    {"project list", "list the projects that were pushed",
     "With the version of each that counts: runs that begin now use it.", list_examples},
    false,
    list};

const CliCommand project_versions_command = {
    {"project versions", "list the versions of a pushed project",
     "Newest first. A version never changes. `geartrain gc` removes the files of those that no run "
     "uses, all but the newest 20.",
     versions_examples},
    false,
    versions};

const CliCommand project_diff_command = {
    {"project diff", "say which files of a pushed project differ",
     "Between two versions, by content.", diff_examples},
    false,
    diff};

const CliCommand project_rollback_command = {
    {"project rollback", "let an earlier version of a project count",
     "Runs that begin from now on use it, with its pipelines and triggers as they were. Runs that "
     "go on keep the version that they began with. Another push goes on from there.",
     rollback_examples},
    false,
    rollback};

const CliCommand project_remove_command = {
    {"project remove", "serve a pushed project no longer",
     "Its pipelines have no triggers and begin no runs any more. What was run stays, with the "
     "versions that it used.",
     remove_examples},
    false,
    remove};

}  // namespace gt
