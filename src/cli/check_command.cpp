#include <algorithm>
#include <deque>
#include <utility>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/error_report.h"
#include "cli/pipeline_source.h"
#include "cli/settings_view.h"
#include "cli/table.h"
#include "cli/values_of_project.h"
#include "definition/outside_names.h"

namespace gt {

namespace {

const Example examples[] = {
    {"geartrain check", "the project's pipeline.yaml"},
    {"geartrain check pipelines/*.yaml", "several files; all problems of all of them"},
    {"geartrain check --settings", "what holds for each step, after `defaults`"},
    {"geartrain check --json | jq '.problems[].message'", "for editors and CI"},
};

struct Checked {
  PipelineText from;
  ReadResult read;
  std::vector<ProblemSource> sources;  ///< refer to the others
};

Result<std::vector<PipelineText>> chosen_texts(const Session& session,
                                               const std::vector<std::string>& given) {
  const Project project = TRY(find_project(session));
  std::vector<PipelineText> texts;
  if (given.empty()) texts.push_back(TRY(find_pipeline_text(session, project, std::nullopt)));
  for (const std::string& one : given)
    texts.push_back(TRY(find_pipeline_text(session, project, one)));
  return texts;
}

Json shape_of(const std::deque<Checked>& all, bool is_valid, bool with_settings) {
  JsonList problems, settings;
  for (const Checked& one : all) {
    for (const Problem& problem : one.read.problems)
      problems.push_back(problem_to_json(problem, one.sources));
    if (!one.read.pipeline) continue;
    for (Json& setting : settings_shape(*one.read.pipeline, one.sources))
      settings.push_back(std::move(setting));
  }
  JsonObject shape{{"valid", is_valid}, {"problems", std::move(problems)}};
  if (with_settings) shape.set("settings", std::move(settings));
  return shape;
}

void print_settings(Console& console, const Pipeline& pipeline, ProblemSources sources) {
  Table table({"step", "setting", "value", "from"});
  add_settings(pipeline, sources, table);
  if (table.empty())
    console.print("no step has a setting\n");
  else
    console.print(table.text(console));
}

void print_text(Console& console, const std::deque<Checked>& all, bool with_settings) {
  const Colors colors = console.facts().output.has_colors ? Colors::ansi : Colors::none;
  for (const Checked& one : all) {
    const Problems& problems = one.read.problems;
    if (!problems.empty()) console.print(render_problems(problems, one.sources, colors) + "\n");
    console.print(
        fmt::format("{}: {}\n", printable(one.from.file.shown), count_problems(problems)));
    if (with_settings && one.read.pipeline)
      print_settings(console, *one.read.pipeline, one.sources);
  }
}

/// Names of the home's connections and variables are looked up where there is a home.
void add_missing_values(Session& session, std::deque<Checked>& all) {
  std::optional<Records> records;
  bool has_looked = false;
  for (Checked& one : all) {
    if (!one.read.pipeline || outside_names(*one.read.pipeline).empty()) continue;
    if (!std::exchange(has_looked, true))
      if (auto opened = open_existing_records(session)) records = *std::move(opened);
    const ProjectValues values = values_of_project(session, records ? records->home.path() : "",
                                                   records ? records->database.get() : nullptr, {});
    for (Problem& problem : missing_values(*one.read.pipeline, values))
      one.read.problems.push_back(std::move(problem));
    std::ranges::stable_sort(one.read.problems, {}, &Problem::position);
  }
}

Result<ExitCode> run(Session& session, Words words) {
  Options options(check_command.text);
  std::vector<std::string> given;
  OutputForm output;
  bool with_settings = false;
  options.arguments("FILE", given, "Pipeline files; the project's pipeline.yaml without any.");
  options.flag("--settings", with_settings,
               "Also show the settings that hold for each step, and where they were written.");
  options.output(output,
                 {.text = "{valid, problems: [{file, line, column, severity, message, expected, "
                          "hint}], settings: [{step, setting, value, line, column, default, "
                          "file}]}; settings only with --settings."});
  if (!TRY(begin_command(session, options, words))) return ExitCode::ok;

  std::deque<Checked> all;
  bool is_valid = true;
  for (PipelineText& text : TRY(chosen_texts(session, given))) {
    Checked& checked = all.emplace_back();
    checked.from = std::move(text);
    checked.read = read_whole(checked.from);
    checked.sources = problem_sources(session, checked.from, checked.read.named);
    is_valid = is_valid && !has_error(checked.read.problems);
  }
  add_missing_values(session, all);
  if (output.is_table())
    print_text(session.console, all, with_settings);
  else
    session.console.print(output.text_of(shape_of(all, is_valid, with_settings)));
  return is_valid ? ExitCode::ok : ExitCode::invalid_definition;
}

}  // namespace

const CliCommand check_command = {
    {"check", "find all problems of pipeline files",
     "Starts nothing and needs no home folder. Ends with 8 if a file has errors; warnings alone "
     "are fine.",
     examples},
    false,
    run};

}  // namespace gt
