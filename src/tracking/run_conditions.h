/// Comparisons of a filter as conditions of SQL. Part of run_search.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "db/transaction.h"
#include "tracking/filter.h"
#include "tracking/sql_text.h"

namespace gt {

/// The numbers of the names that a search speaks of; -1 for one that no run has.
class SearchKeys {
 public:
  Result<void> look_up(Transaction& transaction, const FilterKey& key);
  /// After it was looked up.
  std::int64_t of(const FilterKey& key) const { return ids_.at(key.name); }

 private:
  std::map<std::string, std::int64_t> ids_;
};

/// The table that has a metric's, param's or tag's values.
const char* table_of(FilterSubject subject);

/// A condition on the run `r`.
void add_run_condition(SqlText& sql, const Comparison& wanted, const SearchKeys& keys);

/// A select of the runs for which the comparison holds, by an index; false, and nothing added,
/// where there is none for it.
bool add_matching_runs(SqlText& sql, const Comparison& wanted, const SearchKeys& keys);

/// The column of an attribute of the run `r`.
const char* column_of(const std::string& attribute);

}  // namespace gt
