/// A database whose commits fail on demand, for tests and simulations.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>

#include "db/database.h"

namespace gt {

/// What happens at the n-th commit of a write transaction.
enum class Fault {
  refused,         ///< nothing is written; the caller hears Errc::exhausted; later ones succeed
  crashed_before,  ///< nothing is written, and from then on every call fails: our process died
  crashed_after,   ///< all is written, but nobody hears of it: every call fails
};

/// Threads: as the database behind it, which it does not own.
class FaultyDatabase final : public Database {
 public:
  explicit FaultyDatabase(Database& behind) : behind_(behind) {}

  /// `number` counts commits of write transactions from 1, those before this call included.
  void fail_at_commit(std::int64_t number, Fault fault) {
    number_ = number;
    fault_ = fault;
  }
  std::int64_t commits() const { return commits_; }
  bool has_crashed() const { return crashed_; }

  Result<Transaction> begin_write() override;
  Result<Transaction> begin_read() override;
  Result<std::unique_ptr<Presence>> enter(const std::string& engine) override;
  Result<bool> is_present(const std::string& engine) override;
  Result<Bell> listen(Listener kind, const std::string& id) override;
  void ring(const std::string& engine) override;
  void ring_followers() override;
  void ring_engines() override;

 private:
  class Backend;

  Database& behind_;
  std::int64_t number_ = std::numeric_limits<std::int64_t>::max();
  Fault fault_ = Fault::refused;
  std::int64_t commits_ = 0;
  bool crashed_ = false;
};

}  // namespace gt
