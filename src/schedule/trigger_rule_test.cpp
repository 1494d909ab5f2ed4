#include "schedule/trigger_rule.h"

#include <doctest/doctest.h>
#include <map>
#include <string>
#include <vector>

using namespace gt;

namespace {

UpstreamCounts counts(std::uint32_t total, const std::string& ended) {
  UpstreamCounts counts;
  counts.total = total;
  for (const char letter : ended) {
    switch (letter) {
      case 's':
        counts.add(TaskState::succeeded);
        break;
      case 'c':
        counts.add(TaskState::cached);
        break;
      case 'f':
        counts.add(TaskState::failed);
        break;
      case 'u':
        counts.add(TaskState::upstream_failed);
        break;
      case 'k':
        counts.add(TaskState::skipped);
        break;
      case 'x':
        counts.add(TaskState::cancelled);
        break;
      default:
        FAIL("unknown letter");
    }
  }
  return counts;
}

struct Case {
  const char* ended;  // two upstream instances; a missing letter has not ended
  Verdict verdict;
};

constexpr Verdict wait = Verdict::wait, run = Verdict::run, skip = Verdict::skip,
                  failed = Verdict::upstream_failed;

}  // namespace

TEST_CASE("each trigger rule judges two upstream instances as Airflow does") {
  const std::map<TriggerRule, std::vector<Case>> table = {
      {TriggerRule::all_success,
       {{"", wait},
        {"s", wait},
        {"ss", run},
        {"sc", run},
        {"f", failed},
        {"sf", failed},
        {"u", failed},
        {"x", failed},
        {"k", wait},
        {"sk", skip},
        {"kf", failed}}},
      {TriggerRule::all_failed,
       {{"", wait}, {"f", wait}, {"ff", run}, {"fu", run}, {"s", skip}, {"k", skip}}},
      {TriggerRule::all_done, {{"s", wait}, {"sf", run}, {"kk", run}, {"uf", run}}},
      {TriggerRule::all_done_min_one_success,
       {{"s", wait}, {"sf", run}, {"ss", run}, {"ff", failed}, {"sk", skip}, {"k", skip}}},
      {TriggerRule::all_done_setup_success, {{"s", wait}, {"sf", run}}},
      {TriggerRule::all_skipped, {{"k", wait}, {"kk", run}, {"s", skip}, {"f", skip}, {"u", skip}}},
      {TriggerRule::always, {{"", run}, {"ff", run}}},
      {TriggerRule::none_failed,
       {{"s", wait}, {"sk", run}, {"kk", run}, {"ss", run}, {"f", failed}, {"u", failed}}},
      {TriggerRule::none_failed_min_one_success,
       {{"s", wait}, {"sk", run}, {"kk", skip}, {"f", failed}, {"ss", run}}},
      {TriggerRule::none_skipped, {{"s", wait}, {"sf", run}, {"k", skip}, {"uf", run}}},
      {TriggerRule::one_done,
       {{"", wait}, {"s", run}, {"f", run}, {"k", wait}, {"kk", skip}, {"uu", skip}}},
      {TriggerRule::one_failed,
       {{"", wait}, {"s", wait}, {"f", run}, {"u", run}, {"ss", skip}, {"sk", skip}}},
      {TriggerRule::one_success,
       {{"", wait}, {"f", wait}, {"s", run}, {"ff", failed}, {"kk", skip}, {"fk", failed}}},
  };
  CHECK(table.size() == 13);
  for (const auto& [rule, cases] : table)
    for (const Case& expected : cases) {
      CAPTURE(to_text(rule));
      CAPTURE(expected.ended);
      CHECK(judge(rule, counts(2, expected.ended)) == expected.verdict);
    }
}

TEST_CASE("a teardown asks for one setup that has succeeded, once all has ended") {
  const auto judged = [](const std::string& setups) {
    return judge(TriggerRule::all_done_setup_success, counts(3, "sfk"), counts(2, setups));
  };
  CHECK(judged("sf") == run);
  CHECK(judged("ks") == run);
  CHECK(judged("fk") == failed);
  CHECK(judged("fx") == failed);
  CHECK(judged("kk") == skip);
  CHECK(judge(TriggerRule::all_done_setup_success, counts(3, "sf"), counts(1, "s")) == wait);
}

TEST_CASE("a task without upstream tasks starts under every rule that does not ask for a skip") {
  for (const TriggerRule rule :
       {TriggerRule::all_success, TriggerRule::all_failed, TriggerRule::all_done,
        TriggerRule::all_done_min_one_success, TriggerRule::all_done_setup_success,
        TriggerRule::all_skipped, TriggerRule::always, TriggerRule::none_failed,
        TriggerRule::none_failed_min_one_success, TriggerRule::none_skipped, TriggerRule::one_done,
        TriggerRule::one_failed, TriggerRule::one_success}) {
    CAPTURE(to_text(rule));
    CHECK(judge(rule, UpstreamCounts{}) == Verdict::run);
  }
}
