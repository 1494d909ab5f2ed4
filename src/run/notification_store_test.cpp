#include "run/notification_store.h"

#include <doctest/doctest.h>

#include "db/memory_database.h"
#include "run/run_store.h"

namespace gt {
namespace {

using enum NotificationKind;

struct Fixture {
  FakeClock clock;
  SeededEntropy entropy{11};
  std::unique_ptr<MemoryDatabase> database = *MemoryDatabase::open(clock);
  RunStore runs;
  NotificationStore store;

  RunRecord create(const std::vector<NotifyRule>& rules) {
    Transaction writer = *database->begin_write();
    NewRun wanted;
    wanted.pipeline = "flights";
    wanted.plan_version = *runs.keep_pipeline(writer,
                                              {.digest = {},
                                               .pipeline = "flights",
                                               .path = "p.yaml",
                                               .text = notify_text(rules),
                                               .notify = notify_text(rules)},
                                              clock.now());
    const auto run = runs.create(writer, wanted, clock.now(), entropy);
    REQUIRE_MESSAGE(run, run.error().message);
    REQUIRE(writer.commit());
    return *run;
  }
  void end(const RunRecord& run, RunState state, NotificationKind kind) {
    clock.advance(std::chrono::seconds(1));
    RunChanges changes;
    changes.events = {{clock.now(), "run_ended", no_task, {{"state", to_text(state)}}}};
    changes.run = RunStateChange{.state = state,
                                 .started_at = {},
                                 .ended_at = clock.now(),
                                 .error = {},
                                 .reopened = false,
                                 .cancel = {}};
    changes.notices = {{.kind = kind, .at = clock.now()}};
    Transaction writer = *database->begin_write();
    const auto written = runs.commit(writer, run.id, run.fence, changes);
    REQUIRE_MESSAGE(written, written.error().message);
    REQUIRE(writer.commit());
  }
  /// "kind receiver" of each, oldest first.
  std::vector<std::string> told() {
    Transaction reader = *database->begin_read();
    std::vector<std::string> all;
    for (const NotificationRecord& one : *store.list(reader, {}))
      all.insert(all.begin(), fmt::format("{} {}", to_text(one.kind), one.receiver));
    return all;
  }
};

TEST_CASE_FIXTURE(Fixture, "whoever wants to hear of an end is told of it, each once") {
  const RunRecord run = create({{.on = {failed}, .to = {"a", "b"}},
                                {.on = {succeeded, failed}, .to = {"b", "c"}},
                                {.on = {cancelled}, .to = {"d"}}});
  end(run, RunState::failed, failed);
  CHECK(told() == std::vector<std::string>{"failed a", "failed b", "failed c"});
}

TEST_CASE_FIXTURE(Fixture, "nobody is told where no rule says so") {
  end(create({}), RunState::failed, failed);
  CHECK(told().empty());
}

TEST_CASE_FIXTURE(Fixture, "a success is a recovery by the end before it, whatever was cancelled") {
  const std::vector<NotifyRule> rules = {{.on = {recovered}, .to = {"a"}}};
  end(create(rules), RunState::succeeded, succeeded);
  end(create(rules), RunState::failed, failed);
  end(create(rules), RunState::cancelled, cancelled);
  end(create(rules), RunState::succeeded, succeeded);
  CHECK(told() == std::vector<std::string>{"recovered a"});
  end(create(rules), RunState::succeeded, succeeded);
  CHECK(told().size() == 1);
}

TEST_CASE_FIXTURE(Fixture, "a run that was opened again recovers from its own failure") {
  const RunRecord run = create({{.on = {recovered}, .to = {"a"}}});
  end(run, RunState::failed, failed);
  end(run, RunState::succeeded, succeeded);
  CHECK(told() == std::vector<std::string>{"recovered a"});
}

TEST_CASE_FIXTURE(Fixture, "of each receiver the oldest is due, at its time") {
  const std::vector<NotifyRule> rules = {{.on = {failed}, .to = {"a", "b"}}};
  end(create(rules), RunState::failed, failed);
  end(create(rules), RunState::failed, failed);
  Transaction writer = *database->begin_write();
  auto due = *store.due(writer, clock.now());
  REQUIRE(due.size() == 2);
  CHECK(due[0].id == 1);
  CHECK(due[1].id == 2);
  CHECK(due[0].message_id != due[1].message_id);
  CHECK(store.set_sent(writer, 1, clock.now(), "status 200"));
  CHECK(store.set_failed(writer, 2, clock.now(), clock.now() + std::chrono::hours(1), "no"));
  due = *store.due(writer, clock.now());
  REQUIRE(due.size() == 2);
  CHECK(due[0].id == 3);
  CHECK(due[1].id == 4);
  CHECK(store.set_failed(writer, 3, clock.now(), std::nullopt, "never"));
  CHECK(store.set_sent(writer, 4, clock.now(), "status 200"));
  CHECK(store.due(writer, clock.now())->empty());
  CHECK(**store.next_due(writer) == clock.now() + std::chrono::hours(1));
  const NotificationCounts counts = *store.counts(writer);
  CHECK(counts.waiting == 1);
  CHECK(counts.sent == 2);
  CHECK(counts.dead == 1);
}

TEST_CASE_FIXTURE(Fixture, "what is dead may be sent once more, what was sent may not") {
  end(create({{.on = {failed}, .to = {"a"}}}), RunState::failed, failed);
  Transaction writer = *database->begin_write();
  CHECK(store.set_failed(writer, 1, clock.now(), std::nullopt, "never"));
  CHECK(store.retry(writer, 1, clock.now()));
  const NotificationRecord again = *store.get(writer, 1);
  CHECK(again.state == NotificationState::waiting);
  CHECK(again.tries == 0);
  CHECK(store.set_sent(writer, 1, clock.now(), "status 200"));
  CHECK(store.retry(writer, 1, clock.now()).error().code == Errc::conflict);
  CHECK(*store.retry_dead(writer, clock.now()) == 0);
  CHECK(store.drop(writer, 1));
  CHECK(store.drop(writer, 1).error().code == Errc::not_found);
  CHECK(store.get(writer, 1).error().code == Errc::not_found);
}

TEST_CASE_FIXTURE(Fixture, "what was dropped while it was on its way stays so") {
  end(create({{.on = {failed}, .to = {"a"}}}), RunState::failed, failed);
  Transaction writer = *database->begin_write();
  CHECK(store.drop(writer, 1));
  CHECK(store.set_sent(writer, 1, clock.now(), "status 200"));
  CHECK(store.list(writer, {})->empty());
}

TEST_CASE("rules are kept as they were") {
  const std::vector<NotifyRule> rules = {{.on = {failed, recovered}, .to = {"a", "b"}},
                                         {.on = {deadline_missed}, .to = {"c"}}};
  const auto read = parse_notify(notify_text(rules));
  REQUIRE(read);
  CHECK(notify_text(*read) == notify_text(rules));
  CHECK(parse_notify("")->empty());
  CHECK_FALSE(parse_notify("[{\"on\": [\"sometimes\"], \"to\": []}]"));
  CHECK_FALSE(parse_notify("{}"));
}

}  // namespace
}  // namespace gt
