#include "db/sqlite_transaction.h"

namespace gt {

Result<Transaction> SqliteTransaction::begin(SqliteConnection& connection, const char* begin,
                                             std::function<void()> give_back) {
  std::unique_ptr<SqliteTransaction> transaction(
      new SqliteTransaction(connection, std::move(give_back)));
  TRY(connection.execute(begin, {}));
  return Transaction(std::move(transaction));
}

Result<std::int64_t> SqliteTransaction::execute(std::string_view sql, Binds binds) {
  GT_CHECK(connection_ != nullptr, "a transaction that is over takes no statement");
  return connection_->execute(sql, binds);
}

Result<std::int64_t> SqliteTransaction::execute_many(std::string_view sql, std::size_t width,
                                                     std::span<const Bind> rows) {
  GT_CHECK(connection_ != nullptr, "a transaction that is over takes no statement");
  return connection_->execute_many(sql, width, rows);
}

Result<void> SqliteTransaction::query(std::string_view sql, Binds binds,
                                      std::span<const ColumnType> columns,
                                      const RowFunction& each) {
  GT_CHECK(connection_ != nullptr, "a transaction that is over takes no statement");
  return connection_->query(sql, binds, columns, each);
}

Result<void> SqliteTransaction::commit() {
  GT_CHECK(connection_ != nullptr, "a transaction is committed once");
  Result<std::int64_t> committed = connection_->execute("COMMIT", {});
  end();
  if (!committed.ok()) return std::move(committed).error().context("committing");
  return {};
}

void SqliteTransaction::end() {
  if (connection_ == nullptr) return;
  std::exchange(connection_, nullptr)->roll_back();
  give_back_();
}

}  // namespace gt
