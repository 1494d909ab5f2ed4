#include "db/parameter_names.h"

#include <doctest/doctest.h>

namespace gt {

using Names = std::vector<std::string>;

TEST_CASE("each parameter is named once, in the order of first appearance") {
  CHECK(parameter_names("UPDATE t SET a = :a, b = :b_2 WHERE a <> :a AND c = :c") ==
        Names{"a", "b_2", "c"});
  CHECK(parameter_names("SELECT 1") == Names{});
}

TEST_CASE("a colon in texts, names, comments and casts is no parameter") {
  CHECK(parameter_names("SELECT ':a', 'it''s :b', \":c\", x::text -- :d\n, :e /* :f */, :g") ==
        Names{"e", "g"});
  CHECK(parameter_names("SELECT 'never closed :a") == Names{});
  CHECK(parameter_names("SELECT 1 -- :a") == Names{});
}

}  // namespace gt
