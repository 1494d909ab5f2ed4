#include "cli/command_places.h"

#include <doctest/doctest.h>
#include <set>

#include "base/test_folder.h"
#include "cli/commands.h"

using namespace gt;

TEST_CASE("each command is for servers, or for this machine alone") {
  const std::set<std::string_view> local = {"init",     "check",  "graph",      "schema",
                                            "doctor",   "config", "completion", "version",
                                            "step run", "debug",  "up",         "push"};
  for (const CliCommand* const command : all_commands()) {
    CAPTURE(command->text.name);
    CHECK(scope_of_command(command->text.name).has_value() != local.contains(command->text.name));
  }
}

TEST_CASE("to show what is secret takes more than to look") {
  using enum AccessScope;
  CHECK(scope_of_command("connection show", {"connection", "show", "db"}) == read);
  CHECK(scope_of_command("connection show", {"connection", "show", "--reveal", "db"}) == admin);
  CHECK(scope_of_command("variable get", {"variable", "get", "a", "--reveal=true"}) == admin);
}

TEST_CASE("the server is taken out of the words wherever it stands") {
  std::vector<std::string> words = {"runs", "--server", "http://a", "--json", "--server=http://b"};
  CHECK(take_server(words) == "http://b");
  CHECK(words == std::vector<std::string>{"runs", "--json"});
  CHECK_FALSE(take_server(words).has_value());
}

TEST_CASE("what stands behind -- is left alone") {
  std::vector<std::string> words = {"run", "--", "--server", "x"};
  CHECK_FALSE(take_server(words).has_value());
  CHECK(words.size() == 4);
}

TEST_CASE("words for a server name no files of it") {
  TestFolder folder;
  folder.write("keys", "secret");
  const std::string root = folder.path();
  CHECK(check_remote_words("run", {"-f", "flights.train", "-p", "path=/data/x"}, root).ok());
  CHECK(check_remote_words("run", {"--each", "month=1..12", "-p", "mail=@all"}, root).ok());
  CHECK(check_remote_words("logs", {"flights/12", "train", "-f", "flights/12"}, root).ok());
  CHECK(check_remote_words("get", {"latest", "train.model", "-"}, root).ok());
  CHECK(check_remote_words("connection import", {"-", "--pushed", "flights"}, root).ok());
  CHECK(check_remote_words("variable set", {"folder", "/data/x"}, root).ok());
  CHECK(check_remote_words("connection set", {"db", "--path", "/data"}, root).ok());
  struct Refused {
    std::string_view command;
    std::vector<std::string> words;
  };
  for (const Refused& one : std::vector<Refused>{{"runs", {"-C", "here"}},
                                                 {"runs", {"-Chere"}},
                                                 {"runs", {"--project=here"}},
                                                 {"run", {"-f", "/etc/passwd"}},
                                                 {"run", {"-f", "pipelines/x"}},
                                                 {"run", {"-f", "keys"}},
                                                 {"run", {"--each", "a=@keys"}},
                                                 {"run", {"--each=a=@keys"}},
                                                 {"schedule simulate", {"keys"}},
                                                 {"run", {"-f../x"}},
                                                 {"run", {"--file=x.yaml"}},
                                                 {"run", {"--param-file", "values"}},
                                                 {"run", {"--secrets=here"}},
                                                 {"backfill", {"/etc/passwd"}},
                                                 {"pause", {"a/../../x"}},
                                                 {"connection import", {"keys"}},
                                                 {"variable import", {"--secret", "values.json"}},
                                                 {"connection set", {"db", "-C", "here"}},
                                                 {"get", {"latest", "train.model", "model"}}}) {
    CAPTURE(one.command);
    CAPTURE(one.words.back());
    CHECK_FALSE(check_remote_words(one.command, one.words, root).ok());
  }
}
