#include "connection/vault.h"

#include <doctest/doctest.h>
#include <map>
#include <sys/stat.h>

#include "base/file.h"
#include "base/test_folder.h"
#include "connection/project_values.h"
#include "db/memory_database.h"

using namespace gt;

namespace {

/// A home with a key file, and an environment.
struct World {
  World() {
    auto opened = MemoryDatabase::open(clock);
    REQUIRE(opened.ok());
    database = *std::move(opened);
  }

  KeyFile file() const { return KeyFile(folder / "key"); }
  Vault vault() { return Vault(file(), entropy); }

  Result<void> put(const std::string& name, const std::string& uri,
                   const ProjectName& project = {}) {
    const Connection connection = TRY(parse_connection(uri));
    auto writer = TRY(database->begin_write());
    TRY(vault().put(writer, project, name, connection, "ann", clock.now()));
    return writer.commit();
  }
  Result<void> put_variable(const std::string& name, VariableKind kind, const std::string& value) {
    StoredVariable wanted{.project = {}, .name = name, .kind = kind, .value = value};
    auto writer = TRY(database->begin_write());
    TRY(vault().put(writer, std::move(wanted), "ann", clock.now()));
    return writer.commit();
  }
  void execute(std::string_view sql) {
    auto writer = database->begin_write();
    REQUIRE(writer.ok());
    REQUIRE(writer->execute(sql).ok());
    REQUIRE(writer->commit().ok());
  }
  std::string sealed_of(const std::string& name, const ProjectName& project = {}) {
    auto reader = database->begin_read();
    REQUIRE(reader.ok());
    const auto found = ConnectionStore().find(*reader, project, name);
    REQUIRE(found.ok());
    REQUIRE(found->has_value());
    return (*found)->sealed;
  }
  ProjectValues values(const ProjectName& project = {}) {
    return ProjectValues({.variable = [this](const char* name) -> const char* {
                            const auto found = variables.find(name);
                            return found == variables.end() ? nullptr : found->second.c_str();
                          },
                          .database = database.get(),
                          .project = project,
                          .key_file = file().path()});
  }
  std::string password_of(const std::string& name, const ProjectName& project = {}) {
    const auto found = values(project).connection(name);
    REQUIRE_MESSAGE(found.ok(), (found.ok() ? "" : found.error().message));
    return found->connection.password;
  }

  FakeClock clock;
  SeededEntropy entropy{1};
  TestFolder folder;
  std::unique_ptr<MemoryDatabase> database;
  std::map<std::string, std::string> variables;
};

mode_t mode_of(const std::string& path) {
  struct stat facts{};
  REQUIRE(::stat(path.c_str(), &facts) == 0);
  return facts.st_mode & 07777U;
}

}  // namespace

TEST_CASE("a sealed text opens with its key and context only") {
  SeededEntropy entropy(7);
  const SealingKey key = draw_key(entropy), other = draw_key(entropy);
  for (const std::string text : {"", "hunter2", "ü\n\"x\""}) {
    const auto sealed = seal(key, text, "connection a", entropy);
    REQUIRE(sealed.ok());
    CHECK(sealed->find("hunter2") == std::string::npos);
    CHECK(*unseal(key, *sealed, "connection a") == text);
    CHECK(unseal(key, *sealed, "connection b").error().code == Errc::invalid);
    CHECK(unseal(other, *sealed, "connection a").error().code == Errc::invalid);
    CHECK(*key_of(*sealed) == key.id());
    CHECK(*seal(key, text, "connection a", entropy) != *sealed);
  }
}

TEST_CASE("a sealed text that was changed anywhere stays closed") {
  SeededEntropy entropy(7);
  const SealingKey key = draw_key(entropy);
  const auto sealed = seal(key, "hunter2", "c", entropy);
  REQUIRE(sealed.ok());
  for (std::size_t i = 0; i < sealed->size(); ++i) {
    std::string changed = *sealed;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    CAPTURE(i);
    // The id of the key is for finding it; what counts is the key itself.
    const bool is_in_id = i >= 12 && i < 28;
    CHECK(unseal(key, changed, "c").ok() == is_in_id);
    CHECK_FALSE(unseal(key, sealed->substr(0, i), "c").ok());
  }
}

