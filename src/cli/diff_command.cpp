#include "base/text.h"
#include "cli/commands.h"
#include "cli/run_difference.h"
#include "cli/run_text.h"
#include "cli/table.h"

namespace gt {

namespace {

const Example examples[] = {
    {"geartrain diff flights/11 latest", "what is other in the newest run"},
    {"geartrain diff 11 12 --patch | git apply -R", "make the source as it was for the older one"},
    {"geartrain diff 11 12 --exit-code", "ends with 4 if anything but the time differs, for CI"},
};

constexpr std::size_t tasks_shown_max = 3;

class DifferenceText {
 public:
  DifferenceText(const Console& console, const RunDifference& difference)
      : console_(console), difference_(difference) {}

  std::string text() && {
    if (!difference_.parameters.empty()) add_parameters();
    if (!difference_.pipeline_patch.empty()) {
      begin("pipeline");
      text_ += painted(difference_.pipeline_patch);
    }
    add_source();
    add_facts("environment", difference_.environment);
    add_facts("inputs", difference_.inputs);
    add_facts("commands", difference_.other);
    if (!difference_.metrics.empty()) add_metrics();
    add_steps();
    return std::move(text_);
  }

  /// Pipeline and source only: for programs that apply patches.
  std::string patch() && {
    text_ = painted(difference_.pipeline_patch);
    if (difference_.source)
      for (const FileDifference& file : *difference_.source)
        if (file.patch) text_ += painted(*file.patch);
    return std::move(text_);
  }

 private:
  void begin(std::string_view title) {
    text_ += (text_.empty() ? "" : "\n") + console_.painted(Tone::strong, title) + "\n";
  }

  std::string painted(const std::string& patch) const {
    if (!console_.facts().output.has_colors) return patch;
    std::string text;
    for (const auto line : split(patch, '\n')) {
      const Tone tone = line.starts_with("+++") || line.starts_with("---") ? Tone::strong
                        : line.starts_with('+')                            ? Tone::good
                        : line.starts_with('-')                            ? Tone::bad
                        : line.starts_with("@@")                           ? Tone::faint
                                                                           : Tone::plain;
      if (!line.empty()) text += console_.painted(tone, line) + "\n";
    }
    return text;
  }

  void add_parameters() {
    begin("parameters");
    for (const ParameterDifference& one : difference_.parameters)
      text_ += fmt::format("  {}: {} → {}\n", one.name, side_text(one.value.from),
                           side_text(one.value.to));
  }

  static std::string side_text(const std::optional<Json>& value) {
    return value ? printable(compact_json(*value)) : "none";
  }

  void add_source() {
    if (difference_.source && difference_.source->empty()) return;
    begin("source");
    if (!difference_.source) {
      text_ += "  differs, but which files there were is not kept\n";
      return;
    }
    for (const FileDifference& file : *difference_.source) {
      if (file.patch && !file.patch->empty()) {
        text_ += painted(*file.patch);
        continue;
      }
      const char* const what = !file.content.from ? "is new"
                               : !file.content.to ? "is gone"
                                                  : "differs";
      text_ += fmt::format("  {} {}{}\n", printable(file.path), what,
                           file.patch ? "" : "; it is no text, or was not kept");
    }
  }

  void add_facts(const char* title, const std::vector<FactDifference>& facts) {
    if (facts.empty()) return;
    begin(title);
    for (const FactDifference& fact : facts) {
      std::string tasks;
      for (std::size_t i = 0; i < fact.tasks.size() && i < tasks_shown_max; ++i)
        tasks += (i == 0 ? "" : ", ") + fact.tasks[i];
      if (fact.tasks.size() > tasks_shown_max)
        tasks += fmt::format(" and {} more", fact.tasks.size() - tasks_shown_max);
      text_ += fmt::format("  {} {}\n", printable(fact.change),
                           console_.painted(Tone::faint, fmt::format("({})", tasks)));
    }
  }

  void add_metrics() {
    begin("metrics");
    Table table({"metric", "from", "to", "change"});
    for (const MetricDifference& one : difference_.metrics) {
      const auto& [from, to] = one.value;
      table.add({{printable(one.label)},
                 {from ? number_text(*from) : "-"},
                 {to ? number_text(*to) : "-"},
                 {from && to ? fmt::format("{:+.4g}", *to - *from) : ""}});
    }
    text_ += table.text(console_);
  }

  void add_steps() {
    begin("steps");
    Table table({"step", "from", "took", "to", "took"});
    for (const StepDifference& one : difference_.steps) {
      const auto state = [](const std::optional<StepSide>& side) {
        return side ? side->states : "-";
      };
      const auto took = [](const std::optional<StepSide>& side) {
        return side && side->took ? format_duration(*side->took) : "-";
      };
      table.add({{one.step},
                 {state(one.side.from)},
                 {took(one.side.from)},
                 {state(one.side.to)},
                 {took(one.side.to)}});
    }
    text_ += table.text(console_);
  }

