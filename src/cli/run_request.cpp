#include "cli/run_request.h"

#include "base/file.h"
#include "base/text.h"
#include "cli/error_report.h"
#include "cli/pipeline_choice.h"
#include "definition/parameters.h"
#include "definition/render_problems.h"

namespace gt {

namespace {

constexpr std::size_t param_file_bytes_max = 16U << 20U;

/// Tells them; true if there is an error among them.
bool tell(Console& console, const Problems& problems, ProblemSources sources) {
  if (problems.empty()) return false;
  const Colors colors = console.facts().talk.has_colors ? Colors::ansi : Colors::none;
  console.draw(render_problems(problems, sources, colors));
  return has_error(problems);
}

}  // namespace

std::optional<JsonObject> values_of_file(Session& session, const std::string& given,
                                         const std::string& text) {
  ParameterFile file = read_parameter_file(text);
  const ProblemSource source{given, text};
  if (tell(session.console, file.problems, std::span(&source, 1))) return std::nullopt;
  return std::move(file.values);
}

namespace {

/// nullopt when something is wrong, which is told.
std::optional<JsonObject> parameters(Session& session, const PipelineSource& source,
                                     const std::optional<std::string>& file_text,
                                     const RunRequest& request) {
  JsonObject given;
  for (const Parameter& parameter : source.pipeline->params)
    if (const Json* earlier = request.earlier_params.find(parameter.name))
      given.set(parameter.name, *earlier);
  if (file_text) {
    auto values = values_of_file(session, *request.param_file, *file_text);
    if (!values) return values;
    for (const auto& [name, value] : *values) given.set(name, value);
  }
  bool is_wrong = false;
  for (const std::string& assignment : request.params) {
    auto member = parse_parameter(*source.pipeline, assignment);
    if (member)
      given.set(std::move(member->first), std::move(member->second));
    else
      report(session.console, member.error());
    is_wrong = is_wrong || !member;
  }
  BoundParameters bound = bind_parameters(*source.pipeline, given);
  const auto sources = problem_sources(session, source.from, source.named);
  is_wrong = tell(session.console, bound.problems, sources) || is_wrong;
  if (is_wrong) return std::nullopt;
  return std::move(bound.values);
}

}  // namespace

Result<RequestTexts> read_request(const Session& session, const Project& project,
                                  const RunRequest& request) {
  RequestTexts texts;
  texts.pipeline = TRY(find_asked_pipeline(session, project, request.file));
  if (request.param_file)
    texts.param_file =
        TRY(read_file(absolute_path(session, *request.param_file), param_file_bytes_max));
  return texts;
}

void declare_definition(Options& options, RunRequest& request) {
  options.option("-p,--param", "NAME=VALUE", request.params,
                 "A parameter; numbers, lists and objects as JSON. May be repeated.");
  options.option("--param-file", "FILE", request.param_file,
                 "Parameters from a YAML or JSON file; -p counts more.");
  options.option("-f,--file", "FILE", request.file,
                 "The pipeline's file, or its name; else the project's pipeline.yaml.");
}

void declare(Options& options, RunRequest& request) {
  declare_definition(options, request);
  options.option("--only", "STEP", request.options.only,
                 "Only this step and what it needs. May be repeated.");
  options.option("--from", "STEP", request.options.from,
                 "Execute this step and all that follows from it anew. May be repeated.");
  options.option("--refresh", "STEP", request.options.refresh,
                 "Execute this step anew. May be repeated.");
  options.flag("--no-cache", request.options.no_cache, "Execute everything anew.");
}

Result<Selection> selection_of(const Plan& plan, const RunOptions& options) {
  return Selection::make(plan, {options.only, options.from, options.refresh});
}

Result<Preparation> prepare(Session& session, RequestTexts texts, const RunRequest& request) {
  auto source = TRY(load_pipeline(session, std::move(texts.pipeline)));
  if (!source) return Preparation{std::nullopt, ExitCode::invalid_definition};
  auto params = parameters(session, *source, texts.param_file, request);
  if (!params) {
    report(session.console, {Errc::invalid, "nothing was started: the parameters are wrong", ""});
    return Preparation{std::nullopt, ExitCode::usage};
  }
  auto plan = Plan::build(source->pipeline, *std::move(params));
  Selection selection = TRY(selection_of(*plan, request.options));
  return Preparation{PreparedRun{*std::move(source), std::move(plan), std::move(selection)},
                     ExitCode::ok};
}

}  // namespace gt
