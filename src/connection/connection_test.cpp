#include "connection/connection.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

using namespace gt;

namespace {

Connection read(std::string_view text) {
  auto connection = parse_connection(text);
  INFO(text);
  REQUIRE_MESSAGE(connection.ok(), (connection.ok() ? "" : connection.error().message));
  return *std::move(connection);
}

std::string problem(std::string_view text) {
  const auto connection = parse_connection(text);
  INFO(text);
  REQUIRE_FALSE(connection.ok());
  CHECK(connection.error().code == Errc::invalid);
  return connection.error().message;
}

std::string option(const Connection& connection, std::string_view name) {
  const Json* const value = connection.options.find(name);
  REQUIRE(value != nullptr);
  REQUIRE(value->string() != nullptr);
  return *value->string();
}

}  // namespace

TEST_CASE("a URI has all parts, each unescaped") {
  const Connection read_one = read(
      "postgres://us%2Fer:p%40ss%3Aword@db.example:5432/sales%2Feu?sslmode=require&note=a+b%26c");
  CHECK(read_one.kind == "postgres");
  CHECK(read_one.user == "us/er");
  CHECK(read_one.password == "p@ss:word");
  CHECK(read_one.host == "db.example");
  CHECK(read_one.port == 5432);
  CHECK(read_one.path == "sales/eu");
  CHECK(option(read_one, "sslmode") == "require");
  CHECK(option(read_one, "note") == "a b&c");
}

TEST_CASE("each part but the kind may be missing") {
  CHECK(read("s3://") == Connection{.kind = "s3"});
  CHECK(read("sqlite:///data.db").path == "data.db");
  CHECK(read("http://@:8080").port == 8080);
  CHECK(read("http://@:8080").host.empty());
  CHECK(read("redis://:secret@cache").password == "secret");
  CHECK(read("redis://:secret@cache").user.empty());
  CHECK(read("ftp://ann@files").user == "ann");
  CHECK(read("aws://?region_name=eu-central-1").options.size() == 1);
  CHECK(read("http://host:/path").host == "host");
  CHECK(read("  http://host\n").host == "host");
}

TEST_CASE("kinds are those of Airflow") {
  CHECK(read("postgresql://h").kind == "postgres");
  CHECK(read("google-cloud-platform://").kind == "google_cloud_platform");
  CHECK(read("HTTP://h").kind == "http");
  CHECK(connection_uri(read("google-cloud-platform://")) == "google-cloud-platform://");
}

TEST_CASE("a host may have a protocol, be an address, or a folder") {
  CHECK(read("http://https://api.example/v1").host == "https://api.example");
  CHECK(read("http://https://ann:pw@api.example:444/v1").password == "pw");
  CHECK(read("http://https://ann:pw@api.example:444/v1").port == 444);
  CHECK(read("postgres://[::1]:5432/db").host == "::1");
  CHECK(read("postgres://%2Fvar%2Frun%2Fpostgresql/db").host == "/var/run/postgresql");
  for (const char* const text :
       {"http://https://ann:pw@api.example:444/v1", "postgres://[::1]:5432/db",
        "postgres://%2Fvar%2Frun%2Fpostgresql/db"})
    CHECK(connection_uri(read(text)) == text);
}

TEST_CASE("options that are not all texts are JSON in __extra__") {
  const Connection read_one =
      read("http://h/?__extra__=%7B%22timeout%22%3A+5%2C+%22retry%22%3A+%7B%22max%22%3A+2%7D%7D");
  const Json* const timeout = read_one.options.find("timeout");
  REQUIRE(timeout != nullptr);
  CHECK(timeout->integer() != nullptr);
  CHECK(read(connection_uri(read_one)) == read_one);
  CHECK(problem("http://h/?__extra__=%5B1%5D") == "__extra__ of the URI is no JSON object");
  CHECK(problem("http://h/?a=1&__extra__=%7B%7D") == "the URI has other options beside __extra__");
}

