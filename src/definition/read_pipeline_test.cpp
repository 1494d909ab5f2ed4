#include "definition/read_pipeline.h"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <rapidcheck.h>

#include "definition/golden_test.h"
#include "definition/limits.h"
#include "definition/references.h"
#include "definition/render_problems.h"
#include "definition/setting_text.h"

using namespace gt;

namespace {

std::string rendered(const Problems& problems, std::string_view text) {
  const ProblemSource source{.file_name = "pipeline.yaml", .text = text};
  return render_problems(problems, std::span(&source, 1), Colors::none);
}

/// The pipeline of a text that must be right.
Pipeline pipeline_of(std::string_view text, const std::string& file_name = "pipeline.yaml") {
  ReadResult result = read_pipeline(text, file_name);
  REQUIRE_MESSAGE(result.pipeline, rendered(result.problems, text));
  CHECK_MESSAGE(result.problems.empty(), rendered(result.problems, text));
  return std::move(*result.pipeline);
}

}  // namespace

TEST_CASE("wrong files yield all their problems at once, each with place, expectation and hint") {
  for (const char* name :
       {"wrong_shapes.txt", "wrong_references.txt", "wrong_settings.txt", "wrong_language.txt"}) {
    check_golden(name, [](const std::string& text) {
      const ReadResult result = read_pipeline(text, "pipeline.yaml");
      CHECK_FALSE(result.pipeline);
      return rendered(result.problems, text);
    });
  }
}

TEST_CASE("the pipeline of the example is read without a problem") {
  const std::string text = read_source_file("examples/flights/pipeline.yaml");
  const Pipeline pipeline = pipeline_of(text);
  CHECK(pipeline.name == "flights");
  CHECK(pipeline.steps.size() > 5);
}

TEST_CASE("every setting arrives where it belongs") {
  const Pipeline pipeline = pipeline_of(read_source_file("src/definition/golden/everything.yaml"));
  CHECK(pipeline.name == "everything");
  CHECK(pipeline.description == "all keys there are");
  REQUIRE(pipeline.params.size() == 3);
  CHECK(pipeline.params[0].name == "month");
  CHECK(*pipeline.params[0].default_value == Json(1));
  CHECK(*pipeline.params[0].schema.find("maximum") == Json(12));
  CHECK_FALSE(pipeline.params[2].default_value);
  CHECK(pipeline.environment->python->requirements == "requirements.txt");
  CHECK(pipeline.environment->python->interpreter == "python3.11");
  CHECK(pipeline.variables.variables[0].value.source() == "1");
  CHECK(pipeline.variables.inherit == std::vector<std::string>{"CUDA_VISIBLE_DEVICES"});
  CHECK(pipeline.secrets == std::vector<std::string>{"TOKEN"});
  CHECK(*pipeline.timeout == std::chrono::hours(2));
  CHECK(*pipeline.max_parallel == 8);
  CHECK(*pipeline.max_active == 3);
  CHECK(*pipeline.deadline == std::chrono::hours(6));
  CHECK(pipeline.priority_rule == PriorityRule::downstream);
  REQUIRE(pipeline.notify.size() == 2);
  CHECK(pipeline.notify[0].on ==
        std::vector{NotificationKind::failed, NotificationKind::recovered});
  CHECK(pipeline.notify[1].to == std::vector<std::string>{"ops"});

  REQUIRE(pipeline.steps.size() == 4);
  const Step& extract = pipeline.steps[0];
  CHECK(extract.position == Position{30, 3});
  CHECK(std::get<Argv>(*extract.command()).items.size() == 4);
  CHECK(*extract.settings->deadline == std::chrono::minutes(90));
  REQUIRE(extract.outputs.size() == 3);
  CHECK(std::get<ArtifactType>(extract.outputs[0].type) == ArtifactType::dataset);
  CHECK(extract.outputs[0].path == "raw.csv");
  CHECK_FALSE(extract.outputs[0].is_folder);
  CHECK(extract.outputs[1].path == "parts");
  CHECK(extract.outputs[1].is_folder);
  CHECK(extract.outputs[1].optional);
  CHECK(std::get<ValueType>(extract.outputs[2].type) == ValueType::integer);
  const StepSettings& settings = *extract.settings;
  CHECK(settings.description == "takes a month");
  CHECK(settings.retry.limit == 3);
  CHECK(settings.retry.delay == std::chrono::seconds(10));
  CHECK(settings.retry.backoff == Backoff::exponential);
  CHECK(settings.retry.max_delay == std::chrono::minutes(5));
  CHECK(settings.retry.jitter == 0.5);
  CHECK(settings.retry.on == std::vector{Cause::exit, Cause::lost});
  CHECK(settings.retry.exit_codes == std::vector{75, 111});
  CHECK(*settings.timeout == std::chrono::minutes(20));
  CHECK(settings.resources.cpu == 0.5);
  CHECK(settings.resources.memory_bytes == 2LL << 30);
  CHECK(settings.cache.mode == CacheSetting::Mode::always);
  CHECK(*settings.cache.expires == std::chrono::days(7));
  CHECK(settings.code == std::vector<std::string>{"src/**.py", "data/*.sql"});
  CHECK(settings.has_code);
  CHECK(*settings.working_directory == "work");
  CHECK(settings.environment.has_value());
  CHECK_FALSE(settings.environment->python);
  REQUIRE(settings.connections.size() == 2);
  CHECK(settings.connections[1].name == "sales-lake");
  CHECK(settings.variables.variables.size() == 3);

  const Step& train = pipeline.steps[1];
  CHECK(std::holds_alternative<ShellScript>(*train.command()));
  REQUIRE(train.settings->matrix);
  CHECK(train.settings->matrix->axes.size() == 2);
  CHECK(train.settings->matrix->axes[0].listed_values.size() == 2);
  CHECK(train.settings->matrix->axes[1].values.is_single_expression());
  CHECK(*train.settings->matrix->max_parallel == 2);
  CHECK(train.settings->matrix->fail_fast);
  CHECK(train.settings->condition->is_single_expression());
  CHECK(train.trigger_rule == TriggerRule::none_failed);
  CHECK(train.inputs[1].copy);
  CHECK(upstream_names(train) == std::vector<std::string>{"extract"});

  const Step& group = pipeline.steps[2];
  REQUIRE(group.group());
  REQUIRE(group.group()->steps.size() == 3);
  CHECK(group.group()->steps[0].is_setup);
  CHECK(group.group()->steps[1].settings->teardown->of == std::vector<std::string>{"first"});
  CHECK(group.group()->steps[1].settings->teardown->fails_run);
  CHECK(group.group()->steps[1].trigger_rule == TriggerRule::all_done_setup_success);
  CHECK(group.group()->outputs.size() == 1);
  CHECK(upstream_names(group) == std::vector<std::string>{"extract", "train"});
  CHECK(pipeline.steps[3].settings->cache.mode == CacheSetting::Mode::never);
  CHECK(pipeline.finally_steps.size() == 1);
}

