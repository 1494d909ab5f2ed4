#include "db/sqlite_connection.h"

#include <algorithm>
#include <cerrno>
#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>
#include <sys/statvfs.h>
#include <unordered_map>

#include "base/file.h"
#include "db/parameter_names.h"

namespace gt {

namespace {

constexpr std::size_t prepared_statements_max = 256;

/// A journal that grew to this is copied into the database after the commit at hand.
constexpr int checkpoint_pages = 1000;
/// A shorter one is left as it is by the last who closes: reading it takes the next process 0.2 ms,
/// while copying, synchronising, removing and making it anew take 2 ms or more. The first run of a
/// home, which makes all tables, leaves its journal too.
constexpr int leave_pages_max = 192;
/// A page of 4 KiB with the head of its frame.
constexpr std::int64_t journal_frame_bytes = 4096 + 24;

struct Parameter {
  enum class Type { unknown, integer, real, text } type = Type::unknown;
  std::string name;
  long long integer = 0;
  double real = 0;
  std::string text;
  soci::indicator indicator = soci::i_null;

  static Type type_of(const Bind& bind) { return static_cast<Type>(bind.value().index()); }
  /// A parameter that was null so far can still become anything, at the price of preparing again.
  bool accepts(const Bind& bind) const {
    const Type given = type_of(bind);
    return given == Type::unknown || given == type;
  }
  void set(const Bind& bind) {
    indicator = soci::i_ok;
    if (const auto* number = std::get_if<std::int64_t>(&bind.value())) {
      integer = *number;
    } else if (const auto* fraction = std::get_if<double>(&bind.value())) {
      real = *fraction;
    } else if (const auto* characters = std::get_if<std::string_view>(&bind.value())) {
      text = *characters;
    } else {
      indicator = soci::i_null;
    }
  }
};

/// Without blocks or, where they are counted, without inodes.
bool is_full(const std::string& path) {
  struct statvfs facts{};
  if (::statvfs(parent_path(path).c_str(), &facts) != 0) return false;
  return facts.f_bavail == 0 || (facts.f_files > 0 && facts.f_favail == 0);
}

Error disk_is_full() {
  return {Errc::exhausted, "the disk that holds the database is full",
          "make room (geartrain gc removes what no run needs), then try again"};
}

/// What the system refused, where SQLite's own words are few.
Error system_error(int code, int errno_value, std::string_view text) {
  if (errno_value == ENOSPC || errno_value == EDQUOT) return disk_is_full();
  if (errno_value == EMFILE || errno_value == ENFILE)
    return errno_error(errno_value, "opening the database");
  if (code == SQLITE_CANTOPEN)
    return error(Errc::denied, "the database cannot be opened: {}", text);
  return error(Errc::unavailable, "the database cannot be read or written: {}", text);
}

Error error_of(int code, int errno_value, std::string_view text, std::string_view sql) {
  switch (code) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {Errc::unavailable, "the database is in use by another program",
              "end the program that holds it (a sqlite3 shell?), then try again"};
    case SQLITE_FULL:
      return disk_is_full();
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return error(Errc::denied, "the database cannot be written: {}", text);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return {Errc::unavailable, fmt::format("the database file is damaged: {}", text),
              "restore the home folder from a backup, or move geartrain.db* aside to start anew"};
    case SQLITE_CANTOPEN:
    case SQLITE_IOERR:
      return system_error(code, errno_value, text);
    case SQLITE_CONSTRAINT:
      return error(Errc::conflict, "{}, in: {}", text, sql);
    default:
      return error(Errc::internal, "{}, in: {}", text, sql);
  }
}

/// SQLite does not keep what the system said when a file beside the database could not be made.
int errno_of(sqlite_api::sqlite3* handle, int code) {
  const int said = sqlite_api::sqlite3_system_errno(handle);
  const bool is_untold = code == SQLITE_CANTOPEN && (said == 0 || said == ENOENT);
  const char* const path = sqlite_api::sqlite3_db_filename(handle, "main");
  return is_untold && path != nullptr && is_full(path) ? ENOSPC : said;
}

/// Of what SQLite itself has just said.
Error error_of(sqlite_api::sqlite3* handle, int code, std::string_view sql) {
  return error_of(code, errno_of(handle, code), sqlite_api::sqlite3_errmsg(handle), sql);
}

Error error_of(sqlite_api::sqlite3* handle, const soci::soci_error& failure, std::string_view sql) {
  // Where SOCI noticed something itself, SQLite knows of no error.
  const int code = sqlite_api::sqlite3_errcode(handle);
  if (code == SQLITE_OK || code == SQLITE_ROW || code == SQLITE_DONE)
    return error_of(SQLITE_ERROR, 0, failure.what(), sql);
  return error_of(handle, code, sql);
}

}  // namespace