TEST_CASE("JSON has our names or Airflow's") {
  const Connection ours = read(
      R"({"kind": "mysql", "host": "h", "port": 3306, "user": "u", "password": "p", "path": "d", "options": {"a": "b"}})");
  const Connection airflows = read(
      R"({"conn_type": "mysql", "host": "h", "port": "3306", "login": "u", "password": "p", "schema": "d", "extra": "{\"a\": \"b\"}", "description": null})");
  CHECK(ours == airflows);
  CHECK(read(R"({"uri": "mysql://u:p@h:3306/d?a=b"})") == ours);
  CHECK(read(compact_json(airflow_json(ours, true))) == ours);
  CHECK(airflow_json(ours, false).find("password") == nullptr);
  CHECK(airflow_json(ours, false).find("extra") == nullptr);
  CHECK(problem(R"({"kind": "mysql", "conn_type": "mysql"})") ==
        "kind and conn_type are the same: give one of them");
  CHECK(problem(R"({"kind": "mysql", "pasword": "hunter2"})") == "a connection has no pasword");
  CHECK(problem(R"({"kind": "mysql", "password": 7})") ==
        "password is of type integer, and has to be a string");
  CHECK(problem(R"({"kind": "mysql", "port": 70000})") == "port is no number from 1 to 65535");
  CHECK(problem(R"({"kind": "mysql", "extra": "[1]"})") == "extra has to be an object");
  CHECK(problem(R"({"host": "h"})") == "a connection needs a kind");
  CHECK(problem(R"({"uri": "mysql://h", "host": "h"})") ==
        "a connection is given by its uri or by its parts, not by both");
}

TEST_CASE("what is wrong with a URI is told by its place, without its text") {
  CHECK(problem("") == "the text is empty");
  CHECK(problem("db.example") == "character 1 of the URI: a URI begins with a kind and ://");
  CHECK(problem("://h") == "character 1 of the URI: there is no kind before ://");
  CHECK(problem("1x://h") == "character 1 of the URI: a kind begins with a letter");
  CHECK(problem("my kind://h") == "character 3 of the URI: a blank or a control character");
  CHECK(problem("pg!://h") ==
        "character 3 of the URI: a kind has letters, digits, +, -, . and _ "
        "only");
  CHECK(problem("pg://u:50%@h") ==
        "character 10 of the URI: a % without two hexadecimal digits behind it");
  CHECK(problem("pg://ü:50%@h") ==
        "character 10 of the URI: a % without two hexadecimal digits behind it");
  CHECK(problem("pg://u:hunter2#x@h") ==
        "character 15 of the URI: a # ends a URI for most programs");
  // An unescaped slash ends the host, and the password is taken for a port.
  CHECK(problem("pg://u:hun/ter2@h") ==
        "character 8 of the URI: the port is no number from 1 to 65535");
  CHECK(problem("pg://h:0") == "character 8 of the URI: the port is no number from 1 to 65535");
  CHECK(problem("pg://h:65536") == "character 8 of the URI: the port is no number from 1 to 65535");
  CHECK(problem("pg://h:+1") == "character 8 of the URI: the port is no number from 1 to 65535");
  CHECK(problem("pg://[::1") == "character 6 of the URI: a bracket that is not closed");
  CHECK(problem("pg://h?=x") == "character 8 of the URI: an option has no name");
  CHECK(problem("pg://h?a=1&a=2") == "character 12 of the URI: an option stands there twice");
  CHECK(problem("pg://u:%00@h") ==
        "character 8 of the URI: the password is no UTF-8 text, or has a NUL");
  CHECK(problem("pg://u:%ff@h") ==
        "character 8 of the URI: the password is no UTF-8 text, or has a NUL");
  CHECK(problem("pg://h/\xff") == "the URI is no UTF-8 text");
  CHECK(problem("pg://u:" + std::string(connection_bytes_max, 'x') + "@h") ==
        "a URI of more than 64 KiB");
}

TEST_CASE("the address that is shown has no secrets") {
  const Connection connection = read("pg://ann:hunter2@h:5/d?key=abc");
  CHECK(public_uri(connection) == "pg://ann@h:5/d");
  CHECK(connection_uri(connection) == "pg://ann:hunter2@h:5/d?key=abc");
}

TEST_CASE(
    "what has to be masked are password, whole address, and what may be a secret of options") {
  CHECK(secrets_of(read("pg://ann@h/d")).empty());
  CHECK(secrets_of(read("pg://ann:hunter2@h/d")) ==
        std::vector<std::string>{"pg://ann:hunter2@h/d", "hunter2"});
  const auto masked = secrets_of(read("pg://h?sslmode=require&api_key=abc&long=0123456789"));
  CHECK(masked == std::vector<std::string>{"pg://h?sslmode=require&api_key=abc&long=0123456789",
                                           "abc", "0123456789"});
}

TEST_CASE("expressions see parts, and secrets as secrets") {
  const Value value = connection_value("db", read("pg://ann:hunter2@h?sslmode=require"));
  REQUIRE(value.object() != nullptr);
  const auto part = [&](std::string_view name) { return *value.object()->find(name); };
  CHECK(part("host") == Value("h"));
  CHECK(part("port").is_null());
  CHECK(part("path").is_null());
  CHECK(part("password") == Value(Secret{"connections.db.password", "hunter2"}));
  CHECK(part("uri").secret()->name == "connections.db.uri pg://ann@h");
  CHECK(part("options").object()->find("sslmode")->secret()->text == "require");
}

TEST_CASE("a URI that is written is read as the same connection") {
  CHECK(rc::check([] {
    const auto text = [] {
      return *rc::gen::container<std::string>(rc::gen::inRange<char>(1, 127));
    };
    Connection connection{.kind = "k"};
    connection.host =
        *rc::gen::container<std::string>(rc::gen::element('a', 'Z', '.', '-', '/', '%', '@'));
    connection.user = text();
    connection.password = text();
    connection.path = text();
    if (*rc::gen::arbitrary<bool>()) connection.port = *rc::gen::inRange<std::uint16_t>(1, 65535);
    if (*rc::gen::arbitrary<bool>()) connection.options.set(text() + "x", text());
    if (*rc::gen::arbitrary<bool>()) connection.options.set("n", *rc::gen::inRange(0, 9));
    const auto again = connection_from_uri(connection_uri(connection));
    RC_ASSERT(again.ok());
    RC_ASSERT(*again == connection);
  }));
}
