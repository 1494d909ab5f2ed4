#include "definition/read_triggers.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <map>
#include <span>

#include "base/glob.h"
#include "base/text.h"
#include "definition/fields.h"
#include "definition/limits.h"
#include "definition/problems.h"
#include "definition/read_arguments.h"
#include "definition/read_assets.h"
#include "definition/read_condition.h"
#include "expression/source_text.h"

namespace gt {
namespace {

using ScheduleRule = decltype(WrittenSchedule::rule);
using Rule = decltype(Trigger::rule);

/// Each names what fires a trigger, and goes with some of the other keys.
constexpr auto rule_keys =
    std::to_array<const char*>({"schedule", "every", "pipeline", "webhook", "file", "assets"});
constexpr auto schedule_keys = std::to_array<const char*>(
    {"timezone", "start", "end", "missing", "duplicate", "catchup", "catchup_max"});

constexpr const char* form = "a mapping, as in {schedule: \"0 6 1 * *\"}";

/// To open one takes half a millisecond, and triggers of a file share few.
using Zones = std::map<std::string, Result<Zone>>;

class TriggerReader {
 public:
  TriggerReader(YamlNode node, std::string what, Zones& zones, Problems& problems)
      : node_(node), what_(std::move(what)), zones_(zones), problems_(problems) {}

  /// Where it could not be read, another one.
  Rule read_rule();
  void read_runs(Trigger& trigger);

 private:
  void add(YamlNode at, std::string message, std::string expected = {}, std::string hint = {}) {
    problems_.push_back(
        error_problem(at.position(), std::move(message), std::move(expected), std::move(hint)));
  }

  /// The one key of rule_keys that is there; nullptr: there is none, or more than one.
  const char* find_rule(bool is_known);
  WrittenSchedule read_schedule(const char* key);
  std::optional<ScheduleRule> read_schedule_rule(const char* key);
  RunEndRule read_run_end();
  WebhookRule read_webhook();
  FileRule read_file();
  void refuse(std::span<const char* const> keys, const char* rule, const char* expected);
  std::optional<Cron> read_cron(YamlNode node);
  std::optional<Duration> read_interval(YamlNode node);
  std::optional<WrittenTime> read_time(const char* key);
  void read_policies(WrittenSchedule& schedule);
  bool read_zone(WrittenSchedule& schedule);
  void add_zone_problem(const Error& error);
  void check_span(const WrittenSchedule& schedule);
  void check_fires(const WrittenSchedule& schedule, const Zone& zone);
  bool is_clean() const { return problems_.size() == problems_before_; }

