/// Statements of SQL within one transaction.
///
/// SQL is written in the subset that SQLite and PostgreSQL share: parameters are `:name`, times are
/// INTEGER µs, JSON is TEXT that C++ reads, `ON CONFLICT` and `RETURNING` are there, functions are
/// `coalesce`, `count`, `max`, `min`, `sum`, `length` and the like. Statements are prepared once a
/// connection and found again by their text, so let texts be constant and values be parameters.
///
/// Errors: conflict (a constraint is broken), exhausted (disk full), denied (read-only),
/// unavailable (busy, I/O), invalid (the file is damaged), internal (the SQL is wrong).
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "db/bind.h"

namespace gt {

enum class ColumnType : std::uint8_t { integer, real, text };

/// One column of the row at hand; the member of its type is set, unless null.
struct Cell {
  bool is_null = false;
  long long integer = 0;
  double real = 0;
  std::string text;
};

using RowFunction = std::function<Result<void>(std::span<const Cell>)>;

/// What a database implements; destruction without commit() rolls back.
class TransactionBackend {
 public:
  virtual ~TransactionBackend() = default;
  virtual Result<std::int64_t> execute(std::string_view sql, Binds binds) = 0;
  virtual Result<std::int64_t> execute_many(std::string_view sql, std::size_t width,
                                            std::span<const Bind> rows) = 0;
  virtual Result<void> query(std::string_view sql, Binds binds, std::span<const ColumnType> columns,
                             const RowFunction& each) = 0;
  virtual Result<void> commit() = 0;
};

namespace detail {

template <typename T>
struct ColumnOf;

template <>
struct ColumnOf<std::int64_t> {
  static constexpr ColumnType type = ColumnType::integer;
  static std::int64_t get(const Cell& cell) { return cell.integer; }
};
template <>
struct ColumnOf<bool> {
  static constexpr ColumnType type = ColumnType::integer;
  static bool get(const Cell& cell) { return cell.integer != 0; }
};
template <>
struct ColumnOf<Time> {
  static constexpr ColumnType type = ColumnType::integer;
  static Time get(const Cell& cell) { return from_microseconds(cell.integer); }
};
template <>
struct ColumnOf<double> {
  static constexpr ColumnType type = ColumnType::real;
  static double get(const Cell& cell) { return cell.real; }
};
template <>
struct ColumnOf<std::string> {
  static constexpr ColumnType type = ColumnType::text;
  static std::string get(const Cell& cell) { return cell.text; }
};
template <>
struct ColumnOf<std::string_view> {
  static constexpr ColumnType type = ColumnType::text;
  static std::string_view get(const Cell& cell) { return cell.text; }
};
template <typename T>
struct ColumnOf<std::optional<T>> {
  static constexpr ColumnType type = ColumnOf<T>::type;
  static std::optional<T> get(const Cell& cell) {
    return cell.is_null ? std::nullopt : std::optional<T>(ColumnOf<T>::get(cell));
  }
};

template <typename T>
inline constexpr bool is_optional = false;
template <typename T>
inline constexpr bool is_optional<std::optional<T>> = true;

template <typename T>
inline constexpr bool is_view = std::is_same_v<T, std::string_view>;
template <typename T>
inline constexpr bool is_view<std::optional<T>> = is_view<T>;

Error null_in_column(std::size_t column, std::string_view sql);

}  // namespace detail

/// A view of the database as it was when the transaction began, and, if it writes, the only writer.
/// Columns may be std::int64_t, bool, double, std::string, Time, or std::optional of these; where a
/// function takes each row also std::string_view, which lives for the call. A null in a column that
/// is not optional is Errc::internal.
///
/// Owner: the caller, for as short as possible: others wait for a writer, and an old reader keeps
/// the journal from shrinking. Threads: one.
class Transaction {
 public:
  explicit Transaction(std::unique_ptr<TransactionBackend> backend)
      : backend_(std::move(backend)) {}

  /// How many rows were inserted, changed or deleted.
  Result<std::int64_t> execute(std::string_view sql, Binds binds = {}) {
    return backend_->execute(sql, binds);
  }

  /// The same statement for many rows of `width` values each, one after the other in `rows`.
  Result<std::int64_t> execute_many(std::string_view sql, std::size_t width,
                                    std::span<const Bind> rows) {
    return backend_->execute_many(sql, width, rows);
  }

  /// Calls `each(columns...)` for every row; it returns void, or a Result<void> whose error ends
  /// the query. Other statements may be executed meanwhile.
  template <typename... Columns, typename Function>
    requires std::invocable<Function&, Columns...>
  Result<void> query(std::string_view sql, Binds binds, Function&& each) {
    static constexpr ColumnType types[] = {detail::ColumnOf<Columns>::type...};
    return backend_->query(sql, binds, types, [&](std::span<const Cell> cells) {
      return call<Columns...>(sql, cells, each, std::index_sequence_for<Columns...>());
    });
  }

  /// All rows.
  template <typename... Columns>
  Result<std::vector<std::tuple<Columns...>>> query(std::string_view sql, Binds binds = {}) {
    static_assert(!(detail::is_view<Columns> || ...), "the text would not outlive its row");
    std::vector<std::tuple<Columns...>> rows;
    TRY(query<Columns...>(sql, binds,
                          [&](Columns... columns) { rows.emplace_back(std::move(columns)...); }));
    return rows;
  }

  /// The first row, if there is one.
  template <typename... Columns>
  Result<std::optional<std::tuple<Columns...>>> query_row(std::string_view sql, Binds binds = {}) {
    static_assert(!(detail::is_view<Columns> || ...), "the text would not outlive its row");
    std::optional<std::tuple<Columns...>> row;
    TRY(query<Columns...>(sql, binds, [&](Columns... columns) {
      if (!row) row.emplace(std::move(columns)...);
    }));
    return row;
  }

  /// The untyped form, for what stands between a Transaction and its database.
  Result<void> query_cells(std::string_view sql, Binds binds, std::span<const ColumnType> columns,
                           const RowFunction& each) {
    return backend_->query(sql, binds, columns, each);
  }

  /// Makes it durable and visible; the transaction is over, even if this fails. After an error of
  /// commit() the writes may or may not be there: read again before going on.
  Result<void> commit() { return backend_->commit(); }

 private:
  template <typename... Columns, typename Function, std::size_t... index>
  static Result<void> call(std::string_view sql, std::span<const Cell> cells, Function& each,
                           std::index_sequence<index...>) {
    std::size_t null_column = cells.size();
    ((!detail::is_optional<Columns> && cells[index].is_null ? void(null_column = index) : void()),
     ...);
    if (null_column < cells.size()) return detail::null_in_column(null_column, sql);
    if constexpr (std::is_void_v<std::invoke_result_t<Function&, Columns...>>) {
      each(detail::ColumnOf<Columns>::get(cells[index])...);
      return {};
    } else {
      return each(detail::ColumnOf<Columns>::get(cells[index])...);
    }
  }

  std::unique_ptr<TransactionBackend> backend_;
};

}  // namespace gt