TEST_CASE("listed matrix values and inputs keep the type that YAML gives them") {
  const Pipeline pipeline = pipeline_of(R"(
steps:
  a:
    matrix: {x: [1, -2.5, text, true, null, {name: 'a"b', depth: [1, 2]}]}
    run: x
    inputs: {n: 5, s: "5", l: [1, a]}
)");
  const ValueContext nothing({});
  std::vector<Value> values;
  for (const Template& value : pipeline.steps[0].settings->matrix->axes[0].listed_values) {
    const auto evaluated = value.evaluate(nothing);
    REQUIRE(evaluated);
    values.push_back(*evaluated);
  }
  REQUIRE(values.size() == 6);
  CHECK(values[0] == Value(1));
  CHECK(values[1] == Value(-2.5));
  CHECK(values[2] == Value("text"));
  CHECK(values[3] == Value(true));
  CHECK(values[4] == Value());
  CHECK(*values[5].object()->find("name") == Value("a\"b"));
  CHECK(*pipeline.steps[0].inputs[0].from.evaluate(nothing) == Value(5));
  CHECK(*pipeline.steps[0].inputs[1].from.evaluate(nothing) == Value("5"));
  CHECK(*pipeline.steps[0].inputs[2].from.evaluate(nothing) == Value(ValueList{1, "a"}));
}

TEST_CASE("outputs of a matrix are lists, and lists of lists out of a group with one") {
  pipeline_of(R"(
steps:
  values: {run: x, outputs: {all: {type: array}}}
  outer:
    matrix: {i: [1, 2]}
    group:
      steps:
        inner:
          matrix: {j: "${{ range(matrix.i) }}"}
          run: echo ${{ matrix.i + matrix.j }}
          outputs: {auc: {type: number}}
      outputs: {aucs: "${{ steps.inner.outputs.auc }}"}
  after:
    run: echo ${{ steps.outer.outputs.aucs[0][0] + 1 }}
    matrix: {list: "${{ steps.outer.outputs.aucs }}", v: "${{ steps.values.outputs.all }}"}
)");
  const ReadResult wrong = read_pipeline(R"(
steps:
  many: {run: x, matrix: {i: [1]}, outputs: {auc: {type: number}}}
  after: {run: x, if: steps.many.outputs.auc > 0.5}
)",
                                         "pipeline.yaml");
  CHECK(wrong.problems.size() == 1);
}

