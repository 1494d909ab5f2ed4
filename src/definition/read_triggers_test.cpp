#include "definition/read_triggers.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "base/text.h"
#include "definition/golden_test.h"
#include "definition/limits.h"
#include "definition/read_pipeline.h"
#include "definition/render_problems.h"

using namespace gt;

namespace {

std::string rendered(const Problems& problems, std::string_view text) {
  const ProblemSource source{.file_name = "pipeline.yaml", .text = text};
  return render_problems(problems, std::span(&source, 1), Colors::none);
}

ReadResult read(const std::string& triggers) {
  return read_pipeline(triggers + "\nsteps: {s: {run: x}}\n", "pipeline.yaml");
}

std::vector<Trigger> triggers_of(const std::string& triggers) {
  ReadResult result = read(triggers);
  REQUIRE_MESSAGE(result.pipeline, rendered(result.problems, triggers));
  CHECK_MESSAGE(result.problems.empty(), rendered(result.problems, triggers));
  return std::move(result.pipeline->triggers);
}

/// Whether the machine has the rules of time zones; else a test is passed over.
bool has_zones() {
  if (Zone::open("Europe/Berlin").ok()) return true;
  MESSAGE("SKIP: this machine has no time zones (package tzdata)");
  return false;
}

/// The first firing after this instant.
std::string first_after(const Trigger& trigger, std::string_view after) {
  const auto placed = place_schedule(*trigger.schedule());
  REQUIRE(placed.ok());
  const auto written = parse_written_time(after);
  REQUIRE(written);
  const auto firing = placed->schedule.next_firing(instant_of(*written, placed->zone));
  return firing ? format_time(firing->at) : "never";
}

}  // namespace

TEST_CASE("wrong triggers yield all their problems, each at its place") {
  if (!has_zones()) return;
  check_golden("wrong_triggers.txt", [](const std::string& text) {
    const ReadResult result = read_pipeline(text, "pipeline.yaml");
    CHECK_FALSE(result.pipeline);
    return rendered(result.problems, text);
  });
}

TEST_CASE("a trigger that says its schedule alone catches nothing up, and its runs wait in line") {
  const auto triggers = triggers_of("triggers: {nightly: {schedule: \"30 2 * * *\"}}");
  REQUIRE(triggers.size() == 1);
  const Trigger& nightly = triggers[0];
  CHECK(nightly.name == "nightly");
  CHECK(nightly.position == Position{1, 12});
  CHECK(std::get<Cron>(nightly.schedule()->rule).text() == "30 2 * * *");
  CHECK(nightly.schedule()->timezone == "UTC");
  CHECK_FALSE(nightly.schedule()->start);
  CHECK_FALSE(nightly.schedule()->end);
  CHECK_FALSE(nightly.schedule()->missing);
  CHECK_FALSE(nightly.schedule()->duplicate);
  CHECK(nightly.catchup == Catchup::none);
  CHECK(nightly.catchup_max == 100);
  CHECK(nightly.overlap == Overlap::queue);
  CHECK(nightly.params.empty());
  CHECK(first_after(nightly, "2026-01-01") == "2026-01-01T02:30:00.000Z");
}

