#include "cli/options.h"

#include <doctest/doctest.h>

using namespace gt;

namespace {

const Example examples[] = {{"geartrain show latest", "the newest"}};
const CommandText text = {"show", "show a run", "All of it.", examples};

struct Parsed {
  Options options{text};
  std::optional<std::string> run, file;
  std::optional<std::int64_t> jobs;
  std::vector<std::string> params;
  bool json = false;

  Parsed() {
    options.argument("RUN", run, Need::required, "Which run.");
    options.option("-f,--file", "FILE", file, "The file.");
    options.option("-j,--jobs", "N", jobs, 1, "How many.");
    options.option("-p", "NAME=VALUE", params, "A parameter.");
    options.flag("--json", json, "As JSON.");
  }
  Result<void> parse(std::vector<std::string> words) { return options.parse(words); }
};

}  // namespace

TEST_CASE("options stand before, between and behind arguments") {
  for (const auto& words : {std::vector<std::string>{"--json", "-j4", "latest"},
                            std::vector<std::string>{"-j", "4", "latest", "--json"},
                            std::vector<std::string>{"latest", "--jobs=4", "--json"}}) {
    Parsed parsed;
    REQUIRE(parsed.parse(words).ok());
    CHECK(parsed.run == "latest");
    CHECK(parsed.jobs == 4);
    CHECK(parsed.json);
    CHECK_FALSE(parsed.file);
  }
}

TEST_CASE("an option may be repeated: a list collects, of one value the last counts") {
  Parsed parsed;
  REQUIRE(parsed.parse({"-p", "a=-1", "x", "-p", "b=", "-f", "one", "-f", "two"}).ok());
  CHECK(parsed.params == std::vector<std::string>{"a=-1", "b="});
  CHECK(parsed.file == "two");
  CHECK(parsed.run == "x");
}

TEST_CASE("after -- everything is an argument, and - is one") {
  Parsed dashes;
  REQUIRE(dashes.parse({"--", "--json"}).ok());
  CHECK(dashes.run == "--json");
  CHECK_FALSE(dashes.json);
  Parsed dash;
  REQUIRE(dash.parse({"-"}).ok());
  CHECK(dash.run == "-");
}

TEST_CASE("a command may take any number of arguments") {
  Options options(text);
  std::vector<std::string> files;
  options.arguments("FILE", files, "Files.");
  REQUIRE(options.parse(std::vector<std::string>{"a", "--no-color", "b", "--", "-c"}).ok());
  CHECK(files == std::vector<std::string>{"a", "b", "-c"});
  CHECK(options.common().no_color);
  Options others(text);
  others.arguments("FILE", files, "Files.");
  CHECK_FALSE(others.parse(std::vector<std::string>{"a", "-c"}).ok());
}

TEST_CASE("what is wrong with the command line is said, with the way to help") {
  const auto message_of = [](std::vector<std::string> words) {
    Parsed parsed;
    const auto result = parsed.parse(std::move(words));
    REQUIRE_FALSE(result.ok());
    CHECK(result.error().code == Errc::invalid);
    CHECK(result.error().hint.ends_with("`geartrain show --help` describes it"));
    return result.error().message;
  };
  CHECK(message_of({}) == "show needs RUN");
  CHECK(message_of({"x", "y"}) == "unexpected argument y");
  CHECK(message_of({"x", "-j", "0"}) == "--jobs needs a whole number of at least 1, not 0");
  CHECK(message_of({"x", "-j", "many"}) == "--jobs needs a whole number of at least 1, not many");
  CHECK(message_of({"x", "--jsno"}) == "show has no option --jsno");
  Parsed parsed;
  const auto wrong = parsed.parse({"x", "--jsno"});
  CHECK(wrong.error().hint.starts_with("did you mean --json?"));
}

TEST_CASE("help shows usage, every option and the examples, and asks for nothing") {
  Parsed parsed;
  REQUIRE(parsed.parse({"--help"}).ok());
  CHECK(parsed.options.common().help);
  CHECK(parsed.options.help() ==
        "geartrain show: show a run\n"
        "\n"
        "usage: geartrain show RUN [OPTION…]\n"
        "\n"
        "All of it.\n"
        "\n"
        "arguments\n"
        "  RUN                     Which run.\n"
        "\n"
        "options\n"
        "  -f, --file FILE         The file.\n"
        "  -j, --jobs N            How many.\n"
        "  -p NAME=VALUE           A parameter.\n"
        "  --json                  As JSON.\n"
        "  --no-color              No colours, as with NO_COLOR set.\n"
        "  --no-pager              Long output goes to the terminal itself.\n"
        "  --server URL            Let a geartrain server do it; else the variable\n"
        "                          GEARTRAIN_SERVER.\n"
        "  -C, --project FOLDER    As if started in this folder.\n"
        "  -h, --help              Show this.\n"
        "\n"
        "examples\n"
        "  geartrain show latest\n"
        "      the newest\n");
}
