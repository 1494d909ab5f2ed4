#include "reproduce/examine.h"

#include <doctest/doctest.h>

using namespace gt;

namespace {

const Time noon = from_microseconds(1'764'331'200'000'000);  // 2025-11-28T12:00:00Z

/// A step whose result is a text, made by a function of the conditions and of how often it ran.
struct Work {
  std::function<std::string(const Conditions&, int)> text;
  int executions = 0, pauses = 0;

  Execution execute(const Conditions& conditions) {
    ++executions;
    const Time from = noon + std::chrono::seconds(executions);
    return Execution{{{OutputValue(text(conditions, executions))}, {}},
                     {from, from + std::chrono::milliseconds(10)},
                     fmt::format("attempt-{}", executions)};
  }

  Examination examine(const std::string& recorded, Depth depth = Depth::explain) {
    const Execution before{{{OutputValue(recorded)}, {}},
                           {noon - std::chrono::hours(100), noon - std::chrono::hours(99)},
                           "attempt-0"};
    auto examined = gt::examine(
        before,
        [this](const Conditions& conditions) -> Result<Execution> { return execute(conditions); },
        [this]() -> Result<void> {
          ++pauses;
          return {};
        },
        depth);
    REQUIRE(examined.ok());
    return *std::move(examined);
  }
};

std::string epoch(int execution) {
  return std::to_string(to_microseconds(noon) / 1'000'000 + execution);
}

}  // namespace

TEST_CASE("the same bytes need one execution") {
  Work step{[](const Conditions&, int) { return "x"; }};
  const Examination found = step.examine("x");
  CHECK(found.is_same);
  CHECK(found.executions == 1);
  CHECK_FALSE(found.finding.has_value());
}

TEST_CASE("without a wish for reasons one execution is enough for a difference, too") {
  Work step{[](const Conditions&, int n) { return std::to_string(n); }};
  const Examination found = step.examine("x", Depth::compare);
  CHECK_FALSE(found.is_same);
  CHECK(found.executions == 1);
}

TEST_CASE("a variable that settles it is the reason, certainly") {
  const auto finding = [](const std::function<bool(const Conditions&)>& settles) {
    Work step{[=](const Conditions& now, int n) {
      return settles(now) ? std::string("x") : fmt::format("y{}", n);
    }};
    return *step.examine("z").finding;
  };
  const Finding hash = finding([](const Conditions& now) { return now.fixed_hash_seed; });
  CHECK(hash.reason == Reason::order);
  CHECK(hash.sureness == Sureness::certain);
  CHECK(hash.explanation.contains("PYTHONHASHSEED"));
  const Finding threads = finding([](const Conditions& now) { return now.one_thread; });
  CHECK(threads.reason == Reason::threads);
  CHECK(threads.sureness == Sureness::certain);
  const Finding date = finding([](const Conditions& now) { return now.fixed_date; });
  CHECK(date.reason == Reason::time);
  CHECK(date.sureness == Sureness::certain);
  CHECK(finding([](const Conditions& now) {
          return now.fixed_hash_seed && now.one_thread;
        }).explanation.contains("together"));
}

TEST_CASE("what no variable settles is told by what the bytes look like") {
  Work time{[](const Conditions&, int n) { return "at " + epoch(n); }};
  CHECK(time.examine("at 1764000000").finding->reason == Reason::time);
  Work folder{[](const Conditions&, int n) { return fmt::format("in attempt-{}/x", n); }};
  CHECK(folder.examine("in attempt-0/x").finding->reason == Reason::folder);
  Work order{[](const Conditions&, int n) {
    return n % 2 == 0 ? std::string("a\nb\nc\n") : std::string("c\nb\na\n");
  }};
  CHECK(order.examine("b\na\nc\n").finding->reason == Reason::order);
  Work seed{[](const Conditions&, int n) { return fmt::format("0.{}", n * 7919); }};
  const Finding finding = *seed.examine("0.1").finding;
  CHECK(finding.reason == Reason::seed);
  CHECK(finding.sureness == Sureness::possible);
}

TEST_CASE("a time is not taken for an order, though executions may agree by luck") {
  Work work{
      [](const Conditions& now, int n) { return "at " + epoch(now.fixed_hash_seed ? 9 : n); }};
  const Finding finding = *work.examine("at 1764000000").finding;
  CHECK(finding.reason == Reason::time);
  CHECK(finding.sureness == Sureness::likely);
  CHECK(work.pauses > 1);
}

TEST_CASE("what is always the same now, and was other, has changed outside") {
  Work step{[](const Conditions&, int) { return "new"; }};
  const Finding finding = *step.examine("old").finding;
  CHECK(finding.reason == Reason::world);
  CHECK(finding.explanation.starts_with("3 executions now agree"));
  Work date{[](const Conditions&, int) { return "made on 2025-11-28"; }};
  CHECK(date.examine("made on 2025-11-24").finding->reason == Reason::time);
}

TEST_CASE("the first difference is named by its line") {
  Work step{[](const Conditions&, int) { return "a\nc"; }};
  const auto difference = step.examine("a\nb").difference;
  REQUIRE(difference.has_value());
  CHECK(difference->output == 0);
  CHECK(difference->what == "the value differs");
}
