#include "cache/explanation.h"

#include <algorithm>
#include <doctest/doctest.h>
#include <iterator>

#include "cache/step_manifest.h"

namespace gt {

namespace {

const std::string content = sha256("content").hex(), other = sha256("other").hex();

StepManifest train_step() {
  StepManifest manifest;
  manifest.command = R"({"argv":["python","train.py","--month","1"]})";
  manifest.working_directory = ".";
  manifest.environment = {"python 3.11.2 x86_64", "package numpy 1.24 " + content,
                          "package pandas 2.1 " + content};
  manifest.variables = {{"SEED", "\"7\""}};
  manifest.params = {{"month", "1"}, {"names", "[\"a\"]"}};
  manifest.matrix = {{"depth", "4"}};
  manifest.inputs = {{"raw", R"({"$artifact":{"digest":")" + content + "\"}}"}, {"auc", "0.5"}};
  manifest.outputs = {{"model", "model model/"}};
  auto source = std::make_shared<SourceSet>();
  source->text = "file src/a\\x20b.py " + content + "\nlisting src/**.py " + content +
                 "\nfile src/train.py " + content + "\nabsent src/x.py\n";
  manifest.source = source;
  return manifest;
}

void set_source(StepManifest& manifest, const std::string& text) {
  auto source = std::make_shared<SourceSet>();
  source->text = text;
  manifest.source = source;
}

std::vector<std::string> changes(const StepManifest& now) {
  const StepManifest before = train_step();
  std::vector<std::string> phrases = source_differences(before.source->text, now.source->text);
  std::ranges::move(base_differences(base_text(before), base_text(now)),
                    std::back_inserter(phrases));
  return phrases;
}

using Phrases = std::vector<std::string>;

}  // namespace

TEST_CASE("equal manifests have no difference") { CHECK(changes(train_step()).empty()); }

TEST_CASE("the very fact that changed is named") {
  StepManifest now = train_step();
  std::string expected;
  SUBCASE("parameter") {
    now.params[0].second = "2";
    now.command = R"({"argv":["python","train.py","--month","2"]})";
    expected = "parameter month: 1 → 2";
  }
  SUBCASE("parameter that came") {
    now.params.emplace_back("year", "2013");
    expected = "parameter year is new";
  }
  SUBCASE("matrix") {
    now.matrix[0].second = "6";
    expected = "matrix depth: 4 → 6";
  }
  SUBCASE("input that is an artifact") {
    now.inputs[0].second = R"({"$artifact":{"digest":")" + other + "\"}}";
    expected = "input raw has other content";
  }
  SUBCASE("input that is a value") {
    now.inputs[1].second = "0.6";
    expected = "input auc: 0.5 → 0.6";
  }
  SUBCASE("version of a package") {
    now.environment[2] = "package pandas 2.2.2 " + other;
    expected = "package pandas: 2.1 → 2.2.2";
  }
  SUBCASE("content of a package") {
    now.environment[2] = "package pandas 2.1 " + other;
    expected = "package pandas 2.1: other files";
  }
  SUBCASE("package that went") {
    now.environment.pop_back();
    expected = "package pandas is gone";
  }
  SUBCASE("interpreter") {
    now.environment[0] = "python 3.12.1 x86_64";
    expected = "environment python: 3.11.2 x86_64 → 3.12.1 x86_64";
  }
  SUBCASE("variable") {
    now.variables[0].second = "\"8\"";
    expected = "environment variable SEED: \"7\" → \"8\"";
  }
  SUBCASE("output") {
    now.outputs[0].second = "model model.bin";
    expected = "output model is declared otherwise";
  }
  SUBCASE("working directory") {
    now.working_directory = "sub";
    expected = "working directory: . → sub";
  }
  SUBCASE("command") {
    now.command = R"({"argv":["python","train.py","--fast"]})";
    expected = "the command changed";
  }
  CHECK(changes(now) == Phrases{expected});
}

TEST_CASE("source files are named, and lists of them only where no file says more") {
  StepManifest now = train_step();
  const std::string listing = "listing src/**.py ";
  Phrases expected;
  SUBCASE("changed") {
    set_source(now, "file src/a\\x20b.py " + content + "\n" + listing + content +
                        "\nfile src/train.py " + other + "\nabsent src/x.py\n");
    expected = {"file src/train.py changed"};
  }
  SUBCASE("new and gone") {
    set_source(now, listing + other + "\nfile src/train.py " + content + "\nfile src/x.py " +
                        content + "\n");
    expected = {"file src/a b.py is gone", "file src/x.py is new"};
  }
  SUBCASE("only the list") {
    set_source(now, "file src/a\\x20b.py " + content + "\n" + listing + other +
                        "\nfile src/train.py " + content + "\nabsent src/x.py\n");
    expected = {"other files are selected by src/**.py"};
  }
  CHECK(changes(now) == expected);
}

TEST_CASE("the words stay short, whatever the values are") {
  StepManifest now = train_step();
  now.params[0].second = "\"" + std::string(500, 'x') + "\n\"";
  now.params[1].second = "[]";
  now.matrix[0].second = "5";
  now.inputs[1].second = "0.7";
  const std::string words = in_words(changes(now));
  CHECK(words.size() < 200);
  CHECK(words.ends_with("; and 1 more"));
  CHECK(words.find('\n') == std::string::npos);
}

}  // namespace gt
