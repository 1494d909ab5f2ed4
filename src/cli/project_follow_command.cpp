#include "base/text.h"
#include "cli/commands.h"
#include "cli/records.h"
#include "cli/table.h"
#include "net/url.h"
#include "run/project_git_store.h"
#include "settings/setting.h"
#include "source/git_mirror.h"
#include "view/project_view.h"

namespace gt {

namespace {

const Example follow_examples[] = {
    {"geartrain project follow flights https://git.example.com/team/flights.git",
     "each commit of its main branch becomes a version"},
    {"geartrain project follow flights git@host:team/all.git --branch prod --path flights --every "
     "5m",
     "a folder of a repository, by another branch"},
    {"geartrain project follow flights --now", "look for new commits at once"},
    {"geartrain project follow", "which repositories are followed, and what is wrong"},
};
const Example unfollow_examples[] = {
    {"geartrain project unfollow flights", "its version stays as it is"}};

struct FollowRequest {
  std::optional<std::string> project, url, branch, path, every, webhook, secret;
  bool is_now = false;
};

/// A path that stays in the repository.
Result<std::string> folder_in_repository(const std::string& given) {
  std::string path = given;
  while (path.ends_with('/')) path.pop_back();
  for (const std::string_view part : split(path, '/'))
    if (part.empty() || part == "." || part == ".." || part == ".git")
      return Error{Errc::invalid, fmt::format("{} is no folder of a repository", printable(given)),
                   "write it from the repository's root, as pipelines/flights"};
  return path;
}

bool has_password(const std::string& url) {
  const auto parsed = parse_url(url);
  return parsed && !parsed->password.empty();
}

Result<ProjectGit> wanted_of(const FollowRequest& request) {
  ProjectGit wanted{.project = *request.project, .url = *request.url, .branch = "", .path = ""};
  if (!is_name(wanted.project))
    return Error{Errc::invalid,
                 fmt::format("{} is no name of a project", printable(wanted.project)),
                 "a name has letters, digits, _ and -"};
  if (!GitMirror::is_address(wanted.url))
    return Error{Errc::invalid, "that is no address of a git repository",
                 "write it as https://host/path, ssh://host/path, host:path or /path"};
  if (has_password(wanted.url))
    return Error{Errc::invalid, "a password in an address would be seen by everybody who looks",
                 "let git on the server's machine know it: `git help credentials`"};
  wanted.branch = request.branch.value_or("");
  if (wanted.branch.starts_with('-'))
    return error(Errc::invalid, "{} is no branch", printable(wanted.branch));
  if (request.path) wanted.path = TRY(folder_in_repository(*request.path));
  if (request.every) {
    const auto every = parse_duration(*request.every);
    if (!every || *every < std::chrono::seconds(1))
      return Error{Errc::invalid, fmt::format("{} is no time", printable(*request.every)),
                   "write it as 30s, 5m or 1h, one second at least"};
    wanted.every = *every;
  }
  if (request.webhook.has_value() != request.secret.has_value())
    return Error{Errc::invalid, "a call is known by its form and its secret",
                 "`--webhook github --secret NAME`"};
  if (request.webhook) {
    if (*request.webhook != "github" && *request.webhook != "gitlab" &&
        *request.webhook != "geartrain")
      return error(Errc::invalid, "--webhook is github, gitlab or geartrain, not {}",
                   shell_quoted(printable(*request.webhook)));
    wanted.webhook = *request.webhook;
    wanted.secret = *request.secret;
  }
  return wanted;
}

Result<void> list(Session& session, const OutputForm& output) {
  std::vector<ProjectGit> all;
  auto records = open_existing_records(session);
  if (!records && records.error().code != Errc::not_found) return std::move(records).error();
  if (records) {
    auto reader = TRY(records->database->begin_read());
    all = TRY(ProjectGitStore().list(reader));
  }
  if (!output.is_table()) {
    JsonList shapes;
    for (const ProjectGit& one : all) shapes.emplace_back(project_git_json(one));
    session.console.print(output.text_of(std::move(shapes)));
    return {};
  }
  Table table({"project", "repository", "branch", "commit", "looked at", "trouble"});
  constexpr std::size_t shown_digits = 10;
  for (const ProjectGit& one : all)
    table.add({{one.project, Tone::strong},
               {printable(one.path.empty() ? one.url : one.url + " " + one.path), Tone::plain},
               {printable(one.branch), Tone::plain},
               {one.heard.substr(0, shown_digits), Tone::plain},
               {one.looked_at ? format_time(*one.looked_at) : "", Tone::plain},
               {printable(one.trouble.substr(0, one.trouble.find('\n'))), Tone::bad}});
  if (table.empty())
    session.console.say("no repository is followed");
  else
    session.console.print(table.text(session.console));
  return {};
}

Result<void> ask(Session& session, const std::string& project) {
  Records records = TRY(open_existing_records(session));
  auto writer = TRY(records.database->begin_write());
  if (!TRY(ProjectGitStore().ask(writer, project)))
    return Error{Errc::not_found, fmt::format("{} follows no repository", printable(project)),
                 "`geartrain project follow` lists those that do"};
  TRY(writer.commit());
  records.database->ring_engines();
  session.console.say(fmt::format("{} is looked at as soon as a server is there", project));
  return {};
}

Result<ExitCode> follow(Session& session, Words words) {
  Options options(project_follow_command.text);
  FollowRequest request;
  OutputForm output;
  options.argument("PROJECT", request.project, Need::optional, "What the project is called here.");
  options.argument("URL", request.url, Need::optional,
                   "Of the repository: https://…, ssh://…, host:path, or a path of this machine.");
  options.option("--branch", "BRANCH", request.branch, "Else the repository's own.");
  options.option("--path", "FOLDER", request.path, "Of the project in it; else its root.");
  options.option("--every", "TIME", request.every, "How often to look; 1m without it.");
  options.option("--webhook", "FORM", request.webhook,
                 "Calls of this form also make it look: github, gitlab or geartrain.");
  options.option("--secret", "NAME", request.secret, "The secret that such calls know.");
  options.flag("--now", request.is_now, "Look at once at what is followed already.");
  options.output(output, {.text = "a list of {project, url, branch, path, every_seconds, webhook, "
                                  "secret, commit, trouble, looked_at}.",
                          .names = "[].project"});
  if (!TRY(begin_command(session, options, words))) return ExitCode::ok;
  if (!request.project) {
    TRY(list(session, output));
    return ExitCode::ok;
  }
  if (request.is_now) {
    TRY(ask(session, *request.project));
    return ExitCode::ok;
  }
  if (!request.url)
    return Error{Errc::invalid, "which repository is it?",
                 "`geartrain project follow PROJECT URL`; `--now` looks at one that is followed"};
  const ProjectGit wanted = TRY(wanted_of(request));
  Records records = TRY(open_records(session));
  auto writer = TRY(records.database->begin_write());
  TRY(ProjectGitStore().follow(writer, wanted));
  TRY(writer.commit());
  records.database->ring_engines();
  if (!output.is_table())
    session.console.print(output.text_of(JsonList{project_git_json(wanted)}));
  else
    session.console.say(
        fmt::format("`geartrain up` makes each commit a version of {}", wanted.project));
  return ExitCode::ok;
}

Result<ExitCode> unfollow(Session& session, Words words) {
  Options options(project_unfollow_command.text);
  std::optional<std::string> project;
  OutputForm output;
  options.argument("PROJECT", project, Need::required, "A project that follows a repository.");
  options.output(output, {.text = "{project}.", .names = "project"});
  if (!TRY(begin_command(session, options, words))) return ExitCode::ok;

  Records records = TRY(open_existing_records(session));
  auto writer = TRY(records.database->begin_write());
  if (!TRY(ProjectGitStore().unfollow(writer, *project)))
    return Error{Errc::not_found, fmt::format("{} follows no repository", printable(*project)),
                 "`geartrain project follow` lists those that do"};
  TRY(writer.commit());
  records.database->ring_engines();
  if (!output.is_table())
    session.console.print(output.text_of(JsonObject{{"project", *project}}));
  else
    session.console.say(fmt::format("{} follows its repository no more", *project));
  return ExitCode::ok;
}

}  // namespace

const CliCommand project_follow_command = {
    {"project follow", "make each commit of a git repository a version",
     "`geartrain up` looks at the repository from time to time, and when it is told to; commits "
     "that came meanwhile become versions in their order, and the newest one counts. A commit "
     "whose "
     "pipelines have errors is left out, and the one before it counts on: what is wrong is said, "
     "and listed here. What git needs to be let in (a helper, a key of ssh) it has to have on the "
     "server's machine: nobody is asked.",
     follow_examples},
    false,
    follow};

const CliCommand project_unfollow_command = {
    {"project unfollow", "leave a project as it is from now on",
     "Commits do not become versions any more; the version that counts stays.", unfollow_examples},
    false,
    unfollow};

}  // namespace gt
