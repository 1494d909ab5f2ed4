/// The database of a test: SQLite in memory, with the whole schema; gone with this object.
#pragma once

#include <memory>

#include "base/clock.h"
#include "db/database.h"

namespace gt {

/// One connection serves all, so readers wait for the writer here, and a thread has one transaction
/// at a time of either kind. Engines and bells are of this process only.
class MemoryDatabase final : public Database {
 public:
  static Result<std::unique_ptr<MemoryDatabase>> open(Clock& clock);
  ~MemoryDatabase() override;

  Result<Transaction> begin_write() override;
  Result<Transaction> begin_read() override;
  Result<std::unique_ptr<Presence>> enter(const std::string& engine) override;
  Result<bool> is_present(const std::string& engine) override;
  Result<Bell> listen(Listener kind, const std::string& id) override;
  void ring(const std::string& engine) override;
  void ring_followers() override;
  void ring_engines() override;

 private:
  struct State;
  explicit MemoryDatabase(std::shared_ptr<State> state);
  Result<Transaction> begin(const char* statement);

  /// Shared with bells and presences, which may outlive the database.
  std::shared_ptr<State> state_;
};

}  // namespace gt