TEST_CASE("everything that a trigger says arrives") {
  if (!has_zones()) return;
  const auto triggers = triggers_of(R"(params: {day: {type: string}, depth: {type: integer}}
triggers:
  nightly:
    schedule: 30 2 * * *
    timezone: Europe/Berlin
    start: 2026-03-28
    end: 2026-04-01T02:30
    missing: skip
    duplicate: both
    catchup: all
    catchup_max: 7
    overlap: replace
    params: {day: "${{ run.interval.start }}", depth: 5}
  often: {every: 15m, start: 2026-01-01T00:05, catchup: last, overlap: skip, params: {day: x, depth: 1}})");
  REQUIRE(triggers.size() == 2);
  const Trigger& nightly = triggers[0];
  CHECK(nightly.schedule()->missing == MissingTime::skip);
  CHECK(nightly.schedule()->duplicate == DuplicateTime::both);
  CHECK(nightly.catchup == Catchup::all);
  CHECK(nightly.catchup_max == 7);
  CHECK(nightly.overlap == Overlap::replace);
  REQUIRE(nightly.params.size() == 2);
  CHECK(nightly.params[0].value.source() == "${{ run.interval.start }}");
  CHECK(first_after(nightly, "2020-01-01") == "2026-03-28T01:30:00.000Z");
  CHECK_MESSAGE(first_after(nightly, "2026-03-28T12:00") == "2026-03-30T00:30:00.000Z",
                "the clocks skip it on the 29th");
  CHECK_MESSAGE(first_after(nightly, "2026-03-31T12:00") == "never", "the end does not count");
  const Trigger& often = triggers[1];
  CHECK(std::get<Duration>(often.schedule()->rule) == std::chrono::minutes(15));
  CHECK(often.catchup == Catchup::last);
  CHECK(often.overlap == Overlap::skip);
  CHECK(first_after(often, "2026-01-01T00:05Z") == "2026-01-01T00:20:00.000Z");
}

TEST_CASE("everything that an event's trigger says arrives") {
  const auto triggers = triggers_of(R"(params: {from: {type: string, default: none}}
triggers:
  after: {pipeline: load, params: {from: "${{ event.run.name }} of ${{ run.logical_date }}"}}
  always: {pipeline: load, states: [failed, cancelled, failed], if: event.run.params.month > 6, overlap: skip}
  push: {webhook: {form: github, secret: PUSH_KEY}, params: {from: "${{ event.body.commits[0].id }}"}}
  own: {webhook: {secret: KEY}}
  came: {file: "incoming/*.csv", stable: 5s, params: {from: "${{ event.file.path }}"}})");
  REQUIRE(triggers.size() == 5);
  for (const Trigger& trigger : triggers) CHECK(trigger.schedule() == nullptr);
  const auto& after = std::get<RunEndRule>(triggers[0].rule);
  CHECK(after.pipeline == "load");
  CHECK(after.states == std::vector{RunEnd::succeeded});
  CHECK_FALSE(triggers[0].condition);
  CHECK(std::get<RunEndRule>(triggers[1].rule).states ==
        std::vector{RunEnd::failed, RunEnd::cancelled});
  CHECK(triggers[1].condition->source() == "${{ event.run.params.month > 6 }}");
  CHECK(triggers[1].overlap == Overlap::skip);
  const auto& push = std::get<WebhookRule>(triggers[2].rule);
  CHECK(push.form == WebhookForm::github);
  CHECK(push.secret == "PUSH_KEY");
  CHECK(std::get<WebhookRule>(triggers[3].rule).form == WebhookForm::geartrain);
  const auto& came = std::get<FileRule>(triggers[4].rule);
  CHECK(came.glob == "incoming/*.csv");
  CHECK(came.stable == std::chrono::seconds(5));
}

TEST_CASE("a trigger that can never fire is warned of") {
  const ReadResult result =
      read("triggers: {t: {schedule: \"0 0 29 2 *\", start: 2026-01-01, end: 2028-01-01}}");
  CHECK(result.pipeline);
  REQUIRE(result.problems.size() == 1);
  CHECK(result.problems[0].severity == Severity::warning);
  CHECK(result.problems[0].message == "trigger `t` never fires");
}

TEST_CASE("a pipeline has at most so many triggers") {
  const auto problems_of = [](std::size_t count) {
    std::string text = "triggers:\n";
    for (std::size_t i = 0; i < count; ++i) text += fmt::format("  t{}: {{every: 1h}}\n", i);
    return read(text).problems;
  };
  CHECK(problems_of(definition_limits::triggers_max).empty());
  const Problems problems = problems_of(definition_limits::triggers_max + 1);
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].hint == "the limit is triggers_max");
}

TEST_CASE("many unknown zones are refused quickly") {
  std::string text = "triggers:\n";
  for (std::size_t i = 0; i < definition_limits::triggers_max; ++i)
    text += fmt::format("  t{0}: {{every: 1h, timezone: Nowhere/{0}}}\n", i);
  CHECK(read(text).problems.size() == definition_limits::problems_max + 1);
}
