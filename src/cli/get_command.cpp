#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

#include "base/file.h"
#include "base/id.h"
#include "base/text.h"
#include "blob/folder_blobs.h"
#include "cli/commands.h"
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

struct Found {
  Value value;
  std::string what;  ///< "train[0].auc of flights/12"
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
Result<Found> find_run_output(const RunView& view, std::string_view name) {
  std::vector<std::string> names;
  for (auto& [given, value] : TRY(view.outputs())) {
    if (given == name)
      return Found{std::move(value), fmt::format("{} of {}", name, view.run().name())};
    names.push_back(given);
  }
  Error problem = error(Errc::invalid, "{} is no STEP.output, such as train.model",
                        shell_quoted(printable(name)));
  if (!names.empty())
    problem.hint = fmt::format("outputs of the run are {}", fmt::join(names, ", "));
  return problem;
}

Result<Found> find_output(Records& records, const std::string& run_name, std::string_view wanted) {
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
    return Found{items_of(view, task, place), fmt::format("{} of {}", wanted, run.name())};
  const TaskResult* const result = view.result(task);
  if (result == nullptr || !is_success(task.state) || place >= result->outputs.size()) {
    TRY(refuse_container(view, task));
    Error problem = error(Errc::not_found, "{} of {} has no outputs: it is {}", view.path(task),
                          run.name(), to_text(task.state));
    problem.hint = fmt::format("`geartrain show {}` lists the tasks", run.name());
    return problem;
  }
  return Found{result->outputs[place], fmt::format("{} of {}", wanted, run.name())};
}

Result<void> print_value(Session& session, const Value& value, const OutputForm& output) {
  const Json shape = TRY(to_json(value));
  if (!output.is_table())
    session.console.print(output.text_of(shape));
  else
    session.console.print((shape.string() ? *shape.string() : pretty_json(shape)) + "\n");
  return {};
}

Result<void> print_file(Session& session, const std::string& path) {
  const UniqueFd file = TRY(open_file(path, O_RDONLY));
  std::string block(64U << 10U, '\0');
  while (!session.console.is_output_closed()) {
    const ssize_t count = ::read(file.get(), block.data(), block.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return errno_error(errno, "reading the artifact");
    if (count == 0) break;
    session.console.print(std::string_view(block).substr(0, static_cast<std::size_t>(count)));
  }
  return {};
}

/// Into a folder that is there under the artifact's own name, as cp does.
Result<std::string> destination(const Session& session, const Artifact& artifact,
                                const std::string& given) {
  std::string path = absolute_path(session, given);
  const bool is_inside = given.ends_with('/') || TRY(kind_of(path)) == PathKind::directory;
  if (is_inside) path = join_path(path, artifact.file_name);
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  const PathKind there = TRY(kind_of(path));
  const bool may_replace = !artifact.is_folder && there == PathKind::file;
  if (there == PathKind::nothing || may_replace) return path;
  return error(Errc::conflict, "{} is there already", printable(path));
}

Result<void> copy_out(FolderBlobs& blobs, Session& session, const Artifact& artifact,
                      const std::string& path) {
  TRY(make_directories(parent_path(path)));
  // Beside its place, then renamed: nobody sees a part of it.
  const std::string partial = join_path(
      parent_path(path), "." + make_uuid(session.clock.now(), session.entropy) + ".partial");
  auto placed = blobs.place({artifact.digest, artifact.is_folder}, partial, Placement::copy);
  if (placed) placed = rename_path(partial, path);
  if (!placed) (void)remove_tree(partial);
  return placed;
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
  const Found found = TRY(find_output(records, *run_name, *output));
  const Artifact* const artifact = found.value.artifact();
  const bool prints = *path == "-";
  if (found.value.is_null())
    return error(Errc::not_found, "{} is null: the step did not write it", found.what);
  if (artifact == nullptr && prints) {
    TRY(print_value(session, found.value, output_form));
    return ExitCode::ok;
  }
  if (artifact == nullptr) {
    const Json shape = TRY(to_json(found.value));
    const std::string text = shape.string() ? *shape.string() : pretty_json(shape);
    TRY(write_file_atomically(absolute_path(session, *path), text + "\n", Durability::none));
    session.console.say(fmt::format("{} is in {}", found.what, printable(*path)));
    return ExitCode::ok;
  }
  FolderBlobs blobs(records.home, session.entropy, Durability::none);
  if (TRY(blobs.check({artifact->digest, artifact->is_folder}, CheckDepth::quick)) !=
      Health::intact) {
    Error problem = error(Errc::not_found, "the artifact of {} is not whole any more", found.what);
    problem.hint = "the next `geartrain run` makes it again";
    return problem;
  }
  if (prints && artifact->is_folder)
    return error(Errc::invalid, "{} is a folder: name a PATH for it", found.what);
  if (prints) {
    TRY(print_file(session, blobs.path_of({artifact->digest, false})));
    return ExitCode::ok;
  }
  const std::string to = TRY(destination(session, *artifact, *path));
  TRY(copy_out(blobs, session, *artifact, to));
  if (!output_form.is_table()) {
    JsonObject shape = *TRY(to_json(found.value)).object();
    shape.set("path", to);
    session.console.print(output_form.text_of(shape));
  } else {
    session.console.say(
        fmt::format("{}: {} ({})", found.what, printable(to), format_bytes(artifact->bytes)));
  }
  return ExitCode::ok;
}

}  // namespace

const CliCommand get_command = {
    {"get", "copy an output of a run out, or print it",
     "A value is printed or written as it is if it is a string, else as JSON.", examples},
    false,
    run};

}  // namespace gt
