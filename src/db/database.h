/// The door to the database. Real ones: SQLite in a file (sqlite_database.h), later PostgreSQL;
/// twins for tests: SQLite in memory, and one that fails at the n-th commit (faulty_database.h).
///
/// Besides transactions it knows what only the database's place can tell: which engines are alive,
/// and how to wake one that runs elsewhere.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/file.h"
#include "base/result.h"
#include "db/transaction.h"

namespace gt {

/// Something to poll(2) on: readable after others rang. Rings before clear() are one.
class Bell {
 public:
  Bell(UniqueFd fd, std::function<void()> remove)
      : fd_(std::move(fd)), remove_(std::move(remove)) {}
  Bell(Bell&& other) noexcept
      : fd_(std::move(other.fd_)), remove_(std::exchange(other.remove_, nullptr)) {}
  Bell& operator=(Bell&&) = delete;
  ~Bell() {
    if (remove_) remove_();
  }
  int fd() const { return fd_.get(); }
  /// Call before looking at the database, never after: a ring in between must not be lost.
  void clear();

 private:
  UniqueFd fd_;
  std::function<void()> remove_;
};

enum class Listener {
  engine,    ///< rung by its own id
  follower,  ///< rung after every change that people may want to see
};

/// An engine is present as long as this lives, and not a moment longer, however its process ends.
class Presence {
 public:
  virtual ~Presence() = default;
};

/// Owner: wiring. Threads: any; each Transaction belongs to one.
class Database {
 public:
  virtual ~Database() = default;

  /// Waits for other writers, of other processes too; Errc::unavailable when one holds on for
  /// longer than the limit. A thread that holds a transaction must not begin to write.
  virtual Result<Transaction> begin_write() = 0;
  virtual Result<Transaction> begin_read() = 0;

  /// Declares this engine alive. `engine` is a new id ([0-9a-f]+).
  virtual Result<std::unique_ptr<Presence>> enter(const std::string& engine) = 0;
  virtual Result<bool> is_present(const std::string& engine) = 0;

  /// `id` is unique among those that live ([0-9a-f]+).
  virtual Result<Bell> listen(Listener kind, const std::string& id) = 0;
  /// Without effect when nobody listens there. Never blocks.
  virtual void ring(const std::string& engine) = 0;
  virtual void ring_followers() = 0;
  /// After a change that any of them may want to take up.
  virtual void ring_engines() = 0;
};

}  // namespace gt