struct SqliteConnection::Statement {
  Statement(soci::session& session, std::string_view text) : sql(text), soci_statement(session) {}

  std::string sql;
  soci::statement soci_statement;
  std::vector<Parameter> parameters;
  std::vector<ColumnType> column_types;
  std::vector<Cell> cells;
  std::vector<soci::indicator> indicators;
  bool in_use = false;

  bool fits(Binds binds, std::span<const ColumnType> columns) const {
    if (in_use || !std::ranges::equal(column_types, columns)) return false;
    for (std::size_t i = 0; i < parameters.size(); ++i)
      if (!parameters[i].accepts(binds[i])) return false;
    return true;
  }
  void set(Binds binds) {
    for (std::size_t i = 0; i < parameters.size(); ++i) parameters[i].set(binds[i]);
  }
  void bind_all();
};

struct SqliteConnection::State {
  soci::session session;
  std::unordered_multimap<std::string_view, std::unique_ptr<Statement>> prepared;
  int journal_pages = 0;

  ~State() {
    if (handle() != nullptr && journal_pages <= leave_pages_max)
      sqlite_api::sqlite3_db_config(handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  }

  static int committed(void* self, sqlite_api::sqlite3* handle, const char* schema, int pages) {
    static_cast<State*>(self)->journal_pages = pages;
    if (pages >= checkpoint_pages)
      sqlite_api::sqlite3_wal_checkpoint_v2(handle, schema, SQLITE_CHECKPOINT_PASSIVE, nullptr,
                                            nullptr);
    return SQLITE_OK;
  }

  sqlite_api::sqlite3* handle() {
    auto* backend = static_cast<soci::sqlite3_session_backend*>(session.get_backend());
    return backend == nullptr ? nullptr : backend->conn_;
  }
  void forget(const Statement* statement) {
    std::erase_if(prepared, [&](const auto& entry) { return entry.second.get() == statement; });
  }
};

void SqliteConnection::Statement::bind_all() {
  using Type = Parameter::Type;
  for (Parameter& parameter : parameters) {
    if (parameter.type == Type::integer)
      soci_statement.exchange(soci::use(parameter.integer, parameter.indicator, parameter.name));
    else if (parameter.type == Type::real)
      soci_statement.exchange(soci::use(parameter.real, parameter.indicator, parameter.name));
    else
      soci_statement.exchange(soci::use(parameter.text, parameter.indicator, parameter.name));
  }
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (column_types[i] == ColumnType::integer)
      soci_statement.exchange(soci::into(cells[i].integer, indicators[i]));
    else if (column_types[i] == ColumnType::real)
      soci_statement.exchange(soci::into(cells[i].real, indicators[i]));
    else
      soci_statement.exchange(soci::into(cells[i].text, indicators[i]));
  }
}

SqliteConnection::SqliteConnection(std::unique_ptr<State> state) : state_(std::move(state)) {}
SqliteConnection::~SqliteConnection() = default;

Result<std::unique_ptr<SqliteConnection>> SqliteConnection::open(const std::string& path,
                                                                 Access access) {
  auto state = std::make_unique<State>();
  errno = 0;
  try {
    // The busy handler (in seconds) is for strangers: our own writers queue before they begin.
    const bool is_unchanging = access == Access::read_unchanging;
    state->session.open(
        soci::sqlite3, fmt::format("dbname={}{}{} timeout=10{}", is_unchanging ? "file:" : "", path,
                                   is_unchanging ? "?immutable=1" : "",
                                   access == Access::write ? "" : " readonly=1"));
  } catch (const soci::soci_error& failure) {
    // SOCI closes what it has opened, which forgets errno.
    const int errno_value = is_full(path) ? ENOSPC : errno;
    return system_error(SQLITE_CANTOPEN, errno_value, failure.what());
  }
  sqlite_api::sqlite3_wal_hook(state->handle(), &State::committed, state.get());
  return std::unique_ptr<SqliteConnection>(new SqliteConnection(std::move(state)));
}

