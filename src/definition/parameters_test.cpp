#include "definition/parameters.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "definition/read_pipeline.h"

using namespace gt;

namespace {

Pipeline flights() {
  ReadResult result = read_pipeline(R"(name: flights
params:
  month: {type: integer, default: 1, minimum: 1, maximum: 12}
  depths: {type: array, items: {type: integer}, default: [4, 6], minItems: 1, uniqueItems: true}
  title: {type: string, pattern: "^[A-Z]", maxLength: 4}
  share: {type: number, default: 0.5, exclusiveMinimum: 0, exclusiveMaximum: 1}
  fast: {type: boolean, default: false}
  free: {default: null}
  either: {type: [integer, string], default: 1}
  model: {type: object, default: {kind: tree}, required: [kind], additionalProperties: false,
          properties: {kind: {type: string, enum: [tree, line]}, depth: {type: integer, multipleOf: 2}}}
steps: {a: {run: x}}
)",
                                    "pipeline.yaml");
  REQUIRE(result.pipeline);
  return std::move(*result.pipeline);
}

/// The messages of binding one parameter (and the required title).
std::string bound(const std::string& name, const Json& value) {
  JsonObject given{{"title", "A"}};
  given.set(name, value);
  std::string messages;
  for (const Problem& problem : bind_parameters(flights(), given).problems) {
    messages += (messages.empty() ? "" : "; ") + problem.message;
  }
  return messages;
}

/// The JSON of what `-p` makes, or the error.
std::string parsed(const std::string& assignment) {
  const auto member = parse_parameter(flights(), assignment);
  return member ? canonical_json(member->second) : member.error().message;
}

}  // namespace

TEST_CASE("parameters that are not given have their defaults, in the order of their declaration") {
  const BoundParameters result = bind_parameters(flights(), {{"title", "A"}, {"month", 7}});
  CHECK(result.problems.empty());
  CHECK(
      compact_json(result.values) ==
      R"({"month":7,"depths":[4,6],"title":"A","share":0.5,"fast":false,"free":null,"either":1,"model":{"kind":"tree"}})");
}

TEST_CASE("a parameter without a default must be given, and an unknown one is refused") {
  const BoundParameters result = bind_parameters(flights(), {{"mnth", 7}});
  REQUIRE(result.problems.size() == 2);
  CHECK(result.problems[0].message == "unknown parameter mnth");
  CHECK(result.problems[0].hint == "did you mean month?");
  CHECK(result.problems[1].message == "parameter title is not given and has no default");
  CHECK(result.problems[1].hint == "give it by -p title=…");
  CHECK(result.problems[1].position == Position{5, 3});
}

TEST_CASE("each word of the schema has its message") {
  CHECK(bound("month", 13) == "parameter month: 13 is over the maximum 12");
  CHECK(bound("month", 0) == "parameter month: 0 is under the minimum 1");
  CHECK(bound("month", 7.0) == "parameter month: 7.0 is a number, not an integer");
  CHECK(bound("month", "7") == "parameter month: \"7\" is a string, not an integer");
  CHECK(bound("month", Json()) == "parameter month: null is not an integer");
  CHECK(bound("depths", JsonList{}) == "parameter depths: 0 items are fewer than 1");
  CHECK(bound("depths", JsonList{1, "x"}) ==
        "parameter depths: [1]: \"x\" is a string, not an integer");
  CHECK(bound("depths", JsonList{1, 1}) == "parameter depths: 1 stands twice");
  CHECK(bound("title", "abc") == "parameter title: \"abc\" does not match ^[A-Z]");
  CHECK(bound("title", "Äpfel-Mus") ==
        "parameter title: 9 characters are more than 4; parameter title: \"Äpfel-Mus\" does not "
        "match ^[A-Z]");
  CHECK(bound("share", 1) == "parameter share: 1 is not under 1");
  CHECK(bound("share", 0.0) == "parameter share: 0.0 is not over 0");
  CHECK(bound("share", 0.25) == "");
  CHECK(bound("free", JsonObject{{"anything", JsonList{1}}}) == "");
  CHECK(bound("either", true) == "parameter either: true is a boolean, not an integer or a string");
  CHECK(bound("model", JsonObject{{"kind", "bush"}}) ==
        "parameter model: kind: \"bush\" is none of \"tree\", \"line\"");
  CHECK(
      bound("model", JsonObject{{"depth", 3}, {"more", 1}}) ==
      "parameter model: the member kind is missing; parameter model: depth: 3 is no multiple of 2; "
      "parameter model: the member \"more\" is unknown");
}

TEST_CASE("an integer bound is exact beyond the precision of a double") {
  const ReadResult result = read_pipeline(
      "params: {n: {type: integer, maximum: 9007199254740992, default: 1}}\nsteps: {a: {run: x}}",
      "p.yaml");
  REQUIRE(result.pipeline);
  const Json over(std::int64_t{9007199254740993});
  CHECK(bind_parameters(*result.pipeline, {{"n", over}}).problems.size() == 1);
}

TEST_CASE("the text behind -p is read by the parameter's type") {
  CHECK(parsed("month=7") == "7");
  CHECK(parsed("month=13") == "13");
  CHECK(parsed("month=x") == "parameter month: x cannot be read as integer");
  CHECK(parsed("month=") == "parameter month:  cannot be read as integer");
  CHECK(parsed("title=7") == "\"7\"");
  CHECK(parsed("title=") == "\"\"");
  CHECK(parsed("title=a=b") == "\"a=b\"");
  CHECK(parsed("title=\"x\"") == R"("\"x\"")");
  CHECK(parsed("depths=[1,2]") == "[1,2]");
  CHECK(parsed("fast=true") == "true");
  CHECK(parsed("share=1e-1") == "0.1");
  CHECK(parsed("free=text") == "\"text\"");
  CHECK(parsed("free={\"a\": 1}") == "{\"a\":1}");
  CHECK(parsed("either=5") == "5");
  CHECK(parsed("either=five") == "\"five\"");
  CHECK(parsed("either=true") == "\"true\"");
  CHECK(parsed("month") == "month is no name=value");
  CHECK(parsed("=7") == "=7 is no name=value");
  CHECK(parsed("mont=7") == "unknown parameter mont");
  CHECK(parsed("title=\xFF") == "parameter title: the value is not UTF-8");
}

TEST_CASE("a parameter file is a mapping in YAML or JSON") {
  const ParameterFile yaml = read_parameter_file("month: 7\ndepths: [1, 2]\ntitle: \"7\"\n");
  CHECK(yaml.problems.empty());
  CHECK(compact_json(yaml.values) == R"({"month":7,"depths":[1,2],"title":"7"})");
  const ParameterFile json = read_parameter_file("{\"month\": 7,\n\t\"title\": \"\\u00e9\"}");
  CHECK(json.problems.empty());
  CHECK(compact_json(json.values) == R"({"month":7,"title":"é"})");
  CHECK(read_parameter_file("[1]").problems[0].message == "the parameter file is a list");
  CHECK(read_parameter_file("month: .nan").problems[0].message ==
        ".nan is not a finite number of double precision");
  CHECK(read_parameter_file("month: 1\nmonth: 2").problems.size() == 1);
  CHECK(read_parameter_file("").values.empty());
  CHECK(read_parameter_file("").problems.empty());
}