TEST_CASE("a pipeline without a name has that of its file or folder") {
  const char* text = "steps: {a: {run: x}}";
  CHECK(pipeline_of(text, "pipeline.yaml").name == "pipeline");
  CHECK(pipeline_of(text, "/projects/flights/pipeline.yaml").name == "flights");
  CHECK(pipeline_of(text, "nightly build.yaml").name == "nightly_build");
  CHECK(pipeline_of(text, "/pipeline.yaml").name == "pipeline");
  CHECK(pipeline_of(text, "2013/pipeline.yaml").name == "pipeline");
}

TEST_CASE("more problems than anybody reads are counted") {
  std::string text = "steps:\n";
  for (int i = 0; i < 500; ++i) text += fmt::format("  s{}: {{runn: x}}\n", i);
  const ReadResult result = read_pipeline(text, "pipeline.yaml");
  CHECK(result.problems.size() == definition_limits::problems_max + 1);
  CHECK(result.problems.back().message == "400 more problems are not shown");
}

TEST_CASE("too many steps are refused by the name of the limit") {
  std::string text = "steps:\n";
  for (std::size_t i = 0; i <= definition_limits::steps_max; ++i) {
    text += fmt::format("  s{}: {{run: x}}\n", i);
  }
  const ReadResult result = read_pipeline(text, "pipeline.yaml");
  REQUIRE(result.problems.size() == 1);
  CHECK(result.problems[0].message == "more than 200000 steps");
}

