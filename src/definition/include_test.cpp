#include "definition/include.h"

#include <algorithm>
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <rapidcheck.h>

#include "base/text.h"
#include "definition/golden_test.h"
#include "definition/limits.h"
#include "definition/read_pipeline.h"
#include "definition/render_problems.h"
#include "definition/setting_text.h"

using namespace gt;

namespace {

/// Several files in one text: the pipeline's own, then each other behind a line `%%% PATH`.
struct Files {
  std::string own;
  std::vector<FileText> others;

  explicit Files(const std::string& text) {
    std::string* current = &own;
    for (const std::string_view line : split(text, '\n')) {
      if (line.starts_with("%%% ")) {
        others.push_back({std::string(line.substr(4)), ""});
        current = &others.back().text;
      } else {
        *current += std::string(line) + "\n";
      }
    }
  }

  ReadResult read() const {
    return read_pipeline(own, "pipeline.yaml", named_files("pipeline.yaml", others));
  }
};

std::string rendered(const ReadResult& result, const Files& files) {
  std::vector<ProblemSource> sources = {{.file_name = "pipeline.yaml", .text = files.own}};
  for (const FileText& one : result.named) {
    const auto text = std::ranges::find(files.others, one.path, &FileText::path);
    sources.push_back({.file_name = one.path, .text = text->text});
  }
  return render_problems(result.problems, sources, Colors::none);
}

Pipeline pipeline_of(const std::string& text) {
  const Files files(text);
  ReadResult result = files.read();
  REQUIRE_MESSAGE(result.pipeline, rendered(result, files));
  return std::move(*result.pipeline);
}

std::string names_of(const std::vector<Step>& steps) {
  std::string text;
  for (const Step& step : steps) text += (text.empty() ? "" : " ") + step.name;
  return text;
}

}  // namespace

TEST_CASE("problems in several files each have their own place") {
  for (const char* name : {"wrong_include.txt", "wrong_pipeline.txt"}) {
    check_golden(name, [](const std::string& text) {
      const Files files(text);
      const ReadResult result = files.read();
      CHECK_FALSE(result.pipeline);
      return rendered(result, files);
    });
  }
}

TEST_CASE("a pipeline that is called is read and checked once, with a scope of its own") {
  const Pipeline pipeline = pipeline_of(R"(
env: {A: outer}
steps:
  s:
    pipeline: inner.yaml
    params: {n: 1}
  t: {pipeline: inner.yaml, params: {n: "${{ steps.s.outputs.n }}"}}
%%% inner.yaml
include: shared.yaml
params: {n: {type: integer}}
env: {A: inner}
steps: {s: {run: "echo ${{ env.A }} ${{ params.n }}", outputs: {n: {type: integer}}}}
outputs: {n: "${{ steps.s.outputs.n }}"}
%%% shared.yaml
finally: {last: {run: "echo ${{ steps.s.state }}"}}
)");
  const PipelineCall& first = *pipeline.steps[0].call();
  CHECK(first.pipeline == pipeline.steps[1].call()->pipeline);
  CHECK(first.path == "inner.yaml");
  CHECK(first.pipeline->name == "inner");
  CHECK(names_of(first.pipeline->finally_steps) == "last");
  CHECK(first.pipeline->steps[0].position == Position{4, 9, 1});
  CHECK(first.pipeline->finally_steps[0].position == Position{1, 11, 2});
}

TEST_CASE("pipelines that multiply each other are refused before anything grows") {
  std::string text = "steps: {s: {pipeline: p0.yaml}}\n";
  for (int i = 0; i < 12; ++i) {
    text += fmt::format("%%% p{}.yaml\nsteps:\n", i);
    for (int j = 0; j < 30; ++j)
      text += i == 11 ? fmt::format("  s{}: {{run: x}}\n", j)
                      : fmt::format("  s{}: {{pipeline: p{}.yaml}}\n", j, i + 1);
  }
  const ReadResult result = Files(text).read();
  CHECK_FALSE(result.pipeline);
  CHECK(result.problems[0].hint.starts_with("the limit is steps_max"));
  CHECK(result.problems.size() < 20);
}

