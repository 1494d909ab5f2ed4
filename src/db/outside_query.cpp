#include "db/outside_query.h"

#include <cmath>
#include <filesystem>
#include <memory>
#include <sqlite3.h>

#include "base/text.h"

namespace gt {

namespace {

/// How long to wait for whoever writes to it.
constexpr int busy_milliseconds_max = 2000;
/// Steps of SQLite's machine between two looks at the clock.
constexpr int steps_between_looks = 10'000;

using Handle = std::unique_ptr<sqlite3, decltype(&sqlite3_close)>;
using Statement = std::unique_ptr<sqlite3_stmt, decltype(&sqlite3_finalize)>;

/// Whether a query is to go on.
struct Leash {
  std::chrono::steady_clock::time_point end;
  std::stop_token stop;

  static int is_over(void* leash) {
    const auto* self = static_cast<const Leash*>(leash);
    return self->stop.stop_requested() || std::chrono::steady_clock::now() >= self->end ? 1 : 0;
  }
};

Error error_of(sqlite3* handle, int code, const Leash& leash) {
  const std::string said = handle == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(handle);
  if (leash.stop.stop_requested()) return error(Errc::cancelled, "stopped");
  if (code == SQLITE_INTERRUPT) return error(Errc::unavailable, "the query takes too long");
  if (code == SQLITE_BUSY || code == SQLITE_LOCKED || code == SQLITE_CANTOPEN)
    return error(Errc::unavailable, "{}", said);
  return error(Errc::invalid, "{}", said);
}

OutsideCell cell_of(sqlite3_stmt* statement, int column) {
  OutsideCell cell;
  const char* const name = sqlite3_column_name(statement, column);
  cell.column = name == nullptr ? "" : name;
  const auto bytes = [&] {
    const void* const data = sqlite3_column_blob(statement, column);
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement, column));
    return size == 0 ? std::string_view() : std::string_view(static_cast<const char*>(data), size);
  };
  switch (sqlite3_column_type(statement, column)) {
    case SQLITE_INTEGER:
      cell.value = std::int64_t{sqlite3_column_int64(statement, column)};
      break;
    case SQLITE_FLOAT:
      // An infinity is no number of ours.
      if (const double real = sqlite3_column_double(statement, column); std::isfinite(real))
        cell.value = real;
      break;
    case SQLITE_TEXT:
    case SQLITE_BLOB:
      if (is_utf8(bytes())) {
        cell.value = std::string(bytes());
      } else {
        std::string digits;
        for (const char byte : bytes())
          digits += fmt::format("{:02x}", static_cast<unsigned char>(byte));
        cell.value = std::move(digits);
      }
      break;
    default:
      break;
  }
  return cell;
}

Result<Statement> prepare(sqlite3* handle, const std::string& query, const Leash& leash) {
  sqlite3_stmt* prepared = nullptr;
  const char* rest = nullptr;
  const int code =
      sqlite3_prepare_v2(handle, query.data(), static_cast<int>(query.size()), &prepared, &rest);
  Statement statement(prepared, &sqlite3_finalize);
  if (code != SQLITE_OK) return error_of(handle, code, leash);
  const char* const end = query.data() + query.size();
  if (statement == nullptr) return error(Errc::denied, "the query is empty");
  if (!trim(std::string_view(rest, static_cast<std::size_t>(end - rest))).empty())
    return error(Errc::denied, "the query is more than one statement");
  if (sqlite3_stmt_readonly(statement.get()) == 0)
    return error(Errc::denied, "the query would change the database");
  return statement;
}

/// The texts of `values` outlive the statement.
Result<void> bind(sqlite3_stmt* statement, const std::vector<OutsideValue>& values) {
  const int count = sqlite3_bind_parameter_count(statement);
  if (static_cast<std::size_t>(count) != values.size())
    return error(Errc::denied, "the query has {} values and {} places for them", values.size(),
                 count);
  for (int i = 0; i < count; ++i) {
    const OutsideValue& value = values[static_cast<std::size_t>(i)];
    if (const auto* integer = std::get_if<std::int64_t>(&value))
      sqlite3_bind_int64(statement, i + 1, *integer);
    else if (const auto* real = std::get_if<double>(&value))
      sqlite3_bind_double(statement, i + 1, *real);
    else if (const auto* text = std::get_if<std::string>(&value))
      sqlite3_bind_text(statement, i + 1, text->data(), static_cast<int>(text->size()),
                        SQLITE_STATIC);
  }
  return {};
}

}  // namespace

Result<std::optional<OutsideRow>> first_row_of(const OutsideQuery& query, std::stop_token stop) {
  Leash leash{std::chrono::steady_clock::now() + query.time_max, std::move(stop)};
  std::error_code ignored;
  if (!std::filesystem::exists(query.path, ignored))
    return error(Errc::not_found, "there is no {}", printable(query.path));
  sqlite3* opened = nullptr;
  const int code = sqlite3_open_v2(query.path.c_str(), &opened,
                                   SQLITE_OPEN_READONLY | SQLITE_OPEN_PRIVATECACHE, nullptr);
  const Handle handle(opened, &sqlite3_close);
  if (code != SQLITE_OK) return error_of(opened, code, leash);
  sqlite3_busy_timeout(opened, busy_milliseconds_max);
  sqlite3_progress_handler(opened, steps_between_looks, &Leash::is_over, &leash);
  const int bytes_max = static_cast<int>(query.row_bytes_max);
  sqlite3_limit(opened, SQLITE_LIMIT_LENGTH, bytes_max);
  const Statement statement = TRY(prepare(opened, query.query, leash));
  TRY(bind(statement.get(), query.values));
  const int stepped = sqlite3_step(statement.get());
  if (stepped == SQLITE_DONE) return std::optional<OutsideRow>();
  if (stepped == SQLITE_TOOBIG)
    return error(Errc::exhausted, "a value of the row is larger than {}",
                 format_bytes(static_cast<std::int64_t>(query.row_bytes_max)));
  if (stepped != SQLITE_ROW) return error_of(opened, stepped, leash);
  OutsideRow row;
  std::size_t bytes = 0;
  for (int column = 0; column < sqlite3_column_count(statement.get()); ++column) {
    row.push_back(cell_of(statement.get(), column));
    const auto* const text = std::get_if<std::string>(&row.back().value);
    bytes += row.back().column.size() + (text == nullptr ? 0 : text->size());
  }
  if (bytes > query.row_bytes_max)
    return error(Errc::exhausted, "the row is larger than {}",
                 format_bytes(static_cast<std::int64_t>(query.row_bytes_max)));
  return std::optional<OutsideRow>(std::move(row));
}

}  // namespace gt
