#include "base/file.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/error_report.h"
#include "cli/pipeline_source.h"
#include "definition/read_pipeline.h"
#include "definition/render_problems.h"

namespace gt {

namespace {

const Example examples[] = {
    {"geartrain check", "the project's pipeline.yaml"},
    {"geartrain check pipelines/*.yaml", "several files; all problems of all of them"},
    {"geartrain check --json | jq '.problems[].message'", "for editors and CI"},
};

struct Checked {
  PipelineFile file;
  std::string text;
  Problems problems;
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

Json shape_of(const std::vector<Checked>& all, bool is_valid) {
  JsonList problems;
  for (const Checked& one : all)
    for (const Problem& problem : one.problems)
      problems.push_back(problem_to_json(problem, one.file.shown));
  return JsonObject{{"valid", is_valid}, {"problems", std::move(problems)}};
}

void print_text(Console& console, const std::vector<Checked>& all) {
  const Colors colors = console.facts().output.has_colors ? Colors::ansi : Colors::none;
  for (const Checked& one : all) {
    if (!one.problems.empty())
      console.print(render_problems(one.problems, {one.file.shown, one.text}, colors) + "\n");
    console.print(fmt::format("{}: {}\n", printable(one.file.shown), count_problems(one.problems)));
  }
}

Result<ExitCode> run(Session& session, Words words) {
  Options options(check_command.text);
  std::vector<std::string> given;
  OutputForm output;
  options.arguments("FILE", given, "Pipeline files; the project's pipeline.yaml without any.");
  options.output(
      output,
      {.text = "{valid, problems: [{file, line, column, severity, message, expected, hint}]}."});
  if (!TRY(begin_command(session, options, words))) return ExitCode::ok;

  std::vector<Checked> all;
  bool is_valid = true;
  for (PipelineFile& file : TRY(chosen_files(session, given))) {
    Checked checked{.file = std::move(file), .text = {}, .problems = {}};
    checked.text = TRY(read_pipeline_file(checked.file));
    checked.problems = read_pipeline(checked.text, checked.file.path).problems;
    is_valid = is_valid && !has_error(checked.problems);
    all.push_back(std::move(checked));
  }
  if (output.is_table())
    print_text(session.console, all);
  else
    session.console.print(output.text_of(shape_of(all, is_valid)));
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
