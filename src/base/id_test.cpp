#include "base/id.h"

#include <doctest/doctest.h>

namespace gt {

TEST_CASE("ids sort by time, carry version and variant, and repeat from their seed") {
  SeededEntropy entropy(1);
  FakeClock clock;
  std::string before = make_uuid(clock.now(), entropy);
  for (int i = 0; i < 100; ++i) {
    clock.advance(std::chrono::milliseconds(1));
    const std::string id = make_uuid(clock.now(), entropy);
    CHECK(id.size() == 32);
    CHECK(id[12] == '7');
    CHECK(std::string("89ab").contains(id[16]));
    CHECK(before < id);
    before = id;
  }
  SeededEntropy again(1);
  CHECK(make_uuid(FakeClock().now(), again) != before);
  SeededEntropy same(1);
  SeededEntropy other(2);
  const std::string first = make_uuid(clock.now(), same);
  CHECK(first != make_uuid(clock.now(), other));
  SeededEntropy repeated(1);
  CHECK(first == make_uuid(clock.now(), repeated));
}

}  // namespace gt
