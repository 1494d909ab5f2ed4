#include "definition/keys.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "base/text.h"
#include "definition/golden_test.h"
#include "definition/pipeline.h"

using namespace gt;

namespace {

/// The part of a Markdown text below a heading, up to the next one.
std::string section(const std::string& text, const std::string& heading) {
  const std::size_t start = text.find("# " + heading + "\n");
  REQUIRE_MESSAGE(start != std::string::npos, heading);
  const std::size_t end = text.find("\n#", start);
  return text.substr(start, end - start);
}

std::string reference_text() {
  return read_source_file("docs/reference/pipeline-file.md") +
         read_source_file("docs/reference/triggers.md") +
         read_source_file("docs/reference/waits.md") +
         read_source_file("docs/reference/notifications.md");
}

}  // namespace

TEST_CASE("the reference of the file format has every key, and no other") {
  const std::string text = reference_text();
  const std::vector<std::pair<const KeyTable*, std::string>> sections = {
      {&pipeline_keys, "Pipeline"},
      {&fragment_keys, "Include"},
      {&parameter_keys, "Parameter"},
      {&environment_keys, "Environment"},
      {&python_keys, "Python environment"},
      {&step_keys, "Step"},
      {&defaults_keys, "Defaults"},
      {&group_step_keys, "Step with a group"},
      {&pipeline_step_keys, "Step with a pipeline"},
      {&wait_step_keys, "Step with a wait"},
      {&wait_keys, "Wait"},
      {&approve_step_keys, "Step with an approval"},
      {&approve_keys, "Approve"},
      {&group_keys, "Inside a group"},
      {&input_keys, "Input"},
      {&output_keys, "Output"},
      {&retry_keys, "Retry"},
      {&group_retry_keys, "Retry of a group"},
      {&grow_keys, "Grow"},
      {&resources_keys, "Resources"},
      {&cache_keys, "Cache"},
      {&teardown_keys, "Teardown"},
      {&trigger_keys, "Triggers"},
      {&webhook_keys, "Webhook"},
      {&asset_rule_keys, "Assets"},
      {&notify_keys, "Notify"},
      {&receivers_keys, "Receivers"},
      {&receiver_keys, "Receiver"},
      {&webhook_receiver_keys, "Receiver by webhook"},
      {&slack_receiver_keys, "Receiver by Slack"},
      {&mail_receiver_keys, "Receiver by mail"},
  };
  // The one that both files have counts once.
  CHECK(sections.size() == key_tables().size() + receivers_key_tables().size() - 1);
  for (const auto& [table, heading] : sections) {
    CAPTURE(heading);
    const std::string part = section(text, heading);
    std::size_t rows = 0;
    for (const std::string_view line : split(part, '\n')) rows += line.starts_with("| `");
    CHECK(rows == table->keys.size());
    for (const Key& key : table->keys) {
      CAPTURE(key.name);
      CHECK(part.find(fmt::format("| `{}` |", key.name)) != std::string::npos);
    }
  }
}

TEST_CASE("the reference names every rule, backoff, type and policy") {
  const std::string text = reference_text();
  for (const auto& words :
       {trigger_rule_words(), priority_rule_words(), backoff_words(), artifact_type_words(),
        value_type_words(), missing_time_words(), duplicate_time_words(), catchup_words(),
        overlap_words(), run_end_words(), webhook_form_words(), unmet_words(), decision_words(),
        notification_kind_words(), mail_encryption_words()}) {
    for (const std::string& word : words) {
      CAPTURE(word);
      CHECK(text.find("`" + word + "`") != std::string::npos);
    }
  }
}

TEST_CASE("words of the file are read as they are written") {
  for (const std::string& word : trigger_rule_words())
    CHECK(to_text(*parse_trigger_rule(word)) == word);
  for (const std::string& word : priority_rule_words())
    CHECK(to_text(*parse_priority_rule(word)) == word);
  for (const std::string& word : cause_words()) CHECK(to_text(*parse_cause(word)) == word);
  for (const std::string& word : backoff_words()) CHECK(to_text(*parse_backoff(word)) == word);
  for (const std::string& word : artifact_type_words())
    CHECK(to_text(*parse_artifact_type(word)) == word);
  for (const std::string& word : value_type_words())
    CHECK(to_text(*parse_value_type(word)) == word);
  for (const std::string& word : missing_time_words())
    CHECK(to_text(*parse_missing_time(word)) == word);
  for (const std::string& word : duplicate_time_words())
    CHECK(to_text(*parse_duplicate_time(word)) == word);
  for (const std::string& word : catchup_words()) CHECK(to_text(*parse_catchup(word)) == word);
  for (const std::string& word : overlap_words()) CHECK(to_text(*parse_overlap(word)) == word);
  CHECK_FALSE(parse_cause("oom"));
  CHECK(to_text(TriggerRule::none_failed_min_one_success) ==
        std::string("none_failed_min_one_success"));
}

TEST_CASE("words of other tools lead to keys that exist") {
  for (const char* word : {"depends_on", "command", "retries", "parameters", "when", "strategy"}) {
    CAPTURE(word);
    const auto key = familiar_key(word);
    CHECK((pipeline_keys.find(key) || step_keys.find(key)));
  }
  CHECK(familiar_key("needs").empty());
}
