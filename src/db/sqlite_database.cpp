#include "db/sqlite_database.h"

#include <atomic>
#include <cerrno>
#include <fcntl.h>
#include <mutex>
#include <sys/file.h>
#include <sys/stat.h>
#include <thread>
#include <time.h>
#include <unistd.h>
#include <vector>

#include "base/text.h"
#include "db/doorbell.h"
#include "db/journal_room.h"
#include "db/presence.h"
#include "db/sqlite_schema.h"
#include "db/sqlite_transaction.h"

namespace gt {

namespace {

constexpr std::size_t idle_readers_max = 8;

/// flock(2) knows no time limit, so a waiter asks again and again: at first often, since most
/// transactions take well under a millisecond.
Result<void> lock_file(int fd, Duration wait_max) {
  Duration waited{0};
  while (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    if (errno == EINTR) continue;
    if (errno != EWOULDBLOCK) return errno_error(errno, "locking write.lock");
    if (waited >= wait_max)
      return Error{
          Errc::unavailable,
          fmt::format("another process has been writing the database for {}",
                      format_duration(wait_max)),
          "look for a stopped geartrain process (fuser -v on write.lock in the home folder)"};
    const Duration pause(waited < std::chrono::milliseconds(20) ? 100 : 2000);
    const timespec sleep{0, static_cast<long>(pause.count() * 1000)};
    ::nanosleep(&sleep, nullptr);
    waited += pause;
  }
  return {};
}

Error with_way_out(Error failed) {
  if (failed.code == Errc::denied && failed.hint.empty())
    failed.hint = "make the home folder writable, or set GEARTRAIN_HOME to another one";
  return failed;
}

}  // namespace

struct SqliteDatabase::State {
  State(const Home& home_, const SqliteOptions& options_) : home(home_), options(options_) {}

  Home home;
  SqliteOptions options;
  UniqueFd folder;
  DoorbellFolder engine_bells;
  DoorbellFolder follower_bells;

  std::timed_mutex writing;
  std::atomic<std::thread::id> writing_thread;
  UniqueFd write_lock;
  std::unique_ptr<SqliteConnection> writer;
  std::int64_t writes = 0;

  Access reading = Access::read;
  std::mutex readers_mutex;
  std::vector<std::unique_ptr<SqliteConnection>> idle_readers;

  /// SQLite's path by way of an open folder: no blank or quote of the true path can disturb SOCI.
  std::string database_path() const {
    return fmt::format("/proc/self/fd/{}/geartrain.db", folder.get());
  }

  Result<void> lock_writing() {
    GT_CHECK(writing_thread.load() != std::this_thread::get_id(),
             "a thread has one writing transaction at a time");
    if (!writing.try_lock_for(options.write_wait_max))
      return error(Errc::unavailable, "another thread has been writing the database for {}",
                   format_duration(options.write_wait_max));
    Result<void> locked = lock_across_processes();
    if (!locked.ok()) {
      writing.unlock();
      return locked;
    }
    writing_thread = std::this_thread::get_id();
    return {};
  }

  Result<void> lock_across_processes() {
    if (!write_lock) write_lock = TRY(open_file(home.at("write.lock"), O_RDWR | O_CREAT, 0600));
    return lock_file(write_lock.get(), options.write_wait_max);
  }

  void unlock_writing() {
    writing_thread = std::thread::id();
    ::flock(write_lock.get(), LOCK_UN);
    writing.unlock();
  }

  Result<void> open_writer() {
    if (writer) return {};
    auto connection = TRY(SqliteConnection::open(database_path(), Access::write));
    TRY(connection->run_script(options.durability == Durability::sync
                                   ? "PRAGMA synchronous = FULL"
                                   : "PRAGMA synchronous = OFF"));
    TRY(
        connection->run_script("PRAGMA cache_size = -8192; PRAGMA temp_store = MEMORY; "
                               "PRAGMA journal_size_limit = 16777216"));
    writer = std::move(connection);
    return {};
  }

  /// From the third commit on: a command that writes once or twice needs none.
  void make_journal_room() {
    constexpr int commits_without = 2;
    if (options.durability == Durability::sync && ++writes > commits_without)
      JournalRoom(database_path() + "-wal").make(writer->journal_bytes());
  }

  Result<void> create_or_migrate(Time now) {
    TRY(lock_writing());
    const auto make = [&]() -> Result<void> {
      TRY(open_writer());
      // Stays with the file; must not stand inside a transaction.
      TRY(writer->run_script("PRAGMA journal_mode = WAL"));
      return migrate(*writer, migrations(), now);
    };
    Result<void> made = make();
    unlock_writing();
    return made;
  }

