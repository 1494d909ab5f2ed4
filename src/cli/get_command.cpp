#include <algorithm>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/give_out.h"
#include "cli/records.h"
#include "expression/value.h"
#include "schedule/task_context.h"
#include "view/attempt_choice.h"
#include "view/json_shapes.h"

namespace gt {

namespace {

const Example examples[] = {
    {"geartrain get latest report.html report.html", "copy a file or folder out"},
    {"geartrain get flights/12 'train[0].auc' -", "print a value"},
};

Error no_output(const RunView& view, const TaskRecord& task, std::string_view name) {
  const auto names = output_names(view.step_of(task));
  Error problem =
      error(Errc::not_found, "{} has no output {}", view.path(task), shell_quoted(printable(name)));
  const auto near = nearest(name, names);
  if (near)
    problem.hint = fmt::format("did you mean {}.{}?", view.path(task), *near);
  else
    problem.hint = names.empty() ? std::string("it has no outputs")
                                 : fmt::format("its outputs are {}", fmt::join(names, ", "));
  return problem;
}

/// As steps that come later see it: a list in the order of the matrix, null where there is none.
Value items_of(const RunView& view, const TaskRecord& matrix, std::size_t output) {
  ValueList items;
  for (const TaskRecord* task : view.items(matrix)) {
    const TaskResult* const result = view.result(*task);
    const bool has_one =
        result != nullptr && is_success(task->state) && output < result->outputs.size();
    items.push_back(has_one ? result->outputs[output] : Value());
  }
  return Value(std::move(items));
}

/// Of the run as a whole.
Result<GivenOutput> find_run_output(const RunView& view, std::string_view name) {
  std::vector<std::string> names;
  for (auto& [given, value] : TRY(view.outputs())) {
    if (given == name)
      return GivenOutput{std::move(value), fmt::format("{} of {}", name, view.run().name())};
    names.push_back(given);
  }
  Error problem = error(Errc::invalid, "{} is no STEP.output, such as train.model",
                        shell_quoted(printable(name)));
  if (!names.empty())
    problem.hint = fmt::format("outputs of the run are {}", fmt::join(names, ", "));
  return problem;
}

Result<GivenOutput> find_output(Records& records, const std::string& run_name,
                                std::string_view wanted) {
  auto reader = TRY(records.database->begin_read());
  const RunRecord run = TRY(find_run(records, reader, run_name));
  const RunView view = TRY(RunView::load(records.runs, reader, run));
  const std::size_t dot = wanted.rfind('.');
  if (dot == std::string_view::npos || dot == 0 || dot + 1 == wanted.size())
    return find_run_output(view, wanted);
  const TaskRecord& task = *TRY(view.find(wanted.substr(0, dot)));
  const std::string_view name = wanted.substr(dot + 1);
  const auto names = output_names(view.step_of(task));
  const auto position = std::ranges::find(names, name) - names.begin();
  if (position == std::ssize(names)) return no_output(view, task, name);
  const auto place = static_cast<std::size_t>(position);
  if (task.kind == TaskKind::matrix && view.has_parts(task))
    return GivenOutput{items_of(view, task, place), fmt::format("{} of {}", wanted, run.name())};
  const TaskResult* const result = view.result(task);
  if (result == nullptr || !is_success(task.state) || place >= result->outputs.size()) {
    TRY(refuse_container(view, task));
    Error problem = error(Errc::not_found, "{} of {} has no outputs: it is {}", view.path(task),
                          run.name(), to_text(task.state));
    problem.hint = fmt::format("`geartrain show {}` lists the tasks", run.name());
    return problem;
  }
  return GivenOutput{result->outputs[place], fmt::format("{} of {}", wanted, run.name())};
}

Result<ExitCode> run(Session& session, Words words) {
  Options options(get_command.text);
  std::optional<std::string> run_name, output, path;
  OutputForm output_form;
  options.argument("RUN", run_name, Need::required, run_argument_help);
  options.argument("STEP.output", output, Need::required,
                   "A task and its output: report.html, train[0].auc; or an output of the run.");
  options.argument("PATH", path, Need::required,
                   "Where to; - prints it. A file that is there is replaced, a folder never.");
  options.output(output_form,
                 {.text = "{artifact, folder, bytes, name, path}, or the value.", .names = "path"});
  if (!TRY(begin_command(session, options, words))) return ExitCode::ok;

  Records records = TRY(open_existing_records(session));
  const GivenOutput found = TRY(find_output(records, *run_name, *output));
  TRY(give_out(session, records, found, *path, output_form));
  return ExitCode::ok;
}

}  // namespace

const CliCommand get_command = {
    {"get", "copy an output of a run out, or print it",
     "A value is printed or written as it is if it is a string, else as JSON.", examples},
    false,
    run};

}  // namespace gt