TEST_CASE("many mistakes of a large file are told in the time of one") {
  // Quadratic work would take minutes here.
  std::string text = "steps:\n";
  for (int i = 0; i < 20'000; ++i) text += fmt::format("  s{}: {{run: x, needs: t{}}}\n", i, i);
  text += "  all:\n    run: x\n    needs: [s0";
  for (int i = 1; i < 20'000; ++i) text += fmt::format(", s{}", i);
  const ReadResult result = read_pipeline(text + "]\n", "pipeline.yaml");
  CHECK(result.problems.size() == definition_limits::problems_max + 1);
  CHECK(result.problems[0].hint == "did you mean `s0`?");
}

TEST_CASE("a mapping of too many entries is refused by the name of the limit") {
  std::string text = "params:\n";
  for (int i = 0; i <= 10'000; ++i) text += fmt::format("  p{}: {{default: 1}}\n", i);
  const ReadResult result = read_pipeline(text + "steps: {a: {run: x}}\n", "pipeline.yaml");
  REQUIRE(result.problems.size() == 1);
  CHECK(result.problems[0].hint == "the limit is entries_max");
}

TEST_CASE("a long chain is no cycle, and a long cycle is one") {
  std::string text = "steps:\n  s0: {run: x}\n";
  for (int i = 1; i < 20'000; ++i) text += fmt::format("  s{}: {{run: x, needs: s{}}}\n", i, i - 1);
  CHECK(pipeline_of(text).steps.size() == 20'000);
  text.replace(text.find("{run: x}"), 8, "{run: x, needs: s19999}");
  const ReadResult result = read_pipeline(text, "pipeline.yaml");
  REQUIRE(result.problems.size() == 1);
  CHECK(result.problems[0].message.starts_with("the steps wait for each other: s0 → s1 → s2"));
}

TEST_CASE("steps that say nothing special share their settings") {
  const Pipeline pipeline =
      pipeline_of("steps: {a: {run: x}, b: {run: [y]}, c: {run: z, timeout: 1s}}");
  CHECK(pipeline.steps[0].settings == pipeline.steps[1].settings);
  CHECK(pipeline.steps[0].settings != pipeline.steps[2].settings);
  CHECK(sizeof(Step) <= 264);
}

TEST_CASE("no text makes the reader crash, and a pipeline comes exactly with no error") {
  const auto piece =
      rc::gen::elementOf(std::vector<std::string>{"steps:\n",
                                                  "  a:\n",
                                                  "  b:\n",
                                                  "    run: x\n",
                                                  "    run: echo ${{ steps.a.outputs.o }}\n",
                                                  "    needs: a\n",
                                                  "    needs: [a, b]\n",
                                                  "    outputs: {o: {path: p}}\n",
                                                  "    outputs:\n      o: {type: number}\n",
                                                  "    inputs: {i: \"${{ steps.a.outputs.o }}\"}\n",
                                                  "    if: params.n > 1\n",
                                                  "    matrix: {x: [1, 2]}\n",
                                                  "    matrix: {x: \"${{ params.n }}\"}\n",
                                                  "    group:\n      steps:\n        c: {run: x}\n",
                                                  "    retry: 3\n",
                                                  "    timeout: 5\n",
                                                  "finally:\n",
                                                  "params:\n  n: {type: integer, default: 1}\n",
                                                  "name: x\n",
                                                  "x",
                                                  ": ",
                                                  "[",
                                                  "\"",
                                                  "&a ",
                                                  "*a",
                                                  "- ",
                                                  "    env: {A: \"${{ secrets.B }}\"}\n",
                                                  "    cache: true\n"});
  CHECK(rc::check([&] {
    std::string text;
    for (const auto& one : *rc::gen::container<std::vector<std::string>>(piece)) text += one;
    const ReadResult result = read_pipeline(text, "pipeline.yaml");
    RC_ASSERT(result.pipeline.has_value() != has_error(result.problems));
    rendered(result.problems, text);
  }));
}

TEST_CASE("a warning does not stop the pipeline") {
  const ReadResult result = read_pipeline(R"(
params: {code: {type: string, default: x}}
steps:
  a:
    run: |
      bash -c "${{ params.code }}"
)",
                                          "pipeline.yaml");
  REQUIRE(result.problems.size() == 1);
  CHECK(result.problems[0].severity == Severity::warning);
  CHECK(result.problems[0].position.line == 6);
  CHECK(result.pipeline);
}

TEST_CASE("no change of a right file makes the reader crash") {
  const std::string right = read_source_file("src/definition/golden/everything.yaml");
  CHECK(rc::check([&] {
    std::string text = right;
    const auto changes = *rc::gen::inRange(1, 5);
    for (int i = 0; i < changes; ++i) {
      const auto at = *rc::gen::inRange<std::size_t>(0, text.size());
      const auto removed = *rc::gen::inRange<std::size_t>(0, 40);
      const auto from = *rc::gen::inRange<std::size_t>(0, right.size());
      const auto added = *rc::gen::inRange<std::size_t>(0, 40);
      text.replace(at, removed, right.substr(from, added));
    }
    const ReadResult result = read_pipeline(text, "pipeline.yaml");
    RC_ASSERT(result.pipeline.has_value() != has_error(result.problems));
    rendered(result.problems, text);
  }));
}

TEST_CASE("defaults reach every step below, and what is nearer wins") {
  const Pipeline pipeline = pipeline_of(R"(
defaults:
  retry: {limit: 2, delay: 5s}
  timeout: 1h
  resources: {cpu: 2, memory: 1Gi}
  env: {A: outer, B: outer, inherit: [C, D]}
steps:
  plain: {run: "true"}
  own:
    run: echo ${{ env.A }} ${{ env.B }} ${{ env.C }}
    retry: 0
    resources: {cpu: 1}
    env: {B: own, C: own, inherit: [A]}
  group:
    group:
      defaults: {timeout: 5m, environment: none, env: {A: inner}}
      steps:
        inner: {run: "true"}
        deeper:
          group:
            defaults: {env: {E: deepest}}
            steps: {deepest: {run: "true", timeout: 1s}}
finally:
  last: {run: "true"}
)");
  const auto variables_of = [](const Step& step) {
    std::string text;
    for (const Variable& variable : step.settings->variables.variables)
      text += variable.name + "=" + std::string(variable.value.source()) + " ";
    for (const std::string& name : step.settings->variables.inherit) text += name + " ";
    return text;
  };
  const Step& plain = pipeline.steps[0];
  const Step& own = pipeline.steps[1];
  const Group& group = *pipeline.steps[2].group();
  const Step& deepest = group.steps[1].group()->steps[0];

  CHECK(plain.settings->retry.limit == 2);
  CHECK(plain.settings == pipeline.defaults);
  CHECK(variables_of(plain) == "A=outer B=outer C D ");
  CHECK(own.settings->retry.limit == 0);
  CHECK(own.settings->timeout == std::chrono::hours(1));
  // A setting takes the place of another as a whole; only variables are put together.
  CHECK(own.settings->resources.memory_bytes == 0);
  CHECK(variables_of(own) == "B=own C=own D A ");
  CHECK(group.steps[0].settings->timeout == std::chrono::minutes(5));
  CHECK(group.steps[0].settings->retry.limit == 2);
  CHECK(variables_of(group.steps[0]) == "B=outer A=inner C D ");
  CHECK(deepest.settings->timeout == std::chrono::seconds(1));
  CHECK(deepest.settings->environment.has_value());
  CHECK(variables_of(deepest) == "B=outer A=inner E=deepest C D ");
  // A group has none of its own.
  CHECK(pipeline.steps[2].settings->retry.limit == 0);
  CHECK_FALSE(pipeline.steps[2].settings->timeout);
  CHECK(pipeline.finally_steps[0].settings == pipeline.defaults);
}

TEST_CASE("each setting of a step is known with the place where it was written") {
  const Pipeline pipeline = pipeline_of(
      "defaults: {retry: 2, env: {A: x}}\n"
      "steps:\n"
      "  a: {run: \"true\", retry: 5, timeout: 90s}\n");
  const StepSettings& settings = *pipeline.steps[0].settings;
  std::string text;
  for (const SettingOrigin& origin : settings.origins)
    text += fmt::format("{}={} {}:{} {}\n", origin.setting, setting_text(settings, origin.setting),
                        origin.position.line, origin.position.column, origin.is_default);
  CHECK(text ==
        "env.A=x 1:28 true\n"
        "retry=5 3:20 false\n"
        "timeout=1m30s 3:30 false\n");
}

TEST_CASE("a list takes results of several steps, each item with its own type and place") {
  const Pipeline pipeline = pipeline_of(R"(
steps:
  a: {run: "true", outputs: {model: {path: m}, auc: {type: number}}}
  b: {run: "true", outputs: {model: {path: m}, auc: {type: number}}}
  pick:
    inputs:
      models: ["${{ steps.a.outputs.model }}", "${{ steps.b.outputs.model }}"]
      mixed: ["${{ steps.a.outputs.auc }}", 5, plain, ["${{ params.p }} and more"], "$${{"]
    run: [pick, "${{ inputs.models }}", "${{ sum([inputs.mixed[0], inputs.mixed[1]]) }}"]
params: {p: {default: x}}
)");
  const Step& pick = pipeline.steps[2];
  CHECK(upstream_names(pick) == std::vector<std::string>{"a", "b"});
  const ValueContext context(
      {{"steps", ValueObject{{"a", ValueObject{{"outputs", ValueObject{{"auc", 0.5}}}}}}},
       {"params", ValueObject{{"p", "x"}}}});
  const auto value = pick.inputs[1].from.evaluate(context);
  REQUIRE(value);
  CHECK(*value == Value(ValueList{0.5, 5, "plain", ValueList{"x and more"}, "${{"}));
}

TEST_CASE("pools and priorities are read, and what is wrong with them is said") {
  const ReadResult read = read_pipeline(R"(
name: pools
priority: 4
defaults: {pool: db, priority: -2, resources: {gpu: 1}}
steps:
  usual: {run: x}
  own: {run: x, pool: {licenses: 2, db: 1}, priority: 9, resources: {gpu: 2}}
  both: {run: x, pool: [db, {licenses: 3}]}
  none: {run: x, pool: [], resources: {cpu: 1}}
)",
                                        "pipeline.yaml");
  REQUIRE(read.pipeline);
  const auto settings = [&](std::size_t step) { return *read.pipeline->steps[step].settings; };
  CHECK(read.pipeline->priority == 4);
  CHECK(settings(0).pools == std::vector<PoolSlots>{{"db", 1}});
  CHECK(settings(0).priority == -2);
  CHECK(settings(0).resources.gpus == 1);
  CHECK(settings(1).pools == std::vector<PoolSlots>{{"licenses", 2}, {"db", 1}});
  CHECK(settings(1).priority == 9);
  CHECK(settings(1).resources.gpus == 2);
  CHECK(settings(2).pools == std::vector<PoolSlots>{{"db", 1}, {"licenses", 3}});
  CHECK(settings(3).pools.empty());
  CHECK(settings(3).resources.gpus == 0);

  for (const char* wrong :
       {"pool: 5", "pool: [db, db]", "pool: {db: 0}", "pool: {db: many}", "pool: a b",
        "priority: high", "priority: 1000001", "resources: {gpu: -1}", "resources: {gpu: 0.5}"}) {
    CAPTURE(wrong);
    const ReadResult problems =
        read_pipeline(std::string("steps: {a: {run: x, ") + wrong + "}}", "pipeline.yaml");
    CHECK(problems.problems.size() == 1);
  }
}
