// The schema of a version to come: what is published, and one step more that only adds. Linked in
// the place of db/migrations.cpp, it makes the binary of tests/versions_test.py.
#define migrations published_migrations
#include "db/migrations.cpp"
#undef migrations

#include <vector>

namespace gt {

std::span<const Migration> migrations() {
  static const std::vector<Migration> with_next = [] {
    const auto published = published_migrations();
    std::vector<Migration> all(published.begin(), published.end());
    all.push_back({static_cast<int>(all.size()) + 1, "of a version to come",
                   "CREATE TABLE to_come (id INTEGER PRIMARY KEY) STRICT; "
                   "ALTER TABLE attempt ADD COLUMN to_come TEXT;"});
    return all;
  }();
  return with_next;
}

}  // namespace gt
