#include "settings/settings.h"

#include <doctest/doctest.h>
#include <map>
#include <sys/stat.h>

#include "base/file.h"
#include "base/test_folder.h"
#include "settings/settings_file.h"
#include "settings/settings_schema.h"

namespace gt {

namespace {

/// Files of all three kinds, and variables.
struct World {
  TestFolder folder;
  std::map<std::string, std::string> variables;
  std::vector<GivenFlag> flags;

  void write(const std::string& name, const std::string& text) {
    folder.write(name, text);
    REQUIRE(::chmod((folder / name).c_str(), 0644) == 0);
  }
  LoadedSettings load() const {
    return load_settings({.project_file = (folder / "geartrain.yaml"),
                          .person_file = (folder / "person.yaml"),
                          .system_file = (folder / "system.yaml"),
                          .variable =
                              [this](const char* name) {
                                const auto found = variables.find(name);
                                return found == variables.end() ? nullptr : found->second.c_str();
                              },
                          .flags = flags,
                          .folder = "/current",
                          .person_home = "/people/ann"});
  }
};

std::string jobs_of(const LoadedSettings& loaded) {
  const SettingValue* const jobs = loaded.settings.find(SettingId::jobs);
  return (jobs == nullptr ? "none" : jobs->text) + " by " +
         to_text(loaded.settings.place(SettingId::jobs).layer);
}

std::vector<std::string> messages(const LoadedSettings& loaded) {
  std::vector<std::string> all;
  for (const SettingsFile& file : loaded.files)
    for (const Problem& problem : file.problems)
      all.push_back(fmt::format("{}: {}", problem.position.line, problem.message));
  for (const Error& problem : loaded.problems) all.push_back(problem.message);
  return all;
}

}  // namespace

TEST_CASE("what is said nearest to the command counts") {
  World world;
  CHECK(jobs_of(world.load()) == "none by default");
  world.write("system.yaml", "jobs: 1\n");
  CHECK(jobs_of(world.load()) == "1 by system");
  world.write("person.yaml", "jobs: 2\n");
  CHECK(jobs_of(world.load()) == "2 by person");
  world.write("geartrain.yaml", "# slots\njobs: 3\n");
  CHECK(jobs_of(world.load()) == "3 by project");
  world.variables["GEARTRAIN_JOBS"] = "4";
  CHECK(jobs_of(world.load()) == "4 by variable");
  world.flags.push_back({SettingId::jobs, "--jobs", "5"});
  CHECK(jobs_of(world.load()) == "5 by flag");
  CHECK(messages(world.load()).empty());
}

TEST_CASE("a value says the line of its file") {
  World world;
  world.write("geartrain.yaml", "# slots\njobs: 3\n");
  const LoadedSettings loaded = world.load();
  CHECK(loaded.settings.place(SettingId::jobs).text() == (world.folder / "geartrain.yaml") + ":2");
  CHECK(loaded.settings.place(SettingId::grace).text() == "default");
  CHECK(loaded.settings.number(SettingId::log_limit) == 64 << 20);
}

TEST_CASE("GPUs are numbers or UUIDs, each once, or none") {
  const Setting& gpus = setting(SettingId::gpus);
  for (const char* good : {"0", "0, 2", "GPU-8932f937-d72c", "none"})
    CHECK(read_setting(gpus, good));
  CHECK(read_setting(gpus, "")->text == "none");
  for (const char* wrong : {"0,,1", "0,0", "a b", "$x", ","}) {
    INFO(wrong);
    CHECK_FALSE(read_setting(gpus, wrong));
  }
}

TEST_CASE("a variable that is empty says nothing, but an empty pager is none, as are empty GPUs") {
  World world;
  world.variables = {
      {"GEARTRAIN_JOBS", ""}, {"GEARTRAIN_PAGER", ""}, {"PAGER", "more"}, {"GEARTRAIN_GPUS", ""}};
  const LoadedSettings loaded = world.load();
  CHECK(jobs_of(loaded) == "none by default");
  REQUIRE(loaded.settings.find(SettingId::pager) != nullptr);
  CHECK(loaded.settings.find(SettingId::pager)->text.empty());
  REQUIRE(loaded.settings.find(SettingId::gpus) != nullptr);
  CHECK(loaded.settings.find(SettingId::gpus)->text == "none");
}

TEST_CASE("variables of other programs count less than our own, and NO_COLOR has any value") {
  World world;
  world.variables = {{"PAGER", "more"}, {"NO_COLOR", "1"}};
  CHECK(world.load().settings.text(SettingId::pager) == "more");
  CHECK(world.load().settings.text(SettingId::color) == "never");
  world.variables["GEARTRAIN_COLOR"] = "always";
  CHECK(world.load().settings.text(SettingId::color) == "always");
}

TEST_CASE("all problems of all sources are told at once, and what is good holds") {
  World world;
  world.write("geartrain.yaml", "jbos: 3\nlog_limit: much\njobs: 0\ngrace: 5s\nkeep: [1]\n");
  world.write("person.yaml", "- jobs\n");
  world.variables["GEARTRAIN_COLOR"] = "alwys";
  const LoadedSettings loaded = world.load();
  CHECK(messages(loaded) ==
        std::vector<std::string>{"1: unknown setting `jbos`", "2: `log_limit` is `much`",
                                 "3: `jobs` is `0`", "5: `keep` is a list", "1: the file is a list",
                                 "GEARTRAIN_COLOR: alwys is not one of auto, always, never"});
  CHECK(loaded.files[0].problems[0].hint == "did you mean `jobs`?");
  CHECK(loaded.problems[0].hint == "did you mean always?");
  CHECK(loaded.has_problems());
  CHECK(loaded.settings.number(SettingId::grace) == 5'000'000);
}

TEST_CASE("a project's file cannot set what could harm whoever clones it") {
  World world;
  for (const Setting& one : all_settings()) {
    if (one.scope == SettingScope::anywhere) continue;
    const std::string value = one.words.empty() ? "evil" : std::string(one.words[0]);
    world.write("geartrain.yaml", fmt::format("{}: {}\n", one.name, value));
    CHECK(messages(world.load()) ==
          std::vector<std::string>{fmt::format("1: `{}` cannot be set by a project", one.name)});
    CHECK(world.load().settings.place(one.id).layer == SettingLayer::fallback);
  }
  for (const SettingId id : {SettingId::pager, SettingId::secrets_file, SettingId::home})
    CHECK(setting(id).scope == SettingScope::person);
}

TEST_CASE("a file that others can write is not trusted with what executes or reads something") {
  World world;
  world.write("person.yaml", "pager: evil\njobs: 2\n");
  CHECK(world.load().settings.text(SettingId::pager) == "evil");
  for (const mode_t mode : {0664U, 0646U}) {
    REQUIRE(::chmod((world.folder / "person.yaml").c_str(), mode) == 0);
    const LoadedSettings loaded = world.load();
    CHECK(messages(loaded) ==
          std::vector<std::string>{fmt::format("1: `pager` is not taken from this file: others can "
                                               "write it (mode {:04o})",
                                               mode)});
    CHECK(loaded.settings.find(SettingId::pager) == nullptr);
    CHECK(jobs_of(loaded) == "2 by person");
  }
}

TEST_CASE("paths of a file are relative to it, those of variables to the current folder") {
  World world;
  world.write("person.yaml", "secrets_file: keys.env\n");
  CHECK(world.load().settings.text(SettingId::secrets_file) == (world.folder / "keys.env"));
  world.write("person.yaml", "secrets_file: ~/keys.env\n");
  CHECK(world.load().settings.text(SettingId::secrets_file) == "/people/ann/keys.env");
  world.variables["GEARTRAIN_SECRETS_FILE"] = "other.env";
  CHECK(world.load().settings.text(SettingId::secrets_file) == "/current/other.env");
}

TEST_CASE("empty files, and files with comments only, say nothing") {
  World world;
  world.write("geartrain.yaml", "");
  world.write("person.yaml", "# nothing yet\n");
  CHECK(messages(world.load()).empty());
}

TEST_CASE("a file that is a folder or too long is a problem, not a crash") {
  World world;
  REQUIRE(make_directories((world.folder / "geartrain.yaml")));
  world.write("person.yaml", std::string(settings_file_bytes_max + 1, '#'));
  CHECK(messages(world.load()).size() == 2);
}

TEST_CASE("the person's file is where the XDG specification says") {
  std::map<std::string, std::string> variables = {{"HOME", "/people/ann"}};
  const auto variable = [&](const char* name) {
    const auto found = variables.find(name);
    return found == variables.end() ? nullptr : found->second.c_str();
  };
  CHECK(person_settings_file(variable) == "/people/ann/.config/geartrain/config.yaml");
  variables["XDG_CONFIG_HOME"] = "relative";
  CHECK(person_settings_file(variable) == "/people/ann/.config/geartrain/config.yaml");
  variables["XDG_CONFIG_HOME"] = "/x";
  CHECK(person_settings_file(variable) == "/x/geartrain/config.yaml");
  variables.clear();
  CHECK(person_settings_file(variable).empty());
  CHECK(system_settings_file(variable) == "/etc/geartrain/config.yaml");
}

TEST_CASE("variables that nobody reads are found, with what was probably meant") {
  const std::vector<std::string> environment = {"GEARTRAIN_JBOS=4", "GEARTRAIN_SECRET_X=1",
                                                "GEARTRAIN_HOME=/h", "GEARTRAIN_TASK=1", "PATH=/b"};
  const auto unknown = unknown_variables(environment);
  REQUIRE(unknown.size() == 1);
  CHECK(unknown[0].name == "GEARTRAIN_JBOS");
  CHECK(unknown[0].meant == "GEARTRAIN_JOBS");
}

TEST_CASE("every setting has what documents, help and files need") {
  for (const Setting& one : all_settings()) {
    CAPTURE(one.name);
    CHECK(find_setting(one.name) == &one);
    CHECK(one.summary.ends_with('.'));
    CHECK(one.fallback.empty() != one.fallback_text.empty());
    CHECK(one.words.empty() == (one.type != SettingType::word));
    std::string variable = "GEARTRAIN_";
    for (const char letter : one.name)
      variable += static_cast<char>(std::toupper(static_cast<unsigned char>(letter)));
    CHECK(one.variable == variable);
  }
}

TEST_CASE("the schema of a project's file has no setting that is the person's own") {
  const Json person = settings_schema(SettingScope::person);
  const Json project = settings_schema(SettingScope::anywhere);
  CHECK(person.find("properties")->find("pager") != nullptr);
  CHECK(project.find("properties")->find("pager") == nullptr);
  CHECK(project.find("properties")->find("jobs") != nullptr);
}

}  // namespace gt
