#include "base/id.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/counted.h"
#include "cli/notification_choice.h"
#include "cli/notifier.h"
#include "run/notification_store.h"
#include "run/project_store.h"
#include "view/notification_view.h"

namespace gt {

namespace {

const Example retry_examples[] = {
    {"geartrain notification retry 12", "it is sent once more, by `geartrain up` or the next run"},
    {"geartrain notification retry --all", "all that are dead"},
};
const Example drop_examples[] = {
    {"geartrain notification drop 12", "nobody is told of it any more"},
};
const Example test_examples[] = {
    {"geartrain notification test team", "a receiver of the project's receivers.yaml"},
    {"geartrain notification test sales.team", "one of the pushed project sales"},
};

Result<ExitCode> retry(Session& session, Words words) {
  Options options(notification_retry_command.text);
  std::optional<std::string> named;
  bool all = false;
  OutputForm output;
  options.argument("ID", named, Need::optional, notification_help);
  options.flag("--all", all, "All that are dead.");
  options.output(output, {.text = "{retried}: how many."});
  if (!TRY(begin_command(session, options, words))) return ExitCode::ok;
  if (named.has_value() == all)
    return Error{Errc::invalid, "it wants a notification, or --all",
                 "`geartrain notification list --state dead` shows those that were given up"};

  std::optional<NotificationId> id;
  if (named) id = TRY(notification_named(*named));
  Records records = TRY(open_existing_records(session));
  auto writer = TRY(records.database->begin_write());
  const Time now = session.clock.now();
  std::int64_t count = 1;
  if (id)
    TRY(NotificationStore().retry(writer, *id, now));
  else
    count = TRY(NotificationStore().retry_dead(writer, now));
  TRY(writer.commit());
  records.database->ring_followers();
  if (output.is_table())
    session.console.say(fmt::format("{} to be sent by `geartrain up`, or by the next run",
                                    counted(count, "notification")));
  else
    session.console.print(output.text_of(JsonObject{{"retried", count}}));
  return ExitCode::ok;
}

Result<ExitCode> drop(Session& session, Words words) {
  Options options(notification_drop_command.text);
  std::optional<std::string> named;
  OutputForm output;
  options.argument("ID", named, Need::required, notification_help);
  options.output(output, {.text = "{dropped}: its number."});
  if (!TRY(begin_command(session, options, words))) return ExitCode::ok;

  const NotificationId id = TRY(notification_named(*named));
  Records records = TRY(open_existing_records(session));
  auto writer = TRY(records.database->begin_write());
  TRY(NotificationStore().drop(writer, id));
  TRY(writer.commit());
  if (output.is_table())
    session.console.say(fmt::format("notification {} is gone", id));
  else
    session.console.print(output.text_of(JsonObject{{"dropped", id}}));
  return ExitCode::ok;
}

/// Of a run that never was.
NotificationRecord sample(Session& session, const std::string& receiver,
                          const std::string& project_version) {
  const Time now = session.clock.now();
  RunRecord run;
  run.uuid = make_uuid(now, session.entropy);
  run.pipeline = "sample";
  run.number = 1;
  run.state = RunState::failed;
  run.logical_date = run.created_at = now;
  run.started_at = run.ended_at = now;
  run.project_version = project_version;
  const RunNotice notice{.at = now,
                         .task = "sample",
                         .cause = Cause::exit,
                         .error = "this is a test of the receiver; nothing has failed",
                         .message = {},
                         .deadline = {}};
  return {.message_id = make_uuid(now, session.entropy),
          .receiver = receiver,
          .project_version = project_version,
          .event = event_of(run, notice, NotificationKind::failed),
          .created_at = now};
}

/// The version that counts now of the project that stands before the dot.
Result<std::pair<std::string, std::string>> receiver_named(Records& records,
                                                           const std::string& text) {
  const std::size_t dot = text.rfind('.');
  if (dot == std::string::npos) return std::pair(text, std::string());
  auto reader = TRY(records.database->begin_read());
  const PushedProject project = TRY(ProjectStore().find(reader, text.substr(0, dot)));
  return std::pair(text.substr(dot + 1), project.active.name());
}

Result<ExitCode> test(Session& session, Words words) {
  Options options(notification_test_command.text);
  std::optional<std::string> named;
  OutputForm output;
  options.argument("RECEIVER", named, Need::required,
                   "Its name in receivers.yaml, of a pushed project as sales.team.");
  options.setting(SettingId::secrets_file);
  options.output(output, {.text = "{receiver, answer}."});
  if (!TRY(begin_command(session, options, words))) return ExitCode::ok;

  Records records = TRY(open_records(session));
  const auto [name, version] = TRY(receiver_named(records, *named));
  const SendParts parts = send_parts(session, records);
  TRY(find_receiver(parts, version, name));
  const Sent sent = send_notification(parts, sample(session, name, version), session.clock.now());
  if (sent.end != SendEnd::sent)
    return error(Errc::unavailable, "{} does not take it: {}", *named, sent.answer);
  if (output.is_table())
    session.console.print(fmt::format("{} takes it: {}\n", *named, sent.answer));
  else
    session.console.print(
        output.text_of(JsonObject{{"receiver", *named}, {"answer", sent.answer}}));
  return ExitCode::ok;
}

}  // namespace

const CliCommand notification_retry_command = {
    {"notification retry", "send a notification once more",
     "As if it were new: it is tried for a day again.", retry_examples},
    false,
    retry};

const CliCommand notification_drop_command = {
    {"notification drop", "forget a notification",
     "One that waits, or that is dead, is not sent any more.", drop_examples},
    false,
    drop};

const CliCommand notification_test_command = {
    {"notification test", "send a receiver a sample, now",
     "Tells a receiver that a run named sample/1 has failed, as its `template` says it, and prints "
     "what it answers, or why it could not be asked.",
     test_examples},
    false,
    test};

}  // namespace gt