  YamlNode node_;
  std::string what_;
  Zones& zones_;
  Problems& problems_;
  std::size_t problems_before_ = problems_.size();
};

Rule TriggerReader::read_rule() {
  const bool is_known = check_keys(node_, trigger_keys, what_, problems_);
  const char* const key = find_rule(is_known);
  const std::string_view rule = key == nullptr ? "" : key;
  if (rule != "pipeline") refuse(std::array{"states"}, key, "a `pipeline`");
  if (rule != "file") refuse(std::array{"stable"}, key, "a `file`");
  if (rule.empty() || rule == "schedule" || rule == "every") {
    refuse(std::array{"if"}, key, "an event: a `pipeline`, a `webhook`, a `file` or `assets`");
    return read_schedule(key);
  }
  refuse(schedule_keys, key, "a `schedule`");
  if (rule == "pipeline") return read_run_end();
  if (rule == "webhook") return read_webhook();
  if (rule == "assets") return read_asset_rule(*node_.find("assets"), problems_);
  return read_file();
}

const char* TriggerReader::find_rule(bool is_known) {
  const char* found = nullptr;
  for (const char* const key : rule_keys) {
    const auto node = node_.find(key);
    if (!node) continue;
    if (found != nullptr) {
      add(*node, fmt::format("{} has both `{}` and `{}`", what_, found, key), "one of them");
      return nullptr;
    }
    found = key;
  }
  // A key that is unknown may have been meant.
  if (found == nullptr && is_known && !node_.is_incomplete())
    add(node_, fmt::format("{} has no `schedule`", what_),
        "`schedule`, `every`, `pipeline`, `webhook`, `file` or `assets`");
  return found;
}

void TriggerReader::refuse(std::span<const char* const> keys, const char* rule,
                           const char* expected) {
  for (const char* const key : keys)
    if (const auto node = node_.find(key); node && rule != nullptr)
      add(*node, fmt::format("`{}` says nothing about `{}`", key, rule), expected);
}

WrittenSchedule TriggerReader::read_schedule(const char* key) {
  auto rule = read_schedule_rule(key);
  // The rest is read for its problems all the same.
  WrittenSchedule schedule{.rule = rule ? std::move(*rule)
                                        : ScheduleRule(Duration(std::chrono::hours(1)))};
  schedule.start = read_time("start");
  schedule.end = read_time("end");
  read_policies(schedule);
  // Without a span it fires for certain, and what its zone does need not be known.
  if (read_zone(schedule) && (schedule.start || schedule.end)) check_span(schedule);
  return schedule;
}

std::optional<ScheduleRule> TriggerReader::read_schedule_rule(const char* key) {
  if (key == nullptr) return std::nullopt;
  const YamlNode node = *node_.find(key);
  if (key == std::string_view("schedule")) {
    if (auto cron = read_cron(node)) return std::move(*cron);
  } else if (const auto interval = read_interval(node)) {
    return *interval;
  }
  return std::nullopt;
}

RunEndRule TriggerReader::read_run_end() {
  RunEndRule rule;
  if (auto name = read_name(*node_.find("pipeline"), "`pipeline`", problems_))
    rule.pipeline = std::move(*name);
  const auto states = node_.find("states");
  if (!states) return rule;
  rule.states.clear();
  for_each_text(*states, "`states`", problems_, [&](YamlNode node, const std::string& word) {
    const auto end = parse_run_end(word);
    if (!end)
      add_unknown_word(node, "`states`", run_end_words(), problems_);
    else if (std::ranges::find(rule.states, *end) == rule.states.end())
      rule.states.push_back(*end);
  });
  if (rule.states.empty() && is_clean())
    add(*states, "`states` names none", fmt::format("{}", fmt::join(run_end_words(), ", ")));
  return rule;
}

WebhookRule TriggerReader::read_webhook() {
  WebhookRule rule;
  const YamlNode node = *node_.find("webhook");
  if (!node.is(YamlKind::mapping)) {
    add_wrong_kind(node, "`webhook`", "a mapping, as in {secret: PUSH_KEY}", problems_);
    return rule;
  }
  check_keys(node, webhook_keys, "`webhook`", problems_);
  if (const auto word = node.find("form"))
    rule.form = read_word(*word, "`form`", parse_webhook_form, webhook_form_words(), problems_)
                    .value_or(WebhookForm::geartrain);
  if (const auto secret = node.find("secret"))
    rule.secret = read_name(*secret, "secret", problems_).value_or("");
  return rule;
}

FileRule TriggerReader::read_file() {
  FileRule rule;
  const YamlNode node = *node_.find("file");
  if (auto text = read_text(node, "`file`", problems_)) {
    // An absolute one is one from the root.
    const std::string_view path = std::string_view(*text).substr(text->starts_with('/') ? 1 : 0);
    if (const auto glob = Glob::parse_selection(path); !glob)
      add(node, fmt::format("`file`: {}", glob.error().message), "a path, as in incoming/*.csv",
          glob.error().hint);
    rule.glob = std::move(*text);
  }
  if (const auto stable = node_.find("stable"))
    rule.stable = read_duration(*stable, "`stable`", problems_).value_or(FileRule::default_stable);
  return rule;
}

std::optional<Cron> TriggerReader::read_cron(YamlNode node) {
  const auto text = read_text(node, "`schedule`", problems_);
  if (!text) return std::nullopt;
  auto cron = Cron::parse(*text);
  if (cron) return *std::move(cron);
  const auto offset = offset_of_cron_error(cron.error());
  problems_.push_back(error_problem(
      offset ? SourceText(*text, node.origin()).position_at(*offset) : node.position(),
      fmt::format("`schedule`: {}", cron.error().message), "", cron.error().hint));
  return std::nullopt;
}

std::optional<Duration> TriggerReader::read_interval(YamlNode node) {
  const auto every = read_duration(node, "`every`", problems_);
  if (!every) return std::nullopt;
  if (*every >= std::chrono::seconds(1)) return every;
  add(node, "`every` is shorter than a second", "10m, 1h30m, 1d");
  return std::nullopt;
}

std::optional<WrittenTime> TriggerReader::read_time(const char* key) {
  const auto node = node_.find(key);
  const auto text = node ? read_text(*node, fmt::format("`{}`", key), problems_) : std::nullopt;
  if (!text) return std::nullopt;
  const auto time = parse_written_time(*text);
  if (!time)
    add(*node, fmt::format("`{}` is `{}`", key, printable(*text)),
        "a date, or a date and a time, as in 2026-11-23 or 2026-11-23T06:00");
  return time;
}

void TriggerReader::read_policies(WrittenSchedule& schedule) {
  const auto missing = node_.find("missing"), duplicate = node_.find("duplicate");
  if (missing)
    schedule.missing =
        read_word(*missing, "`missing`", parse_missing_time, missing_time_words(), problems_);
  if (duplicate)
    schedule.duplicate = read_word(*duplicate, "`duplicate`", parse_duplicate_time,
                                   duplicate_time_words(), problems_);
  if (!node_.find("every")) return;
  for (const auto& [name, policy] : {std::pair("missing", missing), {"duplicate", duplicate}})
    if (policy)
      add(*policy, fmt::format("`{}` says nothing about `every`", name), "a `schedule`",
          "an interval does not ask what the clocks show");
}

/// Whether there is such a zone.
bool TriggerReader::read_zone(WrittenSchedule& schedule) {
  if (const auto node = node_.find("timezone")) {
    auto name = read_text(*node, "`timezone`", problems_);
    // To look for what was meant takes long, and what is not shown needs none.
    if (!name || problems_.size() > definition_limits::problems_max) return false;
    schedule.timezone = std::move(*name);
  }
  const auto found = Zone::check(schedule.timezone);
  if (!found) add_zone_problem(found.error());
  return found.ok();
}

void TriggerReader::add_zone_problem(const Error& error) {
  problems_.push_back(
      {.severity = error.code == Errc::invalid ? Severity::error : Severity::warning,
       .position = node_.find("timezone").value_or(node_).position(),
       .message = fmt::format("`timezone`: {}", error.message),
       .expected = {},
       .hint = error.hint});
}

void TriggerReader::check_span(const WrittenSchedule& schedule) {
  auto known = zones_.find(schedule.timezone);
  if (known == zones_.end())
    known = zones_.emplace(schedule.timezone, Zone::open(schedule.timezone)).first;
  const Result<Zone>& zone = known->second;
  if (!zone) return add_zone_problem(zone.error());
  if (schedule.start) {
    const Time start = instant_of(*schedule.start, *zone);
    if (start >= calendar_end)
      add(*node_.find("start"), "`start` lies beyond the year 2399", "an earlier date");
    else if (schedule.end && instant_of(*schedule.end, *zone) <= start)
      add(*node_.find("end"), "`end` is not after `start`", "a later date");
  }
  if (is_clean()) check_fires(schedule, *zone);
}

void TriggerReader::check_fires(const WrittenSchedule& schedule, const Zone& zone) {
  const auto placed = place_schedule(schedule, zone);
  if (!placed) {
    add(node_, fmt::format("{}: {}", what_, placed.error().message), "", placed.error().hint);
  } else if (!placed->schedule.next_firing(calendar_begin)) {
    problems_.push_back(warning_problem(node_.position(), fmt::format("{} never fires", what_),
                                        "no time of it lies between its `start` and its `end`"));
  }
}

void TriggerReader::read_runs(Trigger& trigger) {
  std::optional<Catchup> catchup = Catchup::none;
  if (const auto node = node_.find("catchup"))
    catchup = read_word(*node, "`catchup`", parse_catchup, catchup_words(), problems_);
  trigger.catchup = catchup.value_or(Catchup::none);
  if (const auto node = node_.find("catchup_max")) {
    trigger.catchup_max =
        read_integer(*node, "`catchup_max`", 1, definition_limits::catchup_runs_max, problems_)
            .value_or(Trigger::catchup_runs);
    if (catchup && *catchup != Catchup::all)
      add(*node, "`catchup_max` without `catchup: all`", "`catchup: all`");
  }
  if (const auto node = node_.find("overlap"))
    trigger.overlap = read_word(*node, "`overlap`", parse_overlap, overlap_words(), problems_)
                          .value_or(Overlap::queue);
}

}  // namespace

std::vector<Trigger> read_triggers(YamlNode node, Damage& damage, Problems& problems) {
  using definition_limits::triggers_max;
  std::vector<Trigger> triggers;
  if (!node.is(YamlKind::mapping)) {
    add_wrong_kind(node, "`triggers`", "a mapping of names to triggers", problems);
    return triggers;
  }
  if (node.size() > triggers_max) {
    problems.push_back(error_problem(node.position(),
                                     fmt::format("more than {} triggers", triggers_max), "fewer",
                                     "the limit is triggers_max"));
    return triggers;
  }
  Zones zones;
  for (const YamlEntry entry : node.entries()) {
    const auto name = read_name(entry.key, "trigger name", problems);
    const std::string what = fmt::format("trigger `{}`", printable(entry.key.text()));
    if (!entry.value.is(YamlKind::mapping)) {
      add_wrong_kind(entry.value, what, form, problems);
      continue;
    }
    TriggerReader reader(entry.value, what, zones, problems);
    Trigger trigger{.name = name.value_or(""),
                    .rule = reader.read_rule(),
                    .condition = {},
                    .condition_position = {},
                    .params = {},
                    .position = entry.key.position()};
    reader.read_runs(trigger);
    if (const auto condition = entry.value.find("if")) {
      trigger.condition = read_condition(*condition, problems);
      trigger.condition_position = condition->position();
    }
    if (const auto params = entry.value.find("params"))
      trigger.params = read_arguments(*params, damage, problems);
    triggers.push_back(std::move(trigger));
  }
  return triggers;
}

}  // namespace gt
