#include "cache/run_memo.h"

#include <doctest/doctest.h>

#include "db/memory_database.h"
#include "run/run_store.h"

using namespace gt;

namespace {

struct Fixture {
  FakeClock clock;
  SeededEntropy entropy{3};
  std::unique_ptr<MemoryDatabase> database = *MemoryDatabase::open(clock);
  RunStore runs;
  Digest request = sha256("request");

  RunRecord create(bool ends, const std::string& batch = "") {
    clock.advance(std::chrono::seconds(1));
    Transaction writer = *database->begin_write();
    NewRun wanted;
    wanted.pipeline = "p";
    wanted.batch = batch;
    RunRecord run = *runs.create(writer, wanted, clock.now(), entropy);
    clock.advance(std::chrono::seconds(1));
    RunChanges changes;
    changes.run.emplace();
    changes.run->state = ends ? RunState::succeeded : RunState::running;
    if (ends) changes.run->ended_at = clock.now();
    REQUIRE(runs.commit(writer, run.id, run.fence, changes).ok());
    REQUIRE(writer.commit().ok());
    return run;
  }
  void keep(const RunRecord& run) {
    const RunMemo memo{
        run.id,
        30,
        {{"{\"program\":\"bash\"}", sha256("bash 5")}},
        {{{sha256("x"), false}, 7}, {{sha256("y"), true}, 9}, {{sha256("x"), false}, 7}}};
    Transaction writer = *database->begin_write();
    REQUIRE(keep_memo(writer, request, memo, run.created_at).ok());
    REQUIRE(writer.commit().ok());
  }
  std::optional<RunMemo> find() {
    Transaction reader = *database->begin_read();
    return *find_memo(reader, request);
  }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "a memo comes back by its request, each artifact once") {
  const RunRecord run = create(true);
  CHECK_FALSE(find());
  keep(run);
  const auto memo = find();
  REQUIRE(memo);
  CHECK(memo->run == run.id);
  CHECK(memo->tasks == 30);
  REQUIRE(memo->facts.size() == 1);
  CHECK(memo->facts[0].question == "{\"program\":\"bash\"}");
  CHECK(memo->facts[0].answer == sha256("bash 5"));
  REQUIRE(memo->artifacts.size() == 2);
  CHECK(memo->artifacts[0].name == BlobName{sha256("x"), false});
  CHECK(memo->artifacts[0].bytes == 7);
  CHECK(memo->artifacts[1].name.is_folder);
  Transaction reader = *database->begin_read();
  CHECK_FALSE(*find_memo(reader, sha256("another request")));
  CHECK(*has_memo(reader, request, run.id));
  CHECK_FALSE(*has_memo(reader, request, run.id + 1));
}

TEST_CASE_FIXTURE(Fixture, "of many memos the newest are kept") {
  const Digest first = request;
  for (int i = 0; i < run_memos_max; ++i) {
    request = i == 0 ? first : sha256(std::to_string(i));
    keep(create(true));
  }
  request = first;
  CHECK(find());
  request = sha256("one more");
  keep(create(true));
  CHECK(find());
  request = first;
  CHECK_FALSE(find());
}

TEST_CASE_FIXTURE(Fixture, "forgotten memos are gone") {
  keep(create(true));
  Transaction writer = *database->begin_write();
  REQUIRE(forget_memos(writer).ok());
  REQUIRE(writer.commit().ok());
  CHECK_FALSE(find());
}

TEST_CASE_FIXTURE(Fixture,
                  "nothing is kept of a run beside which another one may have replaced results") {
  SUBCASE("one that goes on") {
    create(false);
    keep(create(true));
  }
  SUBCASE("one that began later and ended first") {
    const RunRecord run = create(true);
    create(true);
    keep(run);
  }
  SUBCASE("a later one with attempts") {
    const RunRecord run = create(true), later = create(false);
    Transaction writer = *database->begin_write();
    RunChanges changes;
    changes.created.emplace_back().index = 0;
    changes.opened.push_back({{later.id, 0, 1}, "gt-1", clock.now()});
    REQUIRE(runs.commit(writer, later.id, later.fence, changes).ok());
    REQUIRE(writer.commit().ok());
    keep(run);
  }
  CHECK_FALSE(find());
}

TEST_CASE_FIXTURE(Fixture, "a run of a batch is kept beside others of it that executed nothing") {
  const RunRecord before = create(false, "b1"), run = create(true, "b1");
  create(false, "b1");
  SUBCASE("none of them did") {
    keep(run);
    CHECK(find());
  }
  SUBCASE("one did") {
    Transaction writer = *database->begin_write();
    RunChanges changes;
    changes.created.emplace_back().index = 0;
    changes.opened.push_back({{before.id, 0, 1}, "gt-1", clock.now()});
    REQUIRE(runs.commit(writer, before.id, before.fence, changes).ok());
    REQUIRE(writer.commit().ok());
    keep(run);
    CHECK_FALSE(find());
  }
  SUBCASE("one of another batch goes on") {
    create(false, "b2");
    keep(run);
    CHECK_FALSE(find());
  }
}