  /// Of a database that is up to date: the version, by a reader that is kept. 0 if there is none
  /// yet.
  Result<int> look_at_version() {
    auto reader = SqliteConnection::open(database_path(), Access::read);
    if (!reader.ok()) return 0;
    Result<int> version = schema_version(**reader);
    if (!version.ok() && has_no_journal()) {
      reading = Access::read_unchanging;
      reader = TRY(SqliteConnection::open(database_path(), reading));
      version = schema_version(**reader);
    }
    if (version.ok()) idle_readers.push_back(*std::move(reader));
    return version;
  }

  /// Then all of the database is in its one file. An empty journal is one that a reader could begin
  /// and, on a full disk, not use.
  bool has_no_journal() const {
    struct stat facts{};
    if (::fstatat(folder.get(), "geartrain.db-wal", &facts, AT_SYMLINK_NOFOLLOW) != 0)
      return errno == ENOENT;
    return facts.st_size == 0;
  }

  void give_back(std::unique_ptr<SqliteConnection> reader) {
    const std::lock_guard lock(readers_mutex);
    if (idle_readers.size() < idle_readers_max) idle_readers.push_back(std::move(reader));
  }
};

SqliteDatabase::SqliteDatabase(std::unique_ptr<State> state) : state_(std::move(state)) {}
SqliteDatabase::~SqliteDatabase() = default;

Result<std::unique_ptr<SqliteDatabase>> SqliteDatabase::open(const Home& home, Clock& clock,
                                                             const SqliteOptions& options) {
  auto state = std::make_unique<State>(home, options);
  const auto open_all = [&]() -> Result<void> {
    state->folder = TRY(open_file(home.path(), O_PATH | O_DIRECTORY));
    state->engine_bells = TRY(DoorbellFolder::open(home.at("engines")));
    state->follower_bells = TRY(DoorbellFolder::open(home.at("listeners")));
    const int version = TRY(state->look_at_version());
    TRY(check_not_newer(version, migrations()));
    if (version < static_cast<int>(migrations().size())) TRY(state->create_or_migrate(clock.now()));
    return {};
  };
  Result<void> opened = open_all();
  if (!opened.ok())
    return with_way_out(std::move(opened).error())
        .context("opening {}", printable(home.at("geartrain.db")));
  return std::unique_ptr<SqliteDatabase>(new SqliteDatabase(std::move(state)));
}

Result<Transaction> SqliteDatabase::begin_write() {
  State& state = *state_;
  if (Result<void> locked = state.lock_writing(); !locked.ok())
    return with_way_out(std::move(locked).error());
  if (Result<void> opened = state.open_writer(); !opened.ok()) {
    state.unlock_writing();
    return with_way_out(std::move(opened).error());
  }
  state.make_journal_room();
  return SqliteTransaction::begin(*state.writer, "BEGIN IMMEDIATE",
                                  [&state] { state.unlock_writing(); });
}

Result<Transaction> SqliteDatabase::begin_read() {
  State& state = *state_;
  std::unique_ptr<SqliteConnection> reader;
  {
    const std::lock_guard lock(state.readers_mutex);
    if (!state.idle_readers.empty()) {
      reader = std::move(state.idle_readers.back());
      state.idle_readers.pop_back();
    }
  }
  if (!reader) reader = TRY(SqliteConnection::open(state.database_path(), state.reading));
  SqliteConnection* raw = reader.release();
  return SqliteTransaction::begin(
      *raw, "BEGIN", [&state, raw] { state.give_back(std::unique_ptr<SqliteConnection>(raw)); });
}

Result<std::unique_ptr<Presence>> SqliteDatabase::enter(const std::string& engine) {
  auto held = hold_presence(state_->home.at("engines"), engine);
  if (!held.ok()) return with_way_out(std::move(held).error());
  return held;
}

Result<bool> SqliteDatabase::is_present(const std::string& engine) {
  return probe_presence(state_->home.at("engines"), engine);
}

Result<Bell> SqliteDatabase::listen(Listener kind, const std::string& id) {
  auto bell = (kind == Listener::engine ? state_->engine_bells : state_->follower_bells).listen(id);
  if (!bell.ok()) return with_way_out(std::move(bell).error());
  return bell;
}

void SqliteDatabase::ring(const std::string& engine) { state_->engine_bells.ring(engine); }

void SqliteDatabase::ring_followers() { state_->follower_bells.ring_all(); }

void SqliteDatabase::ring_engines() { state_->engine_bells.ring_all(); }

}  // namespace gt
