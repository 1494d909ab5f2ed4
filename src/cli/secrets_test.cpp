#include "cli/secrets.h"

#include <doctest/doctest.h>
#include <map>
#include <sys/stat.h>

#include "base/test_folder.h"

using namespace gt;

namespace {

Secrets::Variable variables(std::map<std::string, std::string> set) {
  return [set = std::move(set)](const char* name) -> const char* {
    const auto found = set.find(name);
    return found == set.end() ? nullptr : found->second.c_str();
  };
}

std::string private_file(const TestFolder& folder, const std::string& text) {
  std::string path = folder.write("secrets", text);
  REQUIRE(::chmod(path.c_str(), 0600) == 0);
  return path;
}

}  // namespace

TEST_CASE("a variable counts more than the file") {
  const TestFolder folder;
  const auto secrets = Secrets::open(variables({{"GEARTRAIN_SECRET_A", "from variable"}}),
                                     private_file(folder, "# mine\n\nA=from file\nB = x=y z \n"));
  REQUIRE(secrets.ok());
  CHECK(secrets->find("A")->text == "from variable");
  CHECK(secrets->find("B")->text == " x=y z ");
}

TEST_CASE("a secret that nobody set says how to set it") {
  const auto secrets = Secrets::open(variables({}), std::nullopt);
  const auto found = secrets->find("TOKEN");
  REQUIRE_FALSE(found.ok());
  CHECK(found.error().code == Errc::not_found);
  CHECK(found.error().hint.starts_with("set GEARTRAIN_SECRET_TOKEN"));
}

TEST_CASE("a file that others can read is refused") {
  const TestFolder folder;
  const std::string path = private_file(folder, "A=1\n");
  REQUIRE(::chmod(path.c_str(), 0640) == 0);
  const auto secrets = Secrets::open(variables({}), path);
  REQUIRE_FALSE(secrets.ok());
  CHECK(secrets.error().code == Errc::denied);
  CHECK(secrets.error().hint == "chmod 600 " + path);
}

TEST_CASE("a wrong line is named by its number, never by its content") {
  const TestFolder folder;
  const auto secrets = Secrets::open(variables({}), private_file(folder, "A=1\nhunter2\n"));
  REQUIRE_FALSE(secrets.ok());
  CHECK(secrets.error().code == Errc::invalid);
  CHECK(secrets.error().message.ends_with("secrets:2: expected NAME=value"));
}
