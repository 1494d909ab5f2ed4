#include "net/event_stream.h"

#include <doctest/doctest.h>

namespace gt {
namespace {

TEST_CASE("an event is written so that its data arrive as they are") {
  CHECK(to_text({.event = "state", .data = "{}", .id = "7"}) ==
        "id: 7\nevent: state\ndata: {}\n\n");
  CHECK(to_text({.data = "a\nb"}) == "data: a\ndata: b\n\n");
  CHECK(to_text({.data = "a\r\nb\rc\r"}) == "data: a\ndata: b\ndata: c\ndata: \n\n");
  CHECK(to_text(ServerSentEvent{}) == "data: \n\n");
}

TEST_CASE("a stream takes what its queue holds, and is closed by more") {
  const auto stream = EventStream::create({.queue_bytes_max = 10});
  CHECK(stream->is_open());
  CHECK(stream->push("12345"));
  CHECK(stream->push("67890"));
  CHECK(!stream->push("x"));
  CHECK(!stream->is_open());
  CHECK(!stream->push(""));
}

TEST_CASE("nothing can be pushed to a stream that was closed") {
  const auto stream = EventStream::create();
  stream->close();
  stream->close();
  CHECK(!stream->push("x"));
}

}  // namespace
}  // namespace gt
