#include "run/notification_store.h"

#include <algorithm>

#include "base/digest.h"
#include "run/run_store.h"

namespace gt {

namespace {

constexpr std::size_t message_id_digits = 32;
/// Old ones are looked for once in so many.
constexpr NotificationId care_interval = 100;

/// What makes it one and the same at each try, and another one when it happens again.
std::string message_id_of(const RunRecord& run, const RunNotice& notice, NotificationKind kind,
                          const std::string& receiver) {
  const std::string text = fmt::format("{} {} {} {} {}", run.uuid, to_text(kind),
                                       to_microseconds(notice.at), notice.task, receiver);
  return sha256(text).hex().substr(0, message_id_digits);
}

/// `which` is what follows the table's name.
Result<std::vector<NotificationRecord>> read(Transaction& transaction, std::string_view which,
                                             Binds binds) {
  const std::string sql =
      "SELECT id, message_id, run, kind, receiver, project_version, event, state, tries, "
      "created_at, tried_at, next_at, answer FROM notification " +
      std::string(which);
  std::vector<NotificationRecord> found;
  const Result<void> done =
      transaction.query<std::int64_t, std::string, std::int64_t, std::string, std::string,
                        std::optional<std::string>, std::string, std::string, std::int64_t, Time,
                        std::optional<Time>, std::optional<Time>, std::string>(
          sql, binds,
          [&](std::int64_t id, std::string message_id, std::int64_t run, const std::string& kind,
              std::string receiver, std::optional<std::string> version, const std::string& event,
              const std::string& state, std::int64_t tries, Time created_at,
              std::optional<Time> tried_at, std::optional<Time> next_at,
              std::string answer) -> Result<void> {
            NotificationRecord& one = found.emplace_back();
            one.id = id;
            one.message_id = std::move(message_id);
            one.run = run;
            const auto parsed_kind = parse_notification_kind(kind);
            const auto parsed_state = parse_notification_state(state);
            if (!parsed_kind || !parsed_state)
              return error(Errc::internal, "notification {} is {} {}", id, state, kind);
            one.kind = *parsed_kind;
            one.state = *parsed_state;
            one.receiver = std::move(receiver);
            one.project_version = std::move(version).value_or("");
            const Json json = TRY(parse_json(event));
            if (json.object()) one.event = *json.object();
            one.tries = static_cast<std::uint32_t>(tries);
            one.created_at = created_at;
            one.tried_at = tried_at;
            one.next_at = next_at;
            one.answer = std::move(answer);
            return {};
          });
  TRY(done);
  return found;
}

Error no_notification(NotificationId id) {
  return error(Errc::not_found, "there is no notification {}", id);
}

/// The end before this one: of the run itself where it was opened again, else of the pipeline's
/// newest other run that came to an end of its own.
Result<bool> failed_before(Transaction& transaction, const RunRecord& run) {
  const auto own = TRY((transaction.query<std::string>(
      "SELECT details FROM event WHERE run = :run AND kind = 'run_ended' ORDER BY sequence DESC "
      "LIMIT 2",
      {run.id})));
  if (own.size() == 2) {
    const Json details = TRY(parse_json(std::get<0>(own[1])));
    const Json* const state = details.find("state");
    const std::string word = state && state->string() ? *state->string() : "";
    if (word != to_text(RunState::cancelled)) return word == to_text(RunState::failed);
  }
  const auto before = TRY(transaction.query_row<std::string>(
      "SELECT state FROM run WHERE pipeline = :pipeline AND id <> :id AND state IN ('succeeded', "
      "'failed') ORDER BY number DESC LIMIT 1",
      {run.pipeline, run.id}));
  return before && std::get<0>(*before) == to_text(RunState::failed);
}

}  // namespace

/// Whether it is a recovery is asked only where somebody wants to hear of a success.
Result<NotificationKind> NotificationStore::kind_of(Transaction& transaction, const RunRecord& run,
                                                    const RunNotice& notice,
                                                    const std::vector<NotifyRule>& rules) {
  const bool is_wanted = std::ranges::any_of(
      rules, [](const NotifyRule& rule) { return is_about(rule, NotificationKind::recovered); });
  if (notice.kind != NotificationKind::succeeded || !is_wanted) return notice.kind;
  const bool recovers = TRY(failed_before(transaction, run));
  return recovers ? NotificationKind::recovered : NotificationKind::succeeded;
}

Result<void> NotificationStore::add(Transaction& transaction, RunId id,
                                    const std::vector<RunNotice>& notices) {
  if (notices.empty()) return {};
  const auto kept = TRY(transaction.query_row<std::optional<std::string>>(
      "SELECT pipeline_version.notify FROM run JOIN pipeline_version ON pipeline_version.digest = "
      "run.plan_version WHERE run.id = :id",
      {id}));
  if (!kept || !std::get<0>(*kept)) return {};
  const std::vector<NotifyRule> rules = TRY(parse_notify(*std::get<0>(*kept)));
  const RunRecord run = TRY(RunStore().get(transaction, id));
  for (const RunNotice& notice : notices) {
    const NotificationKind kind = TRY(kind_of(transaction, run, notice, rules));
    std::vector<std::string> told;
    for (const NotifyRule& rule : rules) {
      if (!is_about(rule, kind)) continue;
      for (const std::string& receiver : rule.to) {
        if (std::ranges::find(told, receiver) != told.end()) continue;
        told.push_back(receiver);
        TRY(add_one(transaction, run, notice, kind, receiver));
      }
    }
  }
  return {};
}

Result<void> NotificationStore::add_one(Transaction& transaction, const RunRecord& run,
                                        const RunNotice& notice, NotificationKind kind,
                                        const std::string& receiver) {
  const std::string message_id = message_id_of(run, notice, kind, receiver);
  const std::string event = compact_json(event_of(run, notice, kind));
  const std::string project = project_of(run.project_version);
  TRY(transaction.execute(
      "INSERT INTO notification (message_id, run, kind, receiver, project, project_version, event, "
      "state, tries, created_at, next_at, answer) VALUES (:message_id, :run, :kind, :receiver, "
      ":project, :version, :event, 'waiting', 0, :at, :at, '') ON CONFLICT DO NOTHING",
      {message_id, run.id, to_text(kind), receiver, project,
       run.project_version.empty() ? Bind(nullptr) : Bind(run.project_version), event, notice.at}));
  return {};
}

Result<NotificationRecord> NotificationStore::get(Transaction& transaction, NotificationId id) {
  auto found = TRY(read(transaction, "WHERE id = :id", {id}));
  if (found.empty()) return no_notification(id);
  return std::move(found.front());
}

Result<std::vector<NotificationRecord>> NotificationStore::list(Transaction& transaction,
                                                                const NotificationFilter& filter) {
  const char* const state = filter.state ? to_text(*filter.state) : nullptr;
  return read(transaction,
              "WHERE (:state IS NULL OR state = :state) AND (:before IS NULL OR id < :before) "
              "ORDER BY id DESC LIMIT :limit",
              {state ? Bind(state) : Bind(nullptr), filter.before, filter.limit});
}

Result<NotificationCounts> NotificationStore::counts(Transaction& transaction) {
  NotificationCounts counts;
  TRY((transaction.query<std::string, std::int64_t>(
      "SELECT state, count(*) FROM notification GROUP BY state", {},
      [&](const std::string& state, std::int64_t count) {
        (state == "waiting" ? counts.waiting : state == "sent" ? counts.sent : counts.dead) = count;
      })));
  return counts;
}

Result<std::vector<NotificationRecord>> NotificationStore::due(Transaction& transaction, Time now) {
  return read(transaction,
              "WHERE id IN (SELECT min(id) FROM notification WHERE state = 'waiting' AND next_at "
              "<= :now GROUP BY project, receiver) ORDER BY id",
              {now});
}

Result<std::optional<Time>> NotificationStore::next_due(Transaction& transaction) {
  const auto next = TRY(transaction.query_row<std::optional<Time>>(
      "SELECT min(next_at) FROM notification WHERE state = 'waiting'", {}));
  return next ? std::get<0>(*next) : std::nullopt;
}

Result<void> NotificationStore::forget_old(Transaction& transaction, NotificationId newest,
                                           const char* state) {
  if (newest % care_interval != 0) return {};
  TRY(transaction.execute(
      "DELETE FROM notification WHERE state = :state AND id <= (SELECT id FROM notification WHERE "
      "state = :state ORDER BY id DESC LIMIT 1 OFFSET :kept)",
      {state, kept_max}));
  return {};
}

Result<void> NotificationStore::set_sent(Transaction& transaction, NotificationId id, Time now,
                                         const std::string& answer) {
  TRY(transaction.execute(
      "UPDATE notification SET state = 'sent', tries = tries + 1, tried_at = :now, next_at = NULL, "
      "answer = :answer WHERE id = :id AND state = 'waiting'",
      {now, answer, id}));
  return forget_old(transaction, id, "sent");
}

Result<void> NotificationStore::set_failed(Transaction& transaction, NotificationId id, Time now,
                                           std::optional<Time> next_at, const std::string& answer) {
  const char* const state = next_at ? "waiting" : "dead";
  TRY(transaction.execute(
      "UPDATE notification SET state = :state, tries = tries + 1, tried_at = :now, next_at = "
      ":next_at, answer = :answer WHERE id = :id AND state = 'waiting'",
      {state, now, next_at, answer, id}));
  return next_at ? Result<void>() : forget_old(transaction, id, "dead");
}

Result<void> NotificationStore::retry(Transaction& transaction, NotificationId id, Time now) {
  const std::int64_t changed = TRY(transaction.execute(
      "UPDATE notification SET state = 'waiting', tries = 0, next_at = :now WHERE id = :id AND "
      "state <> 'sent'",
      {now, id}));
  if (changed > 0) return {};
  TRY(get(transaction, id));
  return error(Errc::conflict, "notification {} was sent", id);
}

Result<std::int64_t> NotificationStore::retry_dead(Transaction& transaction, Time now) {
  return transaction.execute(
      "UPDATE notification SET state = 'waiting', tries = 0, next_at = :now WHERE state = 'dead'",
      {now});
}

Result<void> NotificationStore::drop(Transaction& transaction, NotificationId id) {
  if (TRY(transaction.execute("DELETE FROM notification WHERE id = :id", {id})) == 0)
    return no_notification(id);
  return {};
}

}  // namespace gt
