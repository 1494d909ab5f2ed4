#include "cli/schedule_request.h"

#include <algorithm>

#include "base/text.h"
#include "cli/pipeline_source.h"

namespace gt {

namespace {

using Schedules = std::vector<NamedSchedule>;

Error usage(std::string message) {
  return {Errc::invalid, std::move(message), "`geartrain schedule simulate --help` describes it"};
}

template <typename Enum>
Result<std::optional<Enum>> read_word(const char* flag, const std::optional<std::string>& given,
                                      std::optional<Enum> (*parse)(std::string_view),
                                      const std::vector<std::string>& words) {
  if (!given) return std::optional<Enum>();
  if (const auto value = parse(*given)) return value;
  return usage(fmt::format("{} is one of {}, not {}", flag, fmt::join(words, ", "),
                           shell_quoted(printable(*given))));
}

Result<std::optional<WrittenTime>> read_time(const char* flag,
                                             const std::optional<std::string>& given) {
  if (!given) return std::optional<WrittenTime>();
  if (const auto time = parse_written_time(*given)) return time;
  return Error{Errc::invalid,
               fmt::format("{}: {} is no time", flag, shell_quoted(printable(*given))),
               "such as 2026-11-23, 2026-11-23T06:00 or 2026-11-23T06:00Z"};
}

Result<decltype(WrittenSchedule::rule)> read_rule(const ScheduleRequest& request) {
  if (request.schedule && request.every) return usage("--schedule and --every do not go together");
  if (request.every) return {TRY(parse_duration(*request.every).context("--every"))};
  return {TRY(Cron::parse(*request.schedule).context("--schedule"))};
}

Result<NamedSchedule> own_schedule(const ScheduleRequest& request) {
  if (request.file || request.trigger)
    return usage("a schedule of the command line does not go with FILE or --trigger");
  if (request.every && (request.missing || request.duplicate))
    return usage("--missing and --duplicate do not go with --every, which does not ask the clocks");
  auto rule = TRY(read_rule(request));
  WrittenSchedule written{.rule = std::move(rule)};
  written.timezone = request.timezone.value_or(written.timezone);
  written.start = TRY(read_time("--start", request.start));
  written.end = TRY(read_time("--end", request.end));
  written.missing =
      TRY(read_word("--missing", request.missing, parse_missing_time, missing_time_words()));
  written.duplicate = TRY(
      read_word("--duplicate", request.duplicate, parse_duplicate_time, duplicate_time_words()));
  const auto overlap = TRY(read_word("--overlap", request.overlap, parse_overlap, overlap_words()));
  PlacedSchedule placed = TRY(place_schedule(written));
  return NamedSchedule{
      .trigger = "", .placed = std::move(placed), .overlap = overlap.value_or(Overlap::queue)};
}

Error unknown_trigger(const Pipeline& pipeline, const std::string& name) {
  std::vector<std::string> names;
  for (const Trigger& trigger : pipeline.triggers) names.push_back(trigger.name);
  Error problem = error(Errc::not_found, "pipeline {} has no trigger {}", pipeline.name,
                        shell_quoted(printable(name)));
  const auto near = nearest(name, names);
  if (near)
    problem.hint = fmt::format("did you mean {}?", *near);
  else if (!names.empty())
    problem.hint = fmt::format("there are {}", fmt::join(names, ", "));
  return problem;
}

Result<Schedules> schedules_of(const Pipeline& pipeline, const std::optional<std::string>& wanted) {
  Schedules schedules;
  for (const Trigger& trigger : pipeline.triggers) {
    if (wanted && *wanted != trigger.name) continue;
    if (wanted && trigger.schedule() == nullptr)
      return error(Errc::invalid, "trigger {} has no schedule: an event fires it", trigger.name);
    if (trigger.schedule() == nullptr) continue;
    PlacedSchedule placed =
        TRY(place_schedule(*trigger.schedule()).context("trigger {}", trigger.name));
    schedules.push_back(
        {.trigger = trigger.name, .placed = std::move(placed), .overlap = trigger.overlap});
  }
  if (wanted && schedules.empty()) return unknown_trigger(pipeline, *wanted);
  return schedules;
}

}  // namespace

void declare(Options& options, ScheduleRequest& request) {
  options.argument("FILE", request.file, Need::optional,
                   "The pipeline file whose triggers are looked at; else the project's "
                   "pipeline.yaml.");
  options.option("--trigger", "TRIGGER", request.trigger, "Only this one of the file.");
  options.option("--schedule", "CRON", request.schedule,
                 "In place of a file: a cron expression, as `schedule` of a trigger.");
  options.option("--every", "DURATION", request.every,
                 "In place of a file: an interval, as `every` of a trigger.");
  options.option("--timezone", "ZONE", request.timezone,
                 "With --schedule or --every: whose clocks count; UTC without it.");
  options.option("--start", "TIME", request.start,
                 "With --schedule or --every: from when it fires, in its zone.");
  options.option("--end", "TIME", request.end,
                 "With --schedule or --every: before when it fires, in its zone.");
  options.option("--missing", "POLICY", request.missing,
                 "With --schedule: a time that the clocks skip is `shift`ed to the first instant "
                 "after it, or `skip`ped.");
  options.option("--duplicate", "POLICY", request.duplicate,
                 "With --schedule: a time that the clocks show twice fires at the `first`, the "
                 "`last`, or `both`.");
  options.option(
      "--overlap", "POLICY", request.overlap,
      "With --schedule or --every, for --duration: the later run is `queue`d, `skip`ped, "
      "or `replace`s the earlier one.");
}

Result<std::optional<Schedules>> find_schedules(Session& session, const ScheduleRequest& request) {
  if (request.is_own()) {
    Schedules schedules;
    schedules.push_back(TRY(own_schedule(request)));
    return std::optional(std::move(schedules));
  }
  for (const auto& [flag, value] : {std::pair("--timezone", &request.timezone),
                                    {"--start", &request.start},
                                    {"--end", &request.end},
                                    {"--missing", &request.missing},
                                    {"--duplicate", &request.duplicate},
                                    {"--overlap", &request.overlap}})
    if (*value) return usage(fmt::format("{} goes with --schedule or --every only", flag));
  const Project project = TRY(find_project(session));
  PipelineText text = TRY(find_pipeline_text(session, project, request.file));
  const auto source = TRY(load_pipeline(session, std::move(text)));
  if (!source) return std::optional<Schedules>();
  return std::optional(TRY(schedules_of(*source->pipeline, request.trigger)));
}

}  // namespace gt