TEST_CASE("what is included is part of the pipeline: parameters, steps, secrets, finally") {
  const Pipeline pipeline = pipeline_of(R"(
include: [shared/load.yaml, shared/tell.yaml]
params: {month: {type: integer, default: 1}}
secrets: [TOKEN]
steps:
  train: {run: ["${{ inputs.table }}"], inputs: {table: "${{ steps.load.outputs.table }}"}}
%%% shared/load.yaml
params: {region: {type: string, default: north}}
steps:
  load:
    run: echo ${{ params.region }} ${{ params.month }} >${{ outputs.table }}
    outputs: {table: {path: t.csv}}
%%% shared/tell.yaml
secrets: [HOOK]
finally:
  tell: {run: echo done, env: {HOOK: "${{ secrets.HOOK }}", TOKEN: "${{ secrets.TOKEN }}"}}
)");
  CHECK(names_of(pipeline.steps) == "load train");
  CHECK(names_of(pipeline.finally_steps) == "tell");
  REQUIRE(pipeline.params.size() == 2);
  CHECK(pipeline.params[0].name == "region");
  CHECK(pipeline.secrets == std::vector<std::string>{"HOOK", "TOKEN"});
  CHECK(pipeline.steps[0].position == Position{3, 3, 1});
  CHECK(pipeline.steps[1].position == Position{6, 3, 0});
  CHECK(pipeline.finally_steps[0].position == Position{3, 3, 2});
}

TEST_CASE("of settings the including file's count, one by one") {
  const Pipeline pipeline = pipeline_of(R"(
include: common.yaml
timeout: 5m
env: {LEVEL: debug}
defaults: {retry: 1, env: {B: here}}
steps: {a: {run: x}}
%%% common.yaml
timeout: 1h
max_parallel: 3
env: {LEVEL: info, THREADS: "2", inherit: [CUDA]}
defaults: {retry: 5, timeout: 2m, env: {A: there, B: there}}
)");
  CHECK(*pipeline.timeout == std::chrono::minutes(5));
  CHECK(*pipeline.max_parallel == 3);
  std::string variables;
  for (const Variable& one : pipeline.variables.variables)
    variables += fmt::format("{}={}@{} ", one.name, one.value.source(), one.position.file);
  CHECK(variables == "LEVEL=debug@0 THREADS=2@1 ");
  CHECK(pipeline.variables.inherit == std::vector<std::string>{"CUDA"});
  std::string settings;
  for (const SettingOrigin& one : pipeline.steps[0].settings->origins)
    settings +=
        fmt::format("{}={}@{} ", one.setting,
                    setting_text(*pipeline.steps[0].settings, one.setting), one.position.file);
  CHECK(settings == "retry=1@0 timeout=2m00s@1 env.A=there@1 env.B=here@0 ");
}

TEST_CASE("a file that two others include counts once, and both overrule it") {
  const Pipeline pipeline = pipeline_of(R"(
include: [a.yaml, b.yaml]
steps: {own: {run: x}}
%%% a.yaml
include: common.yaml
timeout: 1m
steps: {a: {run: x}}
%%% b.yaml
include: common.yaml
steps: {b: {run: x}}
%%% common.yaml
timeout: 1h
steps: {common: {run: x}}
)");
  CHECK(names_of(pipeline.steps) == "common a b own");
  CHECK(*pipeline.timeout == std::chrono::minutes(1));
}

TEST_CASE("the files that a pipeline is made of are told with their texts, by number") {
  const Files files(
      "include: a.yaml\nsteps: {s: {run: x}}\n%%% a.yaml\ninclude: b.yaml\n%%% b.yaml\nenv: {}");
  const ReadResult result = files.read();
  REQUIRE(result.pipeline);
  REQUIRE(result.named.size() == 2);
  CHECK(result.named[0].path == "a.yaml");
  CHECK(result.named[1].path == "b.yaml");
  CHECK(result.named[1].text == "env: {}\n");
}

TEST_CASE("an error at run time says which file the expression is in") {
  const Pipeline pipeline = pipeline_of(R"(
include: a.yaml
steps: {own: {run: x, if: "1 / 0 > 1"}}
%%% a.yaml
steps:
  s:
    run: [echo, "${{ 1 / 0 }}"]
    if: 1 / 0 > 1
  t: {run: "echo ${{ 1 / 0 }}"}
)");
  const ValueContext nothing({});
  const auto message_of = [&](const Template& text) {
    return text.render(nothing).error().message;
  };
  const Step& step = pipeline.steps[0];
  CHECK(message_of(std::get<Argv>(*step.command()).items[1]).starts_with("a.yaml:3:"));
  CHECK(message_of(*step.settings->condition).starts_with("a.yaml:4:"));
  const auto script =
      std::get<ShellScript>(*pipeline.steps[1].command()).instantiate(nothing).error();
  CHECK(script.message.starts_with("a.yaml:5:"));
  CHECK(message_of(*pipeline.steps[2].settings->condition).starts_with("3:"));
}

