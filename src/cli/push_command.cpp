#include "base/file.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/counted.h"
#include "cli/project.h"
#include "cli/project_upload.h"
#include "cli/pushed_projects.h"
#include "cli/source_facts.h"
#include "source/project_tree.h"

namespace gt {

namespace {

const Example examples[] = {
    {"geartrain push --server http://trains:4207", "this project, by the name of its folder"},
    {"geartrain push flights --name flights-staging", "a folder, by another name"},
    {"geartrain push --dry-run --server http://trains:4207", "what would go"},
};

struct PushRequest {
  std::optional<std::string> folder, name, message;
  bool is_rehearsal = false;
};

/// A folder's name with what is no letter, digit, _ or - left out.
std::string name_of_folder(const std::string& root) {
  std::string name;
  for (const char c : file_name(root)) {
    const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    const bool may_follow = (c >= '0' && c <= '9') || c == '-';
    if (is_letter || (may_follow && !name.empty())) name += c;
  }
  return name;
}

Result<std::string> project_name(const PushRequest& request, const std::string& root) {
  std::string name = request.name ? *request.name : name_of_folder(root);
  if (is_name(name)) return name;
  return Error{Errc::invalid,
               fmt::format("{} is no name of a project", shell_quoted(printable(name))),
               "--name gives one, of letters, digits, _ and -"};
}

void tell(Session& session, const Uploaded& uploaded, const std::string& url) {
  const Json* const version = uploaded.answer.find("version");
  const Json* const name =
      version != nullptr && version->object() ? version->object()->find("name") : nullptr;
  const std::string shown = name != nullptr && name->string() ? *name->string() : "";
  const Json* const is_new = uploaded.answer.find("is_new");
  if (is_new != nullptr && is_new->boolean() != nullptr && !*is_new->boolean()) {
    session.console.say(fmt::format("{} has these files already, and counts there", shown));
    return;
  }
  session.console.say(fmt::format("{} counts at {} now: {} sent, {}", shown, url,
                                  counted(uploaded.sent_files, "file"),
                                  format_bytes(uploaded.sent_bytes)));
  const Json* const pipelines = uploaded.answer.find("pipelines");
  if (pipelines == nullptr || pipelines->list() == nullptr) return;
  std::vector<std::string> names;
  for (const Json& one : *pipelines->list())
    if (one.string() != nullptr) names.push_back(*one.string());
  session.console.say(fmt::format("its pipelines: {}", fmt::join(names, ", ")));
}

Result<ExitCode> run(Session& session, Words words) {
  Options options(push_command.text);
  PushRequest request;
  OutputForm output;
  options.argument("DIR", request.folder, Need::optional, "The project's folder; else this one's.");
  options.option("--name", "NAME", request.name,
                 "What the project is called there; else as its folder.");
  options.option("-m,--message", "TEXT", request.message, "What has changed, for people.");
  options.flag("--dry-run", request.is_rehearsal, "Only say what the version would have.");
  options.output(output,
                 {.text = "{version: {name, project, number, files, bytes, tree, git, message, "
                          "created_by, created_at}, is_new, pipelines, sent: {files, bytes}}.",
                  .names = "version.name"});
  if (!TRY(begin_command(session, options, words))) return ExitCode::ok;
  if (request.folder) TRY(enter_folder(session, *request.folder));

  const Project project = TRY(find_project(session));
  const std::string name = TRY(project_name(request, project.root));
  const auto pipelines = TRY(pushed_pipelines(session, project, name));
  Source source = TRY(Source::open(project.root, project.home, session.clock));
  std::vector<TreeEntry> tree = TRY(read_project_tree(source));
  Upload wanted{.project = name,
                .root = project.root,
                .tree = std::move(tree),
                .git = git_facts(project.root),
                .message = request.message.value_or("")};
  if (request.is_rehearsal) {
    std::int64_t bytes = 0;
    for (const TreeEntry& entry : wanted.tree) bytes += entry.bytes;
    session.console.say(fmt::format("{} would have {}, {}, and the pipelines {}", name,
                                    counted(static_cast<std::int64_t>(wanted.tree.size()), "file"),
                                    format_bytes(bytes), fmt::join(pipelines, ", ")));
    return ExitCode::ok;
  }
  const std::optional<std::string> url = server_of(session, options);
  if (!url)
    return Error{Errc::invalid, "which server is it for?",
                 fmt::format("--server URL says it, or the variable {}", server_variable)};
  const ServerClient server = TRY(ServerClient::open(session, *url));
  const Uploaded uploaded = TRY(upload(server, std::move(wanted), {}));
  if (output.is_table()) {
    tell(session, uploaded, server.url());
    return ExitCode::ok;
  }
  JsonObject shape = uploaded.answer;
  shape.set("sent", JsonObject{{"files", uploaded.sent_files}, {"bytes", uploaded.sent_bytes}});
  session.console.print(output.text_of(std::move(shape)));
  return ExitCode::ok;
}

}  // namespace

const CliCommand push_command = {
    {"push", "send a project to a server, as a version",
     "Sends the project's source files (tracked, or not ignored) to a geartrain server. Each push "
     "is a version that never changes; runs use the version that counted when they began. Files "
     "that the server has are not sent again, and a push that was cut goes on where it was. A "
     "project whose pipelines have errors is refused, and nothing changes. There its pipelines are "
     "called NAME.PIPELINE.",
     examples},
    false,
    run};

}  // namespace gt
