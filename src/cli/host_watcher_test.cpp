#include "cli/host_watcher.h"

#include <condition_variable>
#include <doctest/doctest.h>
#include <filesystem>
#include <mutex>

#include "base/test_folder.h"
#include "db/memory_database.h"
#include "net/test_server.h"

using namespace gt;

namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

class Watched {
 public:
  Watched() {
    auto opened = MemoryDatabase::open(clock);
    REQUIRE(opened.ok());
    database = *std::move(opened);
    auto watching = HostWatcher::open(
        {.database = *database, .runs = runs, .clock = clock, .listener = "0a", .wake = [this] {
           const std::lock_guard lock(mutex_);
           has_rung_ = true;
           rung_.notify_all();
         }});
    REQUIRE(watching.ok());
    watcher = *std::move(watching);
  }

  void watch(WatchId id, decltype(OutsideCondition::what) what, Duration every = hours(10)) {
    watcher->watch(id, {.what = std::move(what), .every = every, .root = folder.path()});
  }
  /// The next that is found.
  WatchEvent next() {
    while (events_.empty()) {
      {
        std::unique_lock lock(mutex_);
        REQUIRE(rung_.wait_for(lock, std::chrono::seconds(60), [this] { return has_rung_; }));
        has_rung_ = false;
      }
      events_ = watcher->poll();
      std::ranges::reverse(events_);
    }
    WatchEvent event = std::move(events_.back());
    events_.pop_back();
    return event;
  }
  void update(const std::string& asset, const std::string& content, Time logical_date) {
    {
      auto writer = *database->begin_write();
      REQUIRE(AssetStore()
                  .add(writer, {.asset = asset,
                                .content = Value(content),
                                .at = clock.now(),
                                .logical_date = logical_date})
                  .ok());
      REQUIRE(writer.commit().ok());
    }
    database->ring_followers();
  }
  /// Of the files that are found next.
  std::vector<std::string> next_paths() {
    WatchEvent event = next();
    while (std::holds_alternative<NothingFound>(event.look)) event = next();
    REQUIRE(std::holds_alternative<FilesFound>(event.look));
    return std::get<FilesFound>(event.look).paths;
  }

  RunRecord ended(const std::string& pipeline, RunState state, Time logical_date) {
    auto writer = database->begin_write();
    REQUIRE(writer.ok());
    NewRun wanted;
    wanted.pipeline = pipeline;
    wanted.logical_date = logical_date;
    auto run = runs.create(*writer, wanted, clock.now(), entropy);
    REQUIRE(run.ok());
    RunChanges changes;
    changes.run = RunStateChange{.state = state,
                                 .started_at = {},
                                 .ended_at = clock.now(),
                                 .error = {},
                                 .reopened = false,
                                 .cancel = {}};
    REQUIRE(runs.commit(*writer, run->id, run->fence, changes).ok());
    REQUIRE(writer->commit().ok());
    database->ring_followers();
    return *std::move(run);
  }

  TestFolder folder;
  SystemClock clock;
  SeededEntropy entropy{1};
  RunStore runs;
  std::unique_ptr<MemoryDatabase> database;
  std::unique_ptr<HostWatcher> watcher;

 private:
  std::mutex mutex_;
  std::condition_variable rung_;
  bool has_rung_ = false;
  std::vector<WatchEvent> events_;
};

FilesWanted files(std::string glob) {
  return {.glob = std::move(glob), .stable = milliseconds(20)};
}

}  // namespace

TEST_CASE("a file is found as soon as it has come to rest, in folders that come later, too") {
  Watched watched;
  watched.watch(1, files("in/*/a.txt"));
  watched.watch(2, files("in/b.txt"));
  watched.watch(3, files("c.txt"));
  watched.folder.write("c.txt", "c");
  CHECK(watched.next_paths() == std::vector<std::string>{"c.txt"});
  watched.folder.write("in/b.txt", "b");
  CHECK(watched.next_paths() == std::vector<std::string>{"in/b.txt"});
  watched.folder.write("in/x/other.txt", "");
  watched.folder.write("in/x/a.txt", "a");
  CHECK(watched.next_paths() == std::vector<std::string>{"in/x/a.txt"});
}

TEST_CASE("what came and is gone again is told of") {
  Watched watched;
  watched.watch(1, {FilesWanted{.glob = "a.txt", .stable = hours(1)}});
  const std::string path = watched.folder.write("a.txt", "a");
  CHECK(std::get<NothingFound>(watched.next().look).why == "a.txt has not come to rest");
  std::filesystem::remove(path);
  CHECK(std::get<NothingFound>(watched.next().look).why == "it is gone again");
}

TEST_CASE("of thousands that wait in one folder each finds its own") {
  Watched watched;
  constexpr WatchId count = 3000;
  for (WatchId i = 1; i <= count; ++i) watched.watch(i, files(std::to_string(i) + ".txt"));
  for (WatchId i = 1; i <= count; i += 2) watched.watcher->forget(i);
  // When it is found, all that was asked before it has been heard.
  watched.folder.write("last.txt", "");
  watched.watch(count + 1, files("last.txt"));
  CHECK(watched.next_paths() == std::vector<std::string>{"last.txt"});
  watched.folder.write("7.txt", "");
  for (const WatchId i : {WatchId{2}, WatchId{1000}, count}) {
    watched.folder.write(std::to_string(i) + ".txt", "");
    WatchEvent event = watched.next();
    while (std::holds_alternative<NothingFound>(event.look)) event = watched.next();
    CHECK(event.watch == i);
  }
}

