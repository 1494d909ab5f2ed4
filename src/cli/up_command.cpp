#include <atomic>

#include "base/text.h"
#include "cli/api_server.h"
#include "cli/commands.h"
#include "cli/git_followers.h"
#include "cli/notifier.h"
#include "cli/pushed_projects.h"
#include "cli/relayed_commands.h"
#include "cli/resident.h"

namespace gt {

namespace {

const Example examples[] = {
    {"geartrain up", "the project of this folder, until Ctrl-C"},
    {"geartrain up nightly.yaml -j 2", "one pipeline of it, with two slots"},
    {"geartrain up --listen 8080", "with its API on port 8080 of this machine"},
    {"geartrain up --listen 0.0.0.0:8443 --tls-certificate full.pem --tls-key key.pem",
     "for other machines"},
};

/// Each line with the time, as a journal has it.
class Talk final : public SilentProgress {
 public:
  explicit Talk(Session& session) : session_(session) {}
  void say(const std::string& line) override {
    session_.console.say(format_time(session_.clock.now()) + " " + line);
  }

 private:
  Session& session_;
};

Result<ExitCode> run(Session& session, Words words) {
  Options options(up_command.text);
  std::vector<std::string> files;
  options.arguments("FILE", files,
                    "Pipeline files; else the project's pipeline.yaml and all of "
                    "pipelines/*.yaml.");
  for (const SettingId id :
       {SettingId::listen, SettingId::tls_certificate, SettingId::tls_key, SettingId::max_active,
        SettingId::jobs, SettingId::memory, SettingId::secrets_file})
    options.setting(id);
  if (!TRY(begin_command(session, options, words))) return ExitCode::ok;

  const Project project = TRY(find_project(session));
  for (const std::string& file : files) TRY(find_pipeline_file(session, project, file));
  Records records = TRY(open_records(session));
  Talk talk(session);
  SystemEntropy entropy;
  auto workshop = TRY(Workshop::open(session, records, talk));
  const Say say = [&](const std::string& line) { talk.say(line); };
  ServedProject folder(session, project, std::move(files), say);
  ServedProjects served(session, records, folder, say);
  ServerDesk desk(session, records, [&] { workshop->wake(); });
  std::atomic<Resident*> listener = nullptr;
  PushedProjects pushed(session, records, [&] {
    if (Resident* const told = listener) told->projects_changed();
    workshop->wake();
  });
  GitFollowers followers(session, records, pushed, [&](const std::string& line) {
    if (Resident* const told = listener) told->say_soon(line);
    workshop->wake();
  });
  RelayedCommands commands(session, records);
  ApiServer server(session, records, desk, pushed, commands, say);
  Resident resident(session, records, *workshop, served, say, {desk, server.news()});
  desk.serve(resident);
  listener = &resident;
  resident.look_after(followers);
  TRY(server.start_telemetry([&](std::string line) {
    resident.say_soon(std::move(line));
    workshop->wake();
  }));
  TRY(resident.begin());
  // `none` is no address: nobody asks the desk then.
  if (const auto address = parse_listen_address(session.settings().text(SettingId::listen)))
    TRY(server.start(*address));
  NotificationSender sender({.database = *records.database,
                             .home = records.home,
                             .clock = session.clock,
                             .entropy = entropy,
                             .send = send_parts(session, records, server.url()),
                             .say =
                                 [&](std::string line) {
                                   resident.say_soon(std::move(line));
                                   workshop->wake();
                                 },
                             .tried = [&](bool is_sent) { server.metrics().told(is_sent); }});
  TRY(sender.start());
  workshop->set_access([&server](const RunRecord& run, const AttemptId& attempt) {
    return server.access_of(run, attempt);
  });
  const auto driven = workshop->drive(resident);
  sender.stop();
  followers.stop();
  desk.close();
  commands.stop();
  server.stop();
  TRY(driven);
  return ExitCode::ok;
}

}  // namespace

const CliCommand up_command = {
    {"up", "serve a project: its triggers begin runs by themselves",
     "Stays, and begins the runs of the project's triggers as they fire. Files of pipelines are "
     "read again when they change; one with errors stays as it was before them, and stops no "
     "other. What has fired is on record: after a restart, or a sleep of the machine, `catchup` "
     "of each trigger says which firings that passed have their runs. Any number of them may "
     "serve one project; each firing has one run. Programs begin, watch and change runs by its "
     "API.\n"
     "Ctrl-C ends it when the runs that go on have ended; a second one, and SIGTERM, leave at "
     "once: their steps go on, and the next `geartrain up` takes the runs over.",
     examples},
    true,
    run};

}  // namespace gt
