#include "base/file.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/error_report.h"
#include "cli/pipeline_source.h"
#include "cli/settings_view.h"
#include "cli/table.h"
#include "definition/read_pipeline.h"
#include "definition/render_problems.h"

namespace gt {

namespace {

const Example examples[] = {
    {"geartrain check", "the project's pipeline.yaml"},
    {"geartrain check pipelines/*.yaml", "several files; all problems of all of them"},
    {"geartrain check --settings", "what holds for each step, after `defaults`"},
    {"geartrain check --json | jq '.problems[].message'", "for editors and CI"},
};

struct Checked {
  PipelineFile file;
  std::string text;
  ReadResult read;
};

Result<std::vector<PipelineFile>> chosen_files(const Session& session,
                                               const std::vector<std::string>& given) {
  const Project project = TRY(find_project(session));
  std::vector<PipelineFile> files;
  if (given.empty()) files.push_back(TRY(find_pipeline_file(session, project, std::nullopt)));
  for (const std::string& one : given)
    files.push_back(TRY(find_pipeline_file(session, project, one)));
  return files;
}

Json shape_of(const std::vector<Checked>& all, bool is_valid, bool with_settings) {
  JsonList problems, settings;
  for (const Checked& one : all) {
    for (const Problem& problem : one.read.problems)
      problems.push_back(problem_to_json(problem, one.file.shown));
    if (!one.read.pipeline) continue;
    for (Json& setting : settings_shape(*one.read.pipeline)) {
      setting.object()->set("file", one.file.shown);
      settings.push_back(std::move(setting));
    }
  }
  JsonObject shape{{"valid", is_valid}, {"problems", std::move(problems)}};
  if (with_settings) shape.set("settings", std::move(settings));
  return shape;
}

void print_settings(Console& console, const Pipeline& pipeline) {
  Table table({"step", "setting", "value", "from"});
  add_settings(pipeline, table);
  if (table.empty())
    console.print("no step has a setting\n");
  else
    console.print(table.text(console));
}

void print_text(Console& console, const std::vector<Checked>& all, bool with_settings) {
  const Colors colors = console.facts().output.has_colors ? Colors::ansi : Colors::none;
  for (const Checked& one : all) {
    const Problems& problems = one.read.problems;
    if (!problems.empty())
      console.print(render_problems(problems, {one.file.shown, one.text}, colors) + "\n");
    console.print(fmt::format("{}: {}\n", printable(one.file.shown), count_problems(problems)));
    if (with_settings && one.read.pipeline) print_settings(console, *one.read.pipeline);
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

  std::vector<Checked> all;
  bool is_valid = true;
  for (PipelineFile& file : TRY(chosen_files(session, given))) {
    Checked checked{.file = std::move(file), .text = {}, .read = {}};
    checked.text = TRY(read_pipeline_file(checked.file));
    checked.read = read_pipeline(checked.text, checked.file.path);
    is_valid = is_valid && !has_error(checked.read.problems);
    all.push_back(std::move(checked));
  }
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