TEST_CASE("a run that ends is heard, and one that had ended is found") {
  Watched watched;
  const Time monday = from_microseconds(1'700'000'000'000'000), tuesday = monday + hours(24);
  const RunRecord before = watched.ended("extract", RunState::succeeded, monday);
  watched.watch(1, {RunWanted{.pipeline = "extract", .logical_date = monday}});
  const WatchEvent found = watched.next();
  CHECK(found.watch == 1);
  CHECK(std::get<RunFound>(found.look).name == before.name());
  watched.watch(2, {RunWanted{.pipeline = "extract", .logical_date = tuesday}});
  watched.watch(
      3, {RunWanted{.pipeline = "extract", .since = watched.clock.now(), .in_any_state = true}});
  watched.watch(4, {RunWanted{.pipeline = "other", .since = monday}});
  // Both have looked when a third one is found that comes after them.
  watched.watch(5, {RunWanted{.pipeline = "extract", .logical_date = monday}});
  CHECK(watched.next().watch == 5);
  watched.ended("extract", RunState::failed, tuesday);
  const WatchEvent failed = watched.next();
  CHECK(failed.watch == 3);
  CHECK(std::get<RunFound>(failed.look).state == RunState::failed);
  watched.watcher->forget(3);
  const RunRecord again = watched.ended("extract", RunState::succeeded, tuesday);
  const WatchEvent succeeded = watched.next();
  CHECK(succeeded.watch == 2);
  CHECK(std::get<RunFound>(succeeded.look).id == again.uuid);
}

TEST_CASE("a version of an asset that comes is heard, and one that is there is found") {
  Watched watched;
  const Time monday = from_microseconds(1'700'000'000'000'000), tuesday = monday + hours(24);
  watched.update("flights", "f1", monday);
  watched.watch(1, {AssetWanted{.asset = "flights", .logical_date = monday}});
  const WatchEvent found = watched.next();
  CHECK(found.watch == 1);
  CHECK(*std::get<AssetFound>(found.look).content.string() == "f1");
  watched.watch(2, {AssetWanted{.asset = "flights", .logical_date = tuesday}});
  watched.watch(3, {AssetWanted{.asset = "weather", .since = watched.clock.now()}});
  // Both have looked when another one is found that comes after them.
  watched.watch(4, {AssetWanted{.asset = "flights", .since = monday}});
  CHECK(watched.next().watch == 4);
  watched.update("flights", "f2", monday);
  watched.update("flights", "f3", tuesday + hours(1));
  const WatchEvent later = watched.next();
  CHECK(later.watch == 2);
  CHECK(std::get<AssetFound>(later.look).sequence == 3);
  watched.watcher->forget(2);
  watched.update("weather", "w1", monday);
  CHECK(watched.next().watch == 3);
}

TEST_CASE("a server is asked until it is forgotten, and its answer is JSON where it is some") {
  Watched watched;
  TestServer server({"HTTP/1.1 503 No\r\nContent-Length: 2\r\n\r\nno",
                     "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n{\"n\":1}"});
  watched.watch(1, {HttpWanted{.url = server.url("/x"), .headers = {{"X-Key", "7"}}}},
                milliseconds(1));
  const auto first = std::get<HttpAnswered>(watched.next().look);
  CHECK(first.status == 503);
  CHECK(first.text == "no");
  CHECK(first.json.is_null());
  const auto second = std::get<HttpAnswered>(watched.next().look);
  CHECK(second.status == 200);
  CHECK(second.json == Value(ValueObject{{"n", Value(1)}}));
  watched.watcher->forget(1);
  const auto requests = server.requests();
  REQUIRE(requests.size() == 2);
  CHECK(requests[0].starts_with("GET /x HTTP/1.1\r\n"));
  CHECK(requests[0].find("X-Key: 7\r\n") != std::string::npos);
}

TEST_CASE("servers that hang hold up neither others nor the end") {
  Watched watched;
  const TestListener silent, other;
  for (WatchId i = 1; i <= 100; ++i)
    watched.watch(i, {HttpWanted{.url = i % 2 == 0 ? silent.url() : other.url()}});
  TestServer server({"HTTP/1.1 204 Fine\r\n\r\n"});
  watched.watch(101, {HttpWanted{.url = server.url()}});
  const WatchEvent event = watched.next();
  CHECK(event.watch == 101);
  CHECK(std::get<HttpAnswered>(event.look).status == 204);
}

TEST_CASE("what can never be found is said so") {
  Watched watched;
  watched.watch(1, {HttpWanted{.url = "http://127.0.0.1:1/", .headers = {{"X", "a\nb"}}}});
  CHECK(std::get<NeverFound>(watched.next().look).failure.cause == Cause::invalid_expression);
  watched.watch(2, {files("[")});
  CHECK(std::get<NeverFound>(watched.next().look).failure.cause == Cause::invalid_expression);
}

TEST_CASE("a database that is not there yet is asked again") {
  Watched watched;
  watched.watch(1, {RowWanted{.query = "SELECT 1", .values = {}, .database = "none.db"}},
                milliseconds(1));
  for (int look = 0; look < 3; ++look)
    CHECK(std::get<NothingFound>(watched.next().look).why.starts_with("there is no "));
}
