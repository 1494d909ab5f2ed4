#include "process/attempt_watcher.h"

#include <doctest/doctest.h>
#include <poll.h>

#include "process/test_engine.h"

namespace gt {

TEST_CASE("what no event can be expected of is named after a while, until it is forgotten") {
  auto opened = AttemptWatcher::open();
  REQUIRE(opened.ok());
  AttemptWatcher& watcher = *opened;
  CHECK(watcher.poll().empty());
  watcher.watch_by_time("gt-a");
  pollfd wait{watcher.event_fd(), POLLIN, 0};
  REQUIRE(::poll(&wait, 1, 60'000) == 1);
  CHECK(watcher.poll() == std::vector<std::string>{"gt-a"});
  REQUIRE(::poll(&wait, 1, 60'000) == 1);
  CHECK(watcher.poll() == std::vector<std::string>{"gt-a"});
  watcher.forget("gt-a");
  CHECK(watcher.poll().empty());
  CHECK(::poll(&wait, 1, 0) == 0);
}

TEST_CASE("an exit record that appears is an event") {
  TestFolder folder;
  auto opened = AttemptWatcher::open();
  REQUIRE(opened.ok());
  auto claim = AttemptClaim::take(folder.path(), "elsewhere");
  REQUIRE((claim.ok() && claim->has_value()));
  // Its shim, of another place, cannot be watched; the folder can.
  opened->watch("gt-a", folder.path());
  CHECK(opened->poll().empty());
  ExitRecord record;
  record.name = "gt-a";
  REQUIRE((*claim)->record_end(record).ok());
  (*claim)->release();
  pollfd wait{opened->event_fd(), POLLIN, 0};
  REQUIRE(::poll(&wait, 1, 60'000) == 1);
  CHECK(opened->poll() == std::vector<std::string>{"gt-a"});
}

}  // namespace gt
