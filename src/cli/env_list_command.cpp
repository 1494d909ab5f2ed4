#include "base/text.h"
#include "cli/commands.h"
#include "cli/environment_uses.h"
#include "cli/table.h"

namespace gt {

namespace {

const Example examples[] = {
    {"geartrain env list", "what there is, how large it is, and who uses it"},
    {"geartrain env list --json | jq 'map(.bytes) | add'", "the room that all of them take"},
};

std::string age(const std::optional<Time>& at, Time now) {
  return at ? format_duration(std::max(Duration(0), now - *at)) + " ago" : "-";
}

Result<ExitCode> run(Session& session, Words words) {
  Options options(env_list_command.text);
  OutputForm output;
  options.output(output,
                 {.text = "[{key, kind, folder, requirements, interpreter, python, "
                          "architecture, whole, current, made_at, used_at, bytes, packages: "
                          "[{name, version, record}], used_by: [{pipeline, steps}]}].",
                  .names = "[].key"});
  if (!TRY(begin_command(session, options, words))) return ExitCode::ok;

  const Project project = TRY(find_project(session));
  const EnvironmentFolder folder(project.home);
  const auto uses = TRY(uses_by_key(session, project));
  const auto environments = TRY(folder.list());
  JsonList shapes;
  Table table({"key", "kind", "python", "packages", "size", "last used", "used by"});
  std::int64_t total = 0;
  for (const EnvironmentRecord& one : environments) {
    const std::int64_t bytes = folder.bytes(one.key);
    total += bytes;
    if (!output.is_table()) {
      shapes.emplace_back(environment_json(one, bytes, uses));
      continue;
    }
    const std::string users = uses_text(uses, one.key);
    table.add({{one.key},
               {"python"},
               {one.is_whole ? one.version : "not whole"},
               {one.is_whole ? std::to_string(one.packages.size()) : "-"},
               {format_bytes(bytes)},
               {age(one.used_at, session.clock.now())},
               {!users.empty()   ? users
                : one.is_current ? "nothing now"
                                 : "nothing: updated"}});
  }
  if (!output.is_table()) {
    session.console.print(output.text_of(std::move(shapes)));
    return ExitCode::ok;
  }
  if (table.empty()) {
    session.console.say("no environment was made yet: a run makes those that its steps name");
    return ExitCode::ok;
  }
  session.console.print(table.text(session.console));
  session.console.say(fmt::format("{} environments, {}", environments.size(), format_bytes(total)));
  return ExitCode::ok;
}

}  // namespace

const CliCommand env_list_command = {
    {"env list", "list the environments of the project's steps",
     "An environment is made once per content of a requirements file and then reused. What a step "
     "does not name any more stays until `geartrain env prune`.",
     examples},
    false,
    run};

}  // namespace gt
