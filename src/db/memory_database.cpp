#include "db/memory_database.h"

#include <atomic>
#include <cerrno>
#include <map>
#include <mutex>
#include <set>
#include <sys/eventfd.h>
#include <thread>
#include <unistd.h>

#include "db/sqlite_schema.h"
#include "db/sqlite_transaction.h"

namespace gt {

struct MemoryDatabase::State {
  std::unique_ptr<SqliteConnection> connection;
  std::mutex in_use;
  std::atomic<std::thread::id> user;

  std::mutex names_mutex;
  std::multiset<std::string> engines;
  std::map<std::pair<Listener, std::string>, int> bells;

  static void ring(int fd) {
    const std::uint64_t one = 1;
    // Nothing to do about a failure: the counter is at its limit, so the bell has been rung.
    static_cast<void>(!::write(fd, &one, sizeof one));
  }
};

namespace {

class MemoryPresence final : public Presence {
 public:
  explicit MemoryPresence(std::function<void()> leave) : leave_(std::move(leave)) {}
  ~MemoryPresence() override { leave_(); }

 private:
  std::function<void()> leave_;
};

}  // namespace

MemoryDatabase::MemoryDatabase(std::shared_ptr<State> state) : state_(std::move(state)) {}
MemoryDatabase::~MemoryDatabase() = default;

Result<std::unique_ptr<MemoryDatabase>> MemoryDatabase::open(Clock& clock) {
  auto state = std::make_shared<State>();
  state->connection = TRY(SqliteConnection::open(":memory:", Access::write));
  TRY(migrate(*state->connection, migrations(), clock.now()));
  return std::unique_ptr<MemoryDatabase>(new MemoryDatabase(std::move(state)));
}

Result<Transaction> MemoryDatabase::begin(const char* statement) {
  State& state = *state_;
  GT_CHECK(state.user.load() != std::this_thread::get_id(),
           "a thread has one transaction at a time in memory");
  state.in_use.lock();
  state.user = std::this_thread::get_id();
  return SqliteTransaction::begin(*state.connection, statement, [&state] {
    state.user = std::thread::id();
    state.in_use.unlock();
  });
}

Result<Transaction> MemoryDatabase::begin_write() { return begin("BEGIN IMMEDIATE"); }
Result<Transaction> MemoryDatabase::begin_read() { return begin("BEGIN"); }

Result<std::unique_ptr<Presence>> MemoryDatabase::enter(const std::string& engine) {
  const std::lock_guard lock(state_->names_mutex);
  state_->engines.insert(engine);
  return std::unique_ptr<Presence>(new MemoryPresence([state = state_, engine] {
    const std::lock_guard leaving(state->names_mutex);
    state->engines.erase(state->engines.find(engine));
  }));
}

Result<bool> MemoryDatabase::is_present(const std::string& engine) {
  const std::lock_guard lock(state_->names_mutex);
  return state_->engines.contains(engine);
}

Result<Bell> MemoryDatabase::listen(Listener kind, const std::string& id) {
  UniqueFd fd(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
  if (!fd) return errno_error(errno, "making a bell");
  const std::lock_guard lock(state_->names_mutex);
  state_->bells[{kind, id}] = fd.get();
  return Bell(std::move(fd), [state = state_, kind, id] {
    const std::lock_guard leaving(state->names_mutex);
    state->bells.erase({kind, id});
  });
}

void MemoryDatabase::ring(const std::string& engine) {
  const std::lock_guard lock(state_->names_mutex);
  const auto bell = state_->bells.find({Listener::engine, engine});
  if (bell != state_->bells.end()) State::ring(bell->second);
}

void MemoryDatabase::ring_followers() {
  const std::lock_guard lock(state_->names_mutex);
  for (const auto& [key, fd] : state_->bells)
    if (key.first == Listener::follower) State::ring(fd);
}

void MemoryDatabase::ring_engines() {
  const std::lock_guard lock(state_->names_mutex);
  for (const auto& [key, fd] : state_->bells)
    if (key.first == Listener::engine) State::ring(fd);
}

}  // namespace gt
