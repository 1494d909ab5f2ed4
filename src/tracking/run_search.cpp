#include "tracking/run_search.h"

#include <optional>

#include "tracking/run_conditions.h"

namespace gt {

namespace {

/// A comparison that leaves at most so many runs is where a search begins.
constexpr std::int64_t few_runs_max = 5'000;

/// The position of a search that has one stretch. Those of others count from 0.
constexpr std::int64_t whole_stretch = 9;
constexpr std::int64_t stretches = 3;

struct PreparedSearch {
  const RunSearch& wanted;
  Filter filter;
  std::vector<OrderTerm> order;
  SearchKeys keys;
};

Result<PreparedSearch> prepare(Transaction& transaction, const RunSearch& wanted) {
  PreparedSearch search{.wanted = wanted, .filter = {}, .order = {}, .keys = {}};
  search.filter = TRY(parse_filter(wanted.filter, run_search_words()));
  search.order = TRY(parse_order(wanted.order_by, run_search_words()));
  for (const Comparison& one : search.filter) TRY(search.keys.look_up(transaction, one.key));
  for (const OrderTerm& term : search.order) TRY(search.keys.look_up(transaction, term.key));
  return search;
}

std::string text_of(const RunSearch& wanted) {
  std::vector<std::string> parts = {"runs", wanted.filter,
                                    std::to_string(static_cast<int>(wanted.view)),
                                    std::to_string(wanted.experiments.size())};
  for (const std::int64_t experiment : wanted.experiments)
    parts.push_back(std::to_string(experiment));
  parts.insert(parts.end(), wanted.order_by.begin(), wanted.order_by.end());
  return query_text(parts);
}

/// The comparison that leaves the fewest runs, if these are few.
Result<std::optional<std::size_t>> few_runs_by(Transaction& transaction,
                                               const PreparedSearch& search) {
  std::optional<std::size_t> best;
  std::int64_t fewest = few_runs_max + 1;
  for (std::size_t i = 0; i < search.filter.size(); ++i) {
    SqlText sql;
    sql.add("SELECT count(*) FROM (");
    if (!add_matching_runs(sql, search.filter[i], search.keys)) continue;
    sql.add(" LIMIT ");
    sql.add_value(fewest);
    sql.add(") AS few");
    const auto row = TRY(transaction.query_row<std::int64_t>(sql.text(), sql.binds()));
    if (std::get<0>(*row) >= fewest) continue;
    fewest = std::get<0>(*row);
    best = i;
  }
  return best;
}

/// `WHERE …` of all that the search asks for. With `begin`: from the runs of that comparison on.
void add_conditions(SqlText& sql, const PreparedSearch& search, std::optional<std::size_t> begin,
                    bool is_along_experiments) {
  // The plus keeps SQLite from going along the index of experiments.
  sql.add(is_along_experiments ? " WHERE r.experiment" : " WHERE +r.experiment");
  if (search.wanted.experiments.size() == 1) {
    sql.add(" = ");
    sql.add_value(search.wanted.experiments.front());
  } else {
    sql.add(" IN (");
    for (std::size_t i = 0; i < search.wanted.experiments.size(); ++i) {
      if (i > 0) sql.add(", ");
      sql.add_value(search.wanted.experiments[i]);
    }
    sql.add(")");
  }
  if (search.wanted.view != LifecycleView::all)
    sql.add(search.wanted.view == LifecycleView::active ? " AND r.lifecycle = 'active'"
                                                        : " AND r.lifecycle = 'deleted'");
  for (std::size_t i = 0; i < search.filter.size(); ++i) {
    sql.add(" AND ");
    if (begin == i) {
      sql.add("r.id IN (");
      add_matching_runs(sql, search.filter[i], search.keys);
      sql.add(")");
    } else {
      add_run_condition(sql, search.filter[i], search.keys);
    }
  }
}

/// What the terms from `first` on sort by.
void add_order_joins(SqlText& sql, const PreparedSearch& search, std::size_t first) {
  for (std::size_t i = first; i < search.order.size(); ++i) {
    const FilterKey& key = search.order[i].key;
    if (key.subject == FilterSubject::attribute) continue;
    sql.add(fmt::format(
        " LEFT JOIN {0} s{1} ON s{1}.run = r.id AND s{1}.key = ", table_of(key.subject), i));
    sql.add_value(search.keys.of(key));
  }
}

void add_order_terms(SqlText& sql, const PreparedSearch& search, std::size_t first) {
  for (std::size_t i = first; i < search.order.size(); ++i) {
    const OrderTerm& term = search.order[i];
    const char* const direction = term.is_descending ? " DESC" : "";
    if (term.key.subject == FilterSubject::attribute) {
      const char* const column = column_of(term.key.name);
      sql.add(fmt::format("{0} IS NULL, {0}{1}, ", column, direction));
    } else {
      sql.add(fmt::format("s{0}.run IS NULL, s{0}.value IS NULL, s{0}.value{1}, ", i, direction));
    }
  }
  sql.add("r.start_ms DESC, r.uuid");
}

/// Appends up to `rows_max` runs.
Result<void> add_rows(Transaction& transaction, SqlText& sql, std::int64_t rows_max,
                      std::int64_t offset, std::vector<std::int64_t>& rows) {
  sql.add(" LIMIT ");
  sql.add_value(rows_max);
  sql.add(" OFFSET ");
  sql.add_value(offset);
  return transaction.query<std::int64_t>(sql.text(), sql.binds(),
                                         [&](std::int64_t id) { rows.push_back(id); });
}

Result<void> add_whole(Transaction& transaction, const PreparedSearch& search,
                       std::optional<std::size_t> begin, std::int64_t rows_max, std::int64_t offset,
                       std::vector<std::int64_t>& rows) {
  SqlText sql;
  sql.add("SELECT r.id FROM tracking_run r");
  add_order_joins(sql, search, 0);
  add_conditions(sql, search, begin, !begin);
  sql.add(" ORDER BY ");
  add_order_terms(sql, search, 0);
  return add_rows(transaction, sql, rows_max, offset, rows);
}

/// Of a search that is ordered by a metric first.
Result<void> add_stretch(Transaction& transaction, const PreparedSearch& search,
                         const PagePosition& position, std::int64_t rows_max,
                         std::vector<std::int64_t>& rows) {
  const OrderTerm& first = search.order.front();
  const std::int64_t key = search.keys.of(first.key);
  SqlText sql;
  const bool has_row = position.stretch < 2;
  // A CROSS JOIN goes along what stands left of it.
  sql.add(has_row ? "SELECT r.id FROM tracking_metric f CROSS JOIN tracking_run r"
                  : "SELECT r.id FROM tracking_run r");
  add_order_joins(sql, search, 1);
  add_conditions(sql, search, std::nullopt, !has_row);
  if (has_row) {
    sql.add(" AND r.id = f.run AND f.key = ");
    sql.add_value(key);
    sql.add(position.stretch == 0 ? " AND f.value IS NOT NULL" : " AND f.value IS NULL");
  } else {
    sql.add(" AND NOT EXISTS (SELECT 1 FROM tracking_metric f WHERE f.run = r.id AND f.key = ");
    sql.add_value(key);
    sql.add(")");
  }
  sql.add(" ORDER BY ");
  if (position.stretch == 0) sql.add(first.is_descending ? "f.value DESC, " : "f.value, ");
  add_order_terms(sql, search, 1);
  return add_rows(transaction, sql, rows_max, position.offset, rows);
}

bool has_stretches(const PreparedSearch& search) {
  return !search.order.empty() && search.order.front().key.subject == FilterSubject::metric;
}

}  // namespace

Result<Page<std::int64_t>> search_runs(Transaction& transaction, const RunSearch& wanted) {
  const std::string query = text_of(wanted);
  PagePosition position = TRY(page_position(query, wanted.page.token));
  const PreparedSearch search = TRY(prepare(transaction, wanted));
  Page<std::int64_t> page;
  if (wanted.experiments.empty()) return page;
  const auto begin = TRY(few_runs_by(transaction, search));
  const bool is_whole =
      !has_stretches(search) ||
      (wanted.page.token.empty() ? begin.has_value() : position.stretch >= stretches);
  // One more than the page takes tells that there is another one.
  const std::int64_t rows_max = wanted.page.size + 1;
  if (is_whole) {
    TRY(add_whole(transaction, search, begin, rows_max, position.offset, page.rows));
    position.stretch = whole_stretch;
  } else {
    for (;;) {
      const std::int64_t before = std::ssize(page.rows);
      TRY(add_stretch(transaction, search, position, rows_max - before, page.rows));
      position.offset += std::ssize(page.rows) - before;
      if (std::ssize(page.rows) == rows_max || position.stretch + 1 == stretches) break;
      position = {position.stretch + 1, 0};
    }
  }
  if (std::ssize(page.rows) < rows_max) return page;
  page.rows.pop_back();
  position.offset = is_whole ? position.offset + wanted.page.size : position.offset - 1;
  page.next_token = page_token(query, position);
  return page;
}

}  // namespace gt