TEST_CASE("the key is made on first use, for nobody else to read") {
  World world;
  REQUIRE(world.put("plain", "pg://h/d").ok());
  CHECK_FALSE(kind_of(world.file().path()).value_or(PathKind::file) != PathKind::nothing);
  REQUIRE(world.put("db", "pg://u:hunter2@h/d").ok());
  CHECK(mode_of(world.file().path()) == 0600);
  CHECK(world.password_of("db") == "hunter2");
  CHECK(world.sealed_of("db").find("hunter2") == std::string::npos);
  const auto before = world.file().read();
  REQUIRE(world.put("other", "pg://u:x@h").ok());
  CHECK(*world.file().read() == *before);
}

TEST_CASE("rows cannot be swapped, nor be led to another host") {
  World world;
  REQUIRE(world.put("a", "pg://u:hunter2@h").ok());
  REQUIRE(world.put("b", "pg://u:other@h").ok());
  REQUIRE(world.put("a", "pg://u:pushed@h", "sales").ok());
  world.execute(
      "UPDATE connection SET sealed = (SELECT sealed FROM connection AS s WHERE s.project = '' AND "
      "s.name = 'b') WHERE name = 'a'");
  CHECK(world.values().connection("a").error().message ==
        "connection a was changed by something else than geartrain, so its secret parts stay "
        "closed");
  CHECK_FALSE(world.values("sales").connection("a").ok());
  CHECK(world.password_of("b") == "other");
  world.execute("UPDATE connection SET host = 'evil.example' WHERE name = 'b'");
  CHECK_FALSE(world.values().connection("b").ok());
}

TEST_CASE("each project has its own") {
  World world;
  REQUIRE(world.put("db", "pg://u:mine@h").ok());
  REQUIRE(world.put("db", "pg://u:theirs@h", "sales").ok());
  CHECK(world.password_of("db") == "mine");
  CHECK(world.password_of("db", "sales") == "theirs");
  const auto found = world.values("other").connection("db");
  REQUIRE_FALSE(found.ok());
  CHECK(found.error().message == "there is no connection db of project other");
  CHECK(found.error().hint ==
        "`geartrain connection set db --pushed other` makes it; or set "
        "GEARTRAIN_CONNECTION_DB");
}

TEST_CASE("a lost key closes what it sealed, and nothing else") {
  World world;
  REQUIRE(world.put("db", "pg://u:hunter2@h").ok());
  REQUIRE(world.put("plain", "pg://h/d").ok());
  REQUIRE(remove_tree(world.file().path()).ok());
  const auto closed = world.values().connection("db");
  REQUIRE_FALSE(closed.ok());
  CHECK(closed.error().code == Errc::not_found);
  CHECK(closed.error().message.starts_with("connection db was sealed with a key that is not in "));
  CHECK(world.values().connection("plain").ok());
  // Another key would hide that the first one is missing.
  const auto put = world.put("new", "pg://u:x@h");
  REQUIRE_FALSE(put.ok());
  CHECK(put.error().code == Errc::unavailable);
  CHECK(world.vault().rotate(*world.database, false, false).error().code == Errc::unavailable);
  CHECK(*kind_of(world.file().path()) == PathKind::nothing);
  const auto changed = world.vault().rotate(*world.database, false, true);
  REQUIRE(changed.ok());
  CHECK(changed->unopened == 1);
  REQUIRE(world.put("db", "pg://u:again@h").ok());
  CHECK(world.password_of("db") == "again");
}

TEST_CASE("a new key seals everything, and the old one is forgotten") {
  World world;
  REQUIRE(world.put("db", "pg://u:hunter2@h").ok());
  REQUIRE(world.put_variable("token", VariableKind::secret, "abc").ok());
  const auto before = world.file().read();
  const std::string sealed = world.sealed_of("db");
  const auto changed = world.vault().rotate(*world.database, false, false);
  REQUIRE(changed.ok());
  CHECK(changed->sealed == 2);
  CHECK(world.sealed_of("db") != sealed);
  CHECK(world.password_of("db") == "hunter2");
  CHECK(world.values().variable("token")->secret()->text == "abc");
  const auto after = world.file().read();
  REQUIRE(after->size() == 1);
  CHECK(after->front() != before->front());
  CHECK(mode_of(world.file().path()) == 0600);
}

TEST_CASE("a file that homes share keeps the keys of before") {
  World world;
  REQUIRE(world.put("db", "pg://u:hunter2@h").ok());
  REQUIRE(world.vault().rotate(*world.database, true, false).ok());
  CHECK(world.file().read()->size() == 2);
  CHECK(world.password_of("db") == "hunter2");
}

