#include "cache/step_manifest.h"

#include <doctest/doctest.h>

using namespace gt;

namespace {

std::shared_ptr<const SourceSet> source(const std::string& text) {
  return std::make_shared<SourceSet>(SourceSet{text, sha256(text)});
}

StepManifest train_step() {
  StepManifest manifest;
  manifest.command = R"({"argv":["python","train.py"]})";
  manifest.working_directory = ".";
  manifest.environment = {"python 3.11.2"};
  manifest.variables = {{"OMP_NUM_THREADS", "1"}};
  manifest.params = {{"epochs", "3"}, {"rate", "0.1"}};
  manifest.matrix = {{"depth", "4"}};
  manifest.inputs = {{"data", "\"sha256\""}};
  manifest.outputs = {{"model", "model model.bin"}};
  manifest.source = source("file train.py 00ff\n");
  return manifest;
}

}  // namespace

TEST_CASE("every changed fact gives another key") {
  StepManifest now = train_step();
  SUBCASE("command") { now.command = R"({"argv":["python","train.py","--fast"]})"; }
  SUBCASE("working directory") { now.working_directory = "src"; }
  SUBCASE("environment") { now.environment.push_back("package pandas 2.2.2 00"); }
  SUBCASE("variable") { now.variables[0].second = "2"; }
  SUBCASE("param") { now.params[1].second = "0.2"; }
  SUBCASE("matrix") { now.matrix[0].second = "6"; }
  SUBCASE("input") { now.inputs[0].second = "\"other\""; }
  SUBCASE("output") { now.outputs[0].second = "model other.bin"; }
  SUBCASE("source") { now.source = source("file train.py 00fe\n"); }
  CHECK(step_key(now).key != step_key(train_step()).key);
}

TEST_CASE("the order of writing is no change") {
  StepManifest other = train_step();
  std::swap(other.params[0], other.params[1]);
  CHECK(step_key(other).key == step_key(train_step()).key);
}

TEST_CASE("a source change keeps the base key, so that other source sets are found") {
  StepManifest now = train_step();
  now.source = source("file train.py 00fe\n");
  CHECK(step_key(now).base == step_key(train_step()).base);
  CHECK(step_key(now).source != step_key(train_step()).source);
}

TEST_CASE("a value cannot imitate another line") {
  StepManifest honest = train_step(), forged = train_step();
  honest.params = {{"a", "1"}, {"b", "2"}};
  for (const char* value : {"1\nparam \"b\" \"2\"", "1\"\nparam \"b\" \"2"}) {
    forged.params = {{"a", value}};
    CHECK(step_key(honest).key != step_key(forged).key);
  }
}