Result<SqliteConnection::Statement*> SqliteConnection::prepare(
    std::string_view sql, Binds binds, std::span<const ColumnType> columns) {
  const auto [first, last] = state_->prepared.equal_range(sql);
  for (auto entry = first; entry != last; ++entry)
    if (entry->second->fits(binds, columns)) return entry->second.get();
  if (state_->prepared.size() >= prepared_statements_max)
    std::erase_if(state_->prepared, [](const auto& entry) { return !entry.second->in_use; });

  auto statement = std::make_unique<Statement>(state_->session, sql);
  for (std::string& name : parameter_names(sql)) {
    Parameter& parameter = statement->parameters.emplace_back();
    parameter.name = std::move(name);
  }
  GT_CHECK(statement->parameters.size() == binds.size(),
           "each parameter of a statement has a value");
  for (std::size_t i = 0; i < binds.size(); ++i)
    statement->parameters[i].type = Parameter::type_of(binds[i]);
  statement->column_types.assign(columns.begin(), columns.end());
  statement->cells.resize(columns.size());
  statement->indicators.resize(columns.size());
  try {
    statement->bind_all();
    statement->soci_statement.alloc();
    statement->soci_statement.prepare(statement->sql);
    statement->soci_statement.define_and_bind();
  } catch (const soci::soci_error& failure) {
    return error_of(state_->handle(), failure, sql);
  }
  const std::string_view key = statement->sql;
  return state_->prepared.emplace(key, std::move(statement))->second.get();
}

Result<std::int64_t> SqliteConnection::execute(std::string_view sql, Binds binds) {
  return execute_rows(sql, binds.size(), 1, binds.span());
}

Result<std::int64_t> SqliteConnection::execute_many(std::string_view sql, std::size_t width,
                                                    std::span<const Bind> rows) {
  GT_CHECK(width > 0 && rows.size() % width == 0, "every row has all its values");
  return execute_rows(sql, width, rows.size() / width, rows);
}

Result<std::int64_t> SqliteConnection::execute_rows(std::string_view sql, std::size_t width,
                                                    std::size_t count, std::span<const Bind> rows) {
  std::int64_t affected = 0;
  Statement* statement = nullptr;
  for (std::size_t row = 0; row < count; ++row) {
    const Binds binds(rows.subspan(row * width, width));
    if (statement == nullptr || !statement->fits(binds, {}))
      statement = TRY(prepare(sql, binds, {}));
    statement->set(binds);
    try {
      statement->soci_statement.execute(true);
      affected += statement->soci_statement.get_affected_rows();
    } catch (const soci::soci_error& failure) {
      Error failed = error_of(state_->handle(), failure, sql);
      state_->forget(statement);
      return failed;
    }
  }
  return affected;
}

Result<void> SqliteConnection::query(std::string_view sql, Binds binds,
                                     std::span<const ColumnType> columns, const RowFunction& each) {
  Statement* statement = TRY(prepare(sql, binds, columns));
  statement->set(binds);
  statement->in_use = true;
  try {
    statement->soci_statement.execute(false);
    while (statement->soci_statement.fetch()) {
      for (std::size_t i = 0; i < statement->cells.size(); ++i)
        statement->cells[i].is_null = statement->indicators[i] == soci::i_null;
      Result<void> taken = each(statement->cells);
      if (taken.ok()) continue;
      // The rest of the rows goes, and with them the view of the database that they hold.
      state_->forget(statement);
      return taken;
    }
  } catch (const soci::soci_error& failure) {
    Error failed = error_of(state_->handle(), failure, sql);
    state_->forget(statement);
    return failed;
  }
  statement->in_use = false;
  return {};
}

Result<void> SqliteConnection::run_script(const char* sql) {
  sqlite_api::sqlite3* handle = state_->handle();
  const int code = sqlite_api::sqlite3_exec(handle, sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return error_of(handle, code & 0xff, sql);
  return {};
}

void SqliteConnection::roll_back() {
  if (sqlite_api::sqlite3_get_autocommit(state_->handle()) == 0)
    static_cast<void>(run_script("ROLLBACK"));
}

std::int64_t SqliteConnection::journal_bytes() const {
  return std::int64_t{state_->journal_pages} * journal_frame_bytes;
}

}  // namespace gt