  const Console& console_;
  const RunDifference& difference_;
  std::string text_;
};

JsonList facts_json(const std::vector<FactDifference>& facts) {
  JsonList list;
  for (const FactDifference& fact : facts) {
    JsonList tasks;
    for (const std::string& task : fact.tasks) tasks.emplace_back(task);
    list.emplace_back(JsonObject{{"change", fact.change}, {"tasks", std::move(tasks)}});
  }
  return list;
}

Json side_json(const std::optional<StepSide>& side) {
  if (!side) return {};
  Json seconds;
  if (side->took) seconds = std::chrono::duration<double>(*side->took).count();
  return JsonObject{{"states", side->states}, {"seconds", std::move(seconds)}};
}

Json source_json(const std::optional<std::vector<FileDifference>>& source) {
  if (!source) return {};
  JsonList list;
  for (const FileDifference& file : *source)
    list.emplace_back(
        JsonObject{{"path", file.path},
                   {"from", file.content.from ? Json(file.content.from->hex()) : Json()},
                   {"to", file.content.to ? Json(file.content.to->hex()) : Json()},
                   {"patch", file.patch ? Json(*file.patch) : Json()}});
  return list;
}

JsonObject shape_of(const RunDifference& difference, const RunRecord& from, const RunRecord& to) {
  JsonList parameters, metrics, steps;
  for (const ParameterDifference& one : difference.parameters)
    parameters.emplace_back(JsonObject{{"name", one.name},
                                       {"from", one.value.from.value_or(Json())},
                                       {"to", one.value.to.value_or(Json())}});
  for (const MetricDifference& one : difference.metrics)
    metrics.emplace_back(JsonObject{{"metric", one.label},
                                    {"from", one.value.from ? Json(*one.value.from) : Json()},
                                    {"to", one.value.to ? Json(*one.value.to) : Json()}});
  for (const StepDifference& one : difference.steps)
    steps.emplace_back(JsonObject{
        {"step", one.step}, {"from", side_json(one.side.from)}, {"to", side_json(one.side.to)}});
  return {{"from", from.name()},
          {"to", to.name()},
          {"differ", difference.is_any()},
          {"parameters", std::move(parameters)},
          {"pipeline", difference.pipeline_patch},
          {"source", source_json(difference.source)},
          {"environment", facts_json(difference.environment)},
          {"inputs", facts_json(difference.inputs)},
          {"commands", facts_json(difference.other)},
          {"metrics", std::move(metrics)},
          {"steps", std::move(steps)}};
}

Result<ComparedRun> load(Records& records, Transaction& reader, const std::string& name) {
  const RunRecord run = TRY(find_run(records, reader, name));
  RunView view = TRY(RunView::load(records.runs, reader, run));
  PipelineVersion pipeline = TRY(records.runs.pipeline_version(reader, run.plan_version));
  return ComparedRun{std::move(view), std::move(pipeline)};
}

Result<ExitCode> run(Session& session, Words words) {
  Options options(diff_command.text);
  std::optional<std::string> from_name, to_name;
  bool has_exit_code = false, wants_patch = false;
  OutputForm output;
  options.argument("RUN", from_name, Need::required, run_argument_help);
  options.argument("OTHER", to_name, Need::required, "Another one.");
  options.flag("--patch", wants_patch, "Only pipeline and source, as a patch.");
  options.flag("--exit-code", has_exit_code, "End with 4 if anything but the time differs.");
  options.output(output, {.text = "{from, to, differ, parameters, pipeline, source, environment, "
                                  "inputs, commands, metrics, steps}.",
                          .names = "source[].path"});
  if (!TRY(begin_command(session, options, words))) return ExitCode::ok;
  if (wants_patch && !output.is_table())
    return error(Errc::invalid, "-o and --patch do not go together");

  Records records = TRY(open_existing_records(session));
  auto reader = TRY(records.database->begin_read());
  const ComparedRun from = TRY(load(records, reader, *from_name));
  const ComparedRun to = TRY(load(records, reader, *to_name));
  FolderBlobs blobs(records.home, session.entropy, Durability::none);
  const RunDifference difference =
      TRY(compare_runs(records, reader, blobs, from, to, session.clock.now()));
  DifferenceText text(session.console, difference);
  if (!output.is_table()) {
    session.console.print(output.text_of(shape_of(difference, from.view.run(), to.view.run())));
  } else if (wants_patch) {
    session.console.print(std::move(text).patch());
  } else {
    session.console.print(std::move(text).text());
    if (!difference.is_any())
      session.console.say(fmt::format("{} and {} differ in nothing but the time",
                                      from.view.run().name(), to.view.run().name()));
  }
  return has_exit_code && difference.is_any() ? ExitCode::changes : ExitCode::ok;
}

}  // namespace

const CliCommand diff_command = {
    {"diff", "say what differs between two runs",
     "Parameters, pipeline and source (as a patch), environment, inputs, metrics, and how long "
     "steps took. Source files are kept with each run, up to 1 MiB each and 32 MiB together; of "
     "larger ones, and of files that nobody else can read or that may be keys, only that they "
     "differ is known.",
     examples},
    false,
    run};

}  // namespace gt
