#include "db/faulty_database.h"

#include <optional>
#include <utility>

namespace gt {

namespace {

Error crashed() {
  return error(Errc::unavailable, "the database is gone: the process has crashed");
}

}  // namespace

class FaultyDatabase::Backend final : public TransactionBackend {
 public:
  Backend(FaultyDatabase& database, Transaction transaction)
      : database_(database), transaction_(std::move(transaction)) {}

  Result<std::int64_t> execute(std::string_view sql, Binds binds) override {
    if (database_.crashed_) return crashed();
    return transaction_->execute(sql, binds);
  }
  Result<std::int64_t> execute_many(std::string_view sql, std::size_t width,
                                    std::span<const Bind> rows) override {
    if (database_.crashed_) return crashed();
    return transaction_->execute_many(sql, width, rows);
  }
  Result<void> query(std::string_view sql, Binds binds, std::span<const ColumnType> columns,
                     const RowFunction& each) override {
    if (database_.crashed_) return crashed();
    return transaction_->query_cells(sql, binds, columns, each);
  }
  Result<void> commit() override {
    if (database_.crashed_) return crashed();
    // Whatever comes of it, the transaction is over, and others may begin.
    Transaction transaction = *std::exchange(transaction_, std::nullopt);
    if (++database_.commits_ != database_.number_) return transaction.commit();
    if (database_.fault_ == Fault::refused)
      return error(Errc::exhausted, "committing: the disk that holds the database is full");
    database_.crashed_ = true;
    if (database_.fault_ == Fault::crashed_after) TRY(transaction.commit());
    return crashed();
  }

 private:
  FaultyDatabase& database_;
  std::optional<Transaction> transaction_;
};

Result<Transaction> FaultyDatabase::begin_write() {
  if (crashed_) return crashed();
  return Transaction(std::make_unique<Backend>(*this, TRY(behind_.begin_write())));
}

Result<Transaction> FaultyDatabase::begin_read() {
  if (crashed_) return crashed();
  return behind_.begin_read();
}

Result<std::unique_ptr<Presence>> FaultyDatabase::enter(const std::string& engine) {
  if (crashed_) return crashed();
  return behind_.enter(engine);
}

Result<bool> FaultyDatabase::is_present(const std::string& engine) {
  if (crashed_) return crashed();
  return behind_.is_present(engine);
}

Result<Bell> FaultyDatabase::listen(Listener kind, const std::string& id) {
  if (crashed_) return crashed();
  return behind_.listen(kind, id);
}

void FaultyDatabase::ring(const std::string& engine) {
  if (!crashed_) behind_.ring(engine);
}

void FaultyDatabase::ring_followers() {
  if (!crashed_) behind_.ring_followers();
}

void FaultyDatabase::ring_engines() {
  if (!crashed_) behind_.ring_engines();
}

}  // namespace gt