TEST_CASE("a key file that others can read, or that is none, is refused") {
  World world;
  REQUIRE(world.put("db", "pg://u:hunter2@h").ok());
  REQUIRE(::chmod(world.file().path().c_str(), 0640) == 0);
  const auto open = world.values().connection("db");
  CHECK(open.error().code == Errc::denied);
  CHECK(open.error().hint.starts_with("chmod 600 "));
  REQUIRE(::chmod(world.file().path().c_str(), 0600) == 0);
  for (const char* const text : {"garbage\n", "", "geartrain-key-1 12\n"}) {
    world.folder.write("key", text);
    REQUIRE(::chmod(world.file().path().c_str(), 0600) == 0);
    CHECK(world.values().connection("db").error().code == Errc::invalid);
    CHECK_FALSE(world.put("db", "pg://u:x@h").ok());
  }
}

TEST_CASE("variables keep their kind") {
  World world;
  REQUIRE(world.put_variable("bucket", VariableKind::text, "{not json").ok());
  REQUIRE(world.put_variable("limits", VariableKind::json, "{\"rows\": 10}").ok());
  CHECK(*world.values().variable("bucket") == Value("{not json"));
  const auto limits = world.values().variable("limits");
  REQUIRE(limits.ok());
  CHECK(*limits->object()->find("rows") == Value(10));
  CHECK(world.put_variable("x", VariableKind::json, "{").error().code == Errc::invalid);
  CHECK(world.put_variable("x", VariableKind::text, std::string(variable_bytes_max, 'x')).ok());
  CHECK(world.put_variable("x", VariableKind::text, std::string(variable_bytes_max + 1, 'x'))
            .error()
            .code == Errc::invalid);
  CHECK(world.put_variable("x", VariableKind::text, "\xff").error().code == Errc::invalid);
  CHECK(world.put_variable("no name", VariableKind::text, "").error().code == Errc::invalid);
}

TEST_CASE("the environment counts more than the home") {
  World world;
  REQUIRE(world.put("sales-db", "pg://u:kept@h").ok());
  REQUIRE(world.put_variable("bucket", VariableKind::text, "kept").ok());
  REQUIRE(world.put_variable("token", VariableKind::secret, "kept").ok());
  world.variables["AIRFLOW_CONN_SALES_DB"] = "pg://u:airflow@h";
  CHECK(world.password_of("sales-db") == "airflow");
  world.variables["GEARTRAIN_CONNECTION_SALES_DB"] = "pg://u:ours@h";
  CHECK(world.password_of("sales-db") == "ours");
  CHECK(world.values().connection("sales-db")->source == ValueSource::environment);
  world.variables["GEARTRAIN_VARIABLE_BUCKET"] = "ours";
  CHECK(*world.values().variable("bucket") == Value("ours"));
  world.variables["GEARTRAIN_VARIABLE_TOKEN"] = "ours";
  CHECK(world.values().variable("token")->secret()->text == "ours");
  world.variables["AIRFLOW_VAR_LIST"] = "[1]";
  CHECK(*world.values().variable("list") == Value(ValueList{Value(1)}));
  world.variables["GEARTRAIN_CONNECTION_BAD"] = "pg://u:hunter2#@h";
  CHECK(world.values().connection("bad").error().message ==
        "GEARTRAIN_CONNECTION_BAD: character 15 of the URI: a # ends a URI for most programs");
}

TEST_CASE("a name that is not there is told with the nearest one") {
  World world;
  REQUIRE(world.put("warehouse", "pg://h").ok());
  CHECK(world.values().connection("warehose").error().hint == "did you mean warehouse?");
  CHECK(world.values().variable("x").error().hint ==
        "`geartrain variable set x` makes it; or set GEARTRAIN_VARIABLE_X");
  CHECK(*world.values().has_connection("warehouse"));
  CHECK_FALSE(*world.values().has_connection("x"));
}

TEST_CASE("two names with one environment variable are a conflict") {
  World world;
  REQUIRE(world.put("sales-db", "pg://h").ok());
  CHECK(world.put("Sales_DB", "pg://h").error().code == Errc::conflict);
  CHECK(world.put("sales-db", "pg://other").ok());
  CHECK(world.put("Sales_DB", "pg://h", "pushed").ok());
}
