#include "cli/yaml_text.h"

#include <doctest/doctest.h>

#include "definition/parameters.h"

using namespace gt;

TEST_CASE("objects and lists are blocks, words are bare where no reader can misread them") {
  const Json run =
      JsonObject{{"name", "flights/12"},
                 {"params", JsonObject{{"depths", JsonList{Json(4), Json(6)}}, {"rate", 0.5}}},
                 {"tasks", JsonList{JsonObject{{"path", "train[0]"}, {"outputs", JsonObject{}}},
                                    JsonList{Json("a"), Json(nullptr)}}},
                 {"error", nullptr}};
  CHECK(yaml_text(run) ==
        "name: flights/12\n"
        "params:\n"
        "  depths:\n"
        "    - 4\n"
        "    - 6\n"
        "  rate: 0.5\n"
        "tasks:\n"
        "  - path: \"train[0]\"\n"
        "    outputs: {}\n"
        "  - - a\n"
        "    - null\n"
        "error: null\n");
  CHECK(yaml_text(JsonList{}) == "[]\n");
  CHECK(yaml_text("no") == "\"no\"\n");
}

TEST_CASE("what is read again is what was written") {
  JsonObject all;
  for (const char* text : {"",
                           " ",
                           "a",
                           "a b",
                           "No",
                           "NULL",
                           "~",
                           "1",
                           "1.5",
                           "-1",
                           "0x10",
                           "1e5",
                           "2026-11-23",
                           "a: b",
                           "a #b",
                           "- a",
                           "[a]",
                           "{a}",
                           "\"",
                           "'",
                           "\\",
                           "a\nb\n",
                           "\t",
                           "é",
                           "\x01",
                           "*a",
                           "&a",
                           "!a",
                           "%",
                           "@",
                           "|",
                           ">",
                           "?",
                           "---",
                           "...",
                           "a.b/c-d_e",
                           "true",
                           "y",
                           "\xe2\x80\xa8",
                           "\xe2\x80\xa9",
                           "\xc2\x85",
                           "\xef\xbb\xbf"})
    all.set(std::string("key ") + text, JsonList{Json(text), JsonObject{{text, text}}});
  all.set("numbers",
          JsonList{Json(INT64_MAX), Json(INT64_MIN), Json(5.0), Json(1e300), Json(-0.1)});
  const ParameterFile read = read_parameter_file(yaml_text(all));
  for (const Problem& problem : read.problems)
    MESSAGE(problem.position.line, ": ", problem.message);
  CHECK(read.problems.empty());
  CHECK(compact_json(read.values) == compact_json(all));
}
