#include "server/event_hub.h"

#include <doctest/doctest.h>

namespace gt {
namespace {

/// What a listener is given to begin with, by the numbers of the events.
class Heard {
 public:
  explicit Heard(Result<std::shared_ptr<EventStream>> stream) {
    REQUIRE(stream.ok());
    stream_ = *stream;
  }
  bool is_open() const { return stream_->is_open(); }
  void leave() { stream_->close(); }

 private:
  std::shared_ptr<EventStream> stream_;
};

HubEvent event(const std::string& run) { return {"run", run, JsonObject{{"id", run}}}; }

TEST_CASE("somebody who has left is counted no more, and costs no more") {
  EventHub hub("e");
  CHECK_FALSE(hub.has_listeners());
  Heard first(hub.listen({}, {}));
  Heard second(hub.listen("r", {}));
  CHECK(hub.listeners() == 2);
  first.leave();
  CHECK(hub.listeners() == 1);
  second.leave();
  hub.publish(event("r"));
  CHECK_FALSE(hub.has_listeners());
}

TEST_CASE("after the end nobody listens any more") {
  EventHub hub("e");
  Heard before(hub.listen({}, {}));
  hub.close();
  CHECK_FALSE(before.is_open());
  Heard after(hub.listen({}, {}));
  CHECK_FALSE(after.is_open());
}

TEST_CASE("there is a limit to how many listen") {
  EventHub hub("e");
  std::vector<Heard> all;
  for (std::size_t i = 0; i < EventHub::listeners_max; ++i) all.emplace_back(hub.listen({}, {}));
  CHECK(hub.listen({}, {}).error().code == Errc::exhausted);
  all.front().leave();
  CHECK(hub.listen({}, {}).ok());
}

}  // namespace
}  // namespace gt
