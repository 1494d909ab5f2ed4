#include "base/text.h"
#include "cli/commands.h"
#include "cli/environment_uses.h"
#include "execute/host_files.h"

namespace gt {

namespace {

const Example examples[] = {
    {"geartrain env prune --dry-run", "what would go"},
    {"geartrain env prune --unused-for 7d", "those that nothing has used for a week"},
    {"geartrain env prune --all", "all that nothing uses at this moment"},
};

constexpr Duration unused_for_default = std::chrono::hours(24 * 30);

struct Removed {
  EnvironmentRecord environment;
  std::int64_t bytes = 0;
};

Result<ExitCode> run(Session& session, Words words) {
  Options options(env_prune_command.text);
  std::optional<std::string> unused_for;
  bool all = false, is_rehearsal = false;
  OutputForm output;
  options.option("--unused-for", "TIME", unused_for,
                 "How long nothing must have used one, such as 7d or 12h; else 30d.");
  options.flag("--all", all, "However short ago they were used.");
  options.flag("--dry-run", is_rehearsal, "Remove nothing, only say what would go.");
  options.output(output, {.text = "{dry_run, environments: [{key, requirements, used_at, bytes}], "
                                  "in_use: [key], bytes}.",
                          .names = "environments[].key"});
  if (!TRY(begin_command(session, options, words))) return ExitCode::ok;
  if (all && unused_for) return error(Errc::invalid, "--all and --unused-for do not go together");
  Duration idle = all ? Duration(0) : unused_for_default;
  if (unused_for) idle = TRY(parse_duration(*unused_for).context("--unused-for"));

  const Project project = TRY(find_project(session));
  const EnvironmentFolder folder(project.home);
  const Time now = session.clock.now();
  std::vector<Removed> removed;
  JsonList in_use;
  std::int64_t total = 0;
  for (EnvironmentRecord& one : TRY(folder.list())) {
    if (!all && one.used_at && now - *one.used_at < idle) continue;
    const std::int64_t bytes = folder.bytes(one.key);
    const auto is_used = [&]() -> Result<bool> {
      return TRY(environments_in_use(project.home + "/attempts")).contains(one.folder);
    };
    const bool goes =
        is_rehearsal ? TRY(folder.may_go(one.key, is_used)) : TRY(folder.remove(one.key, is_used));
    if (!goes) {
      in_use.emplace_back(one.key);
      continue;
    }
    total += bytes;
    removed.push_back({std::move(one), bytes});
  }
  if (!is_rehearsal) TRY(folder.remove_rest());

  if (!output.is_table()) {
    JsonList shapes;
    for (const Removed& gone : removed)
      shapes.emplace_back(JsonObject{
          {"key", gone.environment.key},
          {"requirements", gone.environment.requirements},
          {"used_at",
           gone.environment.used_at ? Json(format_time(*gone.environment.used_at)) : Json()},
          {"bytes", gone.bytes}});
    session.console.print(output.text_of(JsonObject{{"dry_run", is_rehearsal},
                                                    {"environments", std::move(shapes)},
                                                    {"in_use", std::move(in_use)},
                                                    {"bytes", total}}));
    return ExitCode::ok;
  }
  for (const Removed& gone : removed)
    session.console.print(
        fmt::format("{}  {}\n", gone.environment.key, printable(gone.environment.requirements)));
  for (const Json& key : in_use)
    session.console.say(fmt::format("{} is in use, so it stays", *key.string()));
  session.console.say(fmt::format("{} {} environments ({})",
                                  is_rehearsal ? "would remove" : "removed", removed.size(),
                                  format_bytes(total)));
  return ExitCode::ok;
}

}  // namespace

const CliCommand env_prune_command = {
    {"env prune", "remove environments that nothing has used for long",
     "A step that needs one again makes it again, of the same packages. One that a run or an "
     "attempt uses at this moment always stays.",
     examples},
    false,
    run};

}  // namespace gt
