#include <array>
#include <utility>

#include "definition/pipeline.h"

namespace gt {
namespace {

template <typename Enum, std::size_t size>
using Words = std::array<std::pair<Enum, const char*>, size>;

constexpr Words<TriggerRule, 13> trigger_rules = {{
    {TriggerRule::all_success, "all_success"},
    {TriggerRule::all_failed, "all_failed"},
    {TriggerRule::all_done, "all_done"},
    {TriggerRule::all_done_min_one_success, "all_done_min_one_success"},
    {TriggerRule::all_done_setup_success, "all_done_setup_success"},
    {TriggerRule::all_skipped, "all_skipped"},
    {TriggerRule::always, "always"},
    {TriggerRule::none_failed, "none_failed"},
    {TriggerRule::none_failed_min_one_success, "none_failed_min_one_success"},
    {TriggerRule::none_skipped, "none_skipped"},
    {TriggerRule::one_done, "one_done"},
    {TriggerRule::one_failed, "one_failed"},
    {TriggerRule::one_success, "one_success"},
}};

constexpr Words<PriorityRule, 3> priority_rules = {{
    {PriorityRule::absolute, "absolute"},
    {PriorityRule::downstream, "downstream"},
    {PriorityRule::upstream, "upstream"},
}};

constexpr Words<Cause, 19> causes = {{
    {Cause::exit, "exit"},
    {Cause::signal, "signal"},
    {Cause::timeout, "timeout"},
    {Cause::out_of_memory, "out_of_memory"},
    {Cause::evicted, "evicted"},
    {Cause::image, "image"},
    {Cause::environment, "environment"},
    {Cause::modified_input, "modified_input"},
    {Cause::missing_output, "missing_output"},
    {Cause::invalid_output, "invalid_output"},
    {Cause::invalid_expression, "invalid_expression"},
    {Cause::lost, "lost"},
    {Cause::cancelled, "cancelled"},
    {Cause::run_timeout, "run_timeout"},
    {Cause::rejected, "rejected"},
    {Cause::marked, "marked"},
    {Cause::no_capacity, "no_capacity"},
    {Cause::upstream, "upstream"},
    {Cause::internal, "internal"},
}};

constexpr Words<Backoff, 3> backoffs = {{
    {Backoff::constant, "constant"},
    {Backoff::linear, "linear"},
    {Backoff::exponential, "exponential"},
}};

constexpr Words<ArtifactType, 5> artifact_types = {{
    {ArtifactType::file, "file"},
    {ArtifactType::dataset, "dataset"},
    {ArtifactType::model, "model"},
    {ArtifactType::metrics, "metrics"},
    {ArtifactType::report, "report"},
}};

constexpr Words<ValueType, 7> value_types = {{
    {ValueType::any, "any"},
    {ValueType::boolean, "boolean"},
    {ValueType::integer, "integer"},
    {ValueType::number, "number"},
    {ValueType::string, "string"},
    {ValueType::array, "array"},
    {ValueType::object, "object"},
}};

constexpr Words<MissingTime, 2> missing_times = {{
    {MissingTime::shift, "shift"},
    {MissingTime::skip, "skip"},
}};

constexpr Words<DuplicateTime, 3> duplicate_times = {{
    {DuplicateTime::first, "first"},
    {DuplicateTime::last, "last"},
    {DuplicateTime::both, "both"},
}};

constexpr Words<Catchup, 3> catchups = {{
    {Catchup::none, "none"},
    {Catchup::last, "last"},
    {Catchup::all, "all"},
}};

constexpr Words<Overlap, 3> overlaps = {{
    {Overlap::queue, "queue"},
    {Overlap::skip, "skip"},
    {Overlap::replace, "replace"},
}};

constexpr Words<RunEnd, 3> run_ends = {{
    {RunEnd::succeeded, "succeeded"},
    {RunEnd::failed, "failed"},
    {RunEnd::cancelled, "cancelled"},
}};

constexpr Words<WebhookForm, 3> webhook_forms = {{
    {WebhookForm::geartrain, "geartrain"},
    {WebhookForm::github, "github"},
    {WebhookForm::gitlab, "gitlab"},
}};

template <typename Enum, std::size_t size>
const char* word_for(const Words<Enum, size>& words, Enum value) {
  for (const auto& [known, word] : words) {
    if (known == value) return word;
  }
  return "";
}

constexpr Words<NotificationKind, 6> notification_kinds = {{
    {NotificationKind::failed, "failed"},
    {NotificationKind::succeeded, "succeeded"},
    {NotificationKind::recovered, "recovered"},
    {NotificationKind::cancelled, "cancelled"},
    {NotificationKind::deadline_missed, "deadline_missed"},
    {NotificationKind::approval_wanted, "approval_wanted"},
}};

constexpr Words<MailEncryption, 3> mail_encryptions = {{
    {MailEncryption::none, "none"},
    {MailEncryption::starttls, "starttls"},
    {MailEncryption::tls, "tls"},
}};

constexpr Words<Unmet, 2> unmets = {{{Unmet::fail, "fail"}, {Unmet::skip, "skip"}}};
constexpr Words<Overdue, 3> overdues = {
    {{Overdue::fail, "fail"}, {Overdue::skip, "skip"}, {Overdue::succeed, "succeed"}}};
constexpr Words<WaitMethod, 3> wait_methods = {
    {{WaitMethod::get, "GET"}, {WaitMethod::head, "HEAD"}, {WaitMethod::post, "POST"}}};
constexpr Words<RunFailure, 2> run_failures = {
    {{RunFailure::wait, "wait"}, {RunFailure::fail, "fail"}}};
constexpr Words<ApprovalDecision, 2> decisions = {
    {{ApprovalDecision::approve, "approve"}, {ApprovalDecision::reject, "reject"}}};

template <typename Enum, std::size_t size>
std::optional<Enum> value_for(const Words<Enum, size>& words, std::string_view text) {
  for (const auto& [known, word] : words) {
    if (word == text) return known;
  }
  return std::nullopt;
}

template <typename Enum, std::size_t size>
std::vector<std::string> all_words(const Words<Enum, size>& words) {
  std::vector<std::string> all;
  for (const auto& [known, word] : words) all.emplace_back(word);
  return all;
}

}  // namespace

const char* to_text(TriggerRule rule) { return word_for(trigger_rules, rule); }
const char* to_text(PriorityRule rule) { return word_for(priority_rules, rule); }
const char* to_text(Cause cause) { return word_for(causes, cause); }
const char* to_text(Backoff backoff) { return word_for(backoffs, backoff); }
const char* to_text(ArtifactType type) { return word_for(artifact_types, type); }
const char* to_text(ValueType type) { return word_for(value_types, type); }
const char* to_text(MissingTime missing) { return word_for(missing_times, missing); }
const char* to_text(DuplicateTime duplicate) { return word_for(duplicate_times, duplicate); }
const char* to_text(Catchup catchup) { return word_for(catchups, catchup); }
const char* to_text(Overlap overlap) { return word_for(overlaps, overlap); }
const char* to_text(RunEnd end) { return word_for(run_ends, end); }
const char* to_text(WebhookForm form) { return word_for(webhook_forms, form); }
const char* to_text(NotificationKind kind) { return word_for(notification_kinds, kind); }
const char* to_text(MailEncryption encryption) { return word_for(mail_encryptions, encryption); }
const char* to_text(Unmet unmet) { return word_for(unmets, unmet); }
const char* to_text(Overdue overdue) { return word_for(overdues, overdue); }
const char* to_text(WaitMethod method) { return word_for(wait_methods, method); }
const char* to_text(ApprovalDecision decision) { return word_for(decisions, decision); }

std::optional<TriggerRule> parse_trigger_rule(std::string_view text) {
  return value_for(trigger_rules, text);
}
std::optional<PriorityRule> parse_priority_rule(std::string_view text) {
  return value_for(priority_rules, text);
}
std::optional<Cause> parse_cause(std::string_view text) { return value_for(causes, text); }
std::optional<Backoff> parse_backoff(std::string_view text) { return value_for(backoffs, text); }
std::optional<ArtifactType> parse_artifact_type(std::string_view text) {
  return value_for(artifact_types, text);
}
std::optional<ValueType> parse_value_type(std::string_view text) {
  return value_for(value_types, text);
}
std::optional<MissingTime> parse_missing_time(std::string_view text) {
  return value_for(missing_times, text);
}
std::optional<DuplicateTime> parse_duplicate_time(std::string_view text) {
  return value_for(duplicate_times, text);
}
std::optional<Catchup> parse_catchup(std::string_view text) { return value_for(catchups, text); }
std::optional<Overlap> parse_overlap(std::string_view text) { return value_for(overlaps, text); }
std::optional<RunEnd> parse_run_end(std::string_view text) { return value_for(run_ends, text); }
std::optional<WebhookForm> parse_webhook_form(std::string_view text) {
  return value_for(webhook_forms, text);
}
std::optional<NotificationKind> parse_notification_kind(std::string_view text) {
  return value_for(notification_kinds, text);
}
std::optional<MailEncryption> parse_mail_encryption(std::string_view text) {
  return value_for(mail_encryptions, text);
}
std::optional<Unmet> parse_unmet(std::string_view text) { return value_for(unmets, text); }
std::optional<Overdue> parse_overdue(std::string_view text) { return value_for(overdues, text); }
std::optional<RunFailure> parse_run_failure(std::string_view text) {
  return value_for(run_failures, text);
}
std::optional<WaitMethod> parse_wait_method(std::string_view text) {
  return value_for(wait_methods, text);
}
std::optional<ApprovalDecision> parse_decision(std::string_view text) {
  return value_for(decisions, text);
}

std::vector<std::string> trigger_rule_words() { return all_words(trigger_rules); }
std::vector<std::string> priority_rule_words() { return all_words(priority_rules); }
std::vector<std::string> cause_words() { return all_words(causes); }
std::vector<std::string> backoff_words() { return all_words(backoffs); }
std::vector<std::string> artifact_type_words() { return all_words(artifact_types); }
std::vector<std::string> value_type_words() { return all_words(value_types); }
std::vector<std::string> missing_time_words() { return all_words(missing_times); }
std::vector<std::string> duplicate_time_words() { return all_words(duplicate_times); }
std::vector<std::string> catchup_words() { return all_words(catchups); }
std::vector<std::string> overlap_words() { return all_words(overlaps); }
std::vector<std::string> run_end_words() { return all_words(run_ends); }
std::vector<std::string> webhook_form_words() { return all_words(webhook_forms); }
std::vector<std::string> notification_kind_words() { return all_words(notification_kinds); }
std::vector<std::string> mail_encryption_words() { return all_words(mail_encryptions); }
std::vector<std::string> unmet_words() { return all_words(unmets); }
std::vector<std::string> overdue_words() { return all_words(overdues); }
std::vector<std::string> run_failure_words() { return all_words(run_failures); }
std::vector<std::string> wait_method_words() { return all_words(wait_methods); }
std::vector<std::string> decision_words() { return all_words(decisions); }

}  // namespace gt
