/// A transaction on a connection that is lent for as long as it lasts.
#pragma once

#include <functional>

#include "db/sqlite_connection.h"

namespace gt {

class SqliteTransaction final : public TransactionBackend {
 public:
  /// `begin` is "BEGIN" or "BEGIN IMMEDIATE". `give_back` is called once, when the connection is
  /// free again, also when this fails.
  static Result<Transaction> begin(SqliteConnection& connection, const char* begin,
                                   std::function<void()> give_back);
  ~SqliteTransaction() override { end(); }

  Result<std::int64_t> execute(std::string_view sql, Binds binds) override;
  Result<std::int64_t> execute_many(std::string_view sql, std::size_t width,
                                    std::span<const Bind> rows) override;
  Result<void> query(std::string_view sql, Binds binds, std::span<const ColumnType> columns,
                     const RowFunction& each) override;
  Result<void> commit() override;

 private:
  SqliteTransaction(SqliteConnection& connection, std::function<void()> give_back)
      : connection_(&connection), give_back_(std::move(give_back)) {}
  void end();

  SqliteConnection* connection_;  ///< nullptr once it is over
  std::function<void()> give_back_;
};

}  // namespace gt