TEST_CASE("more files than the limit are a problem that names it, and so is more nesting") {
  using namespace definition_limits;
  std::string wide = "include: [f0.yaml";
  for (std::size_t i = 1; i < pipeline_files_max; ++i) wide += fmt::format(", f{}.yaml", i);
  wide += "]\nsteps: {s: {run: x}}\n";
  std::string deep = "include: f0.yaml\nsteps: {s: {run: x}}\n";
  for (std::size_t i = 0; i < pipeline_files_max; ++i) {
    wide += fmt::format("%%% f{}.yaml\nenv: {{V{}: a}}\n", i, i);
    deep += fmt::format("%%% f{}.yaml\ninclude: f{}.yaml\n", i, i + 1);
  }
  const ReadResult files = Files(wide).read();
  REQUIRE(files.problems.size() == 1);
  CHECK(files.problems[0].hint == "the limit is pipeline_files_max");
  const ReadResult levels = Files(deep).read();
  REQUIRE(levels.problems.size() == 1);
  CHECK(levels.problems[0].hint == "the limit is include_depth_max");
  CHECK(levels.problems[0].position.file == include_depth_max);
}

TEST_CASE("aliases of all files count together") {
  std::string text = "include: [a.yaml, b.yaml]\nsteps: {s: {run: x}}\n";
  for (const char* name : {"a", "b"}) {
    text += fmt::format("%%% {0}.yaml\nparams:\n  {0}:\n    default:\n      - &x [x", name);
    for (int i = 0; i < 400; ++i) text += ", x";
    text += "]\n";
    for (int i = 0; i < 200; ++i) text += "      - *x\n";
  }
  const ReadResult result = Files(text).read();
  REQUIRE(result.problems.size() == 1);
  CHECK(result.problems[0].hint == "the limit is alias_nodes_max");
  CHECK(result.problems[0].position.file == 2);
}

TEST_CASE("no set of files makes the reader crash, and a pipeline comes exactly with no error") {
  const auto piece = rc::gen::elementOf(
      std::vector<std::string>{"include: a.yaml\n",
                               "include: [a.yaml, b.yaml]\n",
                               "include: pipeline.yaml\n",
                               "include: {x: y}\n",
                               "include: [[a.yaml]]\n",
                               "steps: {s: {run: x}}\n",
                               "steps: {t: {run: x, needs: s}}\n",
                               "steps: 5\n",
                               "steps:\n  u: {run: x}\n",
                               "finally: {s: {run: x}}\n",
                               "params: {p: {type: integer, default: 1}}\n",
                               "params: []\n",
                               "env: {A: x}\n",
                               "env: {inherit: [A, B]}\n",
                               "env: {inherit: [[A]]}\n",
                               "env: 5\n",
                               "defaults: {timeout: 1s, env: {A: y}}\n",
                               "defaults: {timeout: 2s}\n",
                               "defaults: 5\n",
                               "secrets: [A]\n",
                               "secrets: A\n",
                               "timeout: 1s\n",
                               "timeout: 2s\n",
                               "name: x\n",
                               "wrong: 1\n",
                               "%%% a.yaml\n",
                               "%%% b.yaml\n",
                               "[",
                               "- x\n",
                               "steps: {c: {pipeline: b.yaml}}\n",
                               "steps: {d: {pipeline: a.yaml, params: {p: 1}}}\n",
                               "steps: {d: {pipeline: pipeline.yaml}}\n",
                               "outputs: {o: \"${{ steps.s.state }}\"}\n"});
  CHECK(rc::check([&] {
    std::string text;
    for (const auto& one : *rc::gen::container<std::vector<std::string>>(piece)) text += one;
    const Files files(text);
    const ReadResult result = files.read();
    RC_ASSERT(result.pipeline.has_value() != has_error(result.problems));
    rendered(result, files);
  }));
}
