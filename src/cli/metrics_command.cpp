#include <algorithm>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/metrics.h"
#include "cli/records.h"
#include "cli/run_text.h"
#include "cli/table.h"
#include "view/json_shapes.h"

namespace gt {

namespace {

const Example examples[] = {
    {"geartrain metrics", "of the last ten runs that have any, newest first"},
    {"geartrain metrics --step train --sort auc --limit 100", "the best models first"},
    {"geartrain metrics --run latest --metric auc --metric loss", "two metrics of the newest run"},
};

constexpr std::int64_t runs_shown = 10;
constexpr std::size_t runs_searched_max = 1000;
constexpr std::size_t columns_max = 8;

struct Wanted {
  std::optional<std::string> pipeline, run, step, sort;
  std::vector<std::string> metrics;  ///< all without any
  std::int64_t limit = runs_shown;
  bool is_reversed = false;
};

/// What one output of a task says.
struct Row {
  RunRecord run;
  std::string task, output;
  Json matrix;
  std::vector<std::pair<std::string, double>> values;  ///< by name, as in the file

  const double* find(const std::string& name) const {
    const auto found = std::ranges::find(values, name, &std::pair<std::string, double>::first);
    return found == values.end() ? nullptr : &found->second;
  }
};

std::string shown_name(const std::string& name) { return name.empty() ? "value" : name; }

Result<std::vector<Row>> rows_of(const RunView& view, const FolderBlobs& blobs,
                                 const Wanted& wanted) {
  std::vector<Row> rows;
  for (Metric& metric : metrics_of(view, blobs)) {
    const TaskRecord& task = *TRY(view.find(metric.task));
    if (wanted.step && *wanted.step != metric.task && *wanted.step != view.plan().path(task.step))
      continue;
    if (rows.empty() || rows.back().task != metric.task || rows.back().output != metric.output) {
      Json matrix = TRY(view.matrix(task));
      rows.push_back({view.run(), metric.task, metric.output, std::move(matrix), {}});
    }
    rows.back().values.emplace_back(shown_name(metric.name), metric.value);
  }
  return rows;
}

Result<std::vector<Row>> all_rows(Records& records, const FolderBlobs& blobs,
                                  const Wanted& wanted) {
  auto reader = TRY(records.database->begin_read());
  std::vector<RunRecord> runs;
  if (wanted.run)
    runs.push_back(TRY(find_run(records, reader, *wanted.run)));
  else
    runs = TRY(records.runs.list(
        reader, {.pipeline = wanted.pipeline, .state = {}, .limit = runs_searched_max}));
  std::vector<Row> rows;
  std::int64_t with_metrics = 0;
  for (const RunRecord& run : runs) {
    if (with_metrics == wanted.limit) break;
    const RunView view = TRY(RunView::load(records.runs, reader, run));
    std::vector<Row> more = TRY(rows_of(view, blobs, wanted));
    if (!more.empty()) ++with_metrics;
    std::ranges::move(more, std::back_inserter(rows));
  }
  return rows;
}

/// In the order of appearance.
std::vector<std::string> names_in(const std::vector<Row>& rows) {
  std::vector<std::string> names;
  for (const Row& row : rows)
    for (const auto& [name, value] : row.values)
      if (std::ranges::find(names, name) == names.end()) names.push_back(name);
  return names;
}

Result<void> check_name(const std::string& name, const std::vector<std::string>& names) {
  if (std::ranges::find(names, name) != names.end()) return {};
  Error problem =
      error(Errc::not_found, "there is no metric {} in these runs", shell_quoted(printable(name)));
  const auto near = nearest(name, names);
  problem.hint =
      near ? fmt::format("did you mean {}?", *near)
           : fmt::format("there are {}", printable(fmt::format("{}", fmt::join(names, ", "))));
  return problem;
}

/// The largest first; rows that have none last.
void sort_by(const std::string& name, std::vector<Row>& rows, bool is_reversed) {
  std::ranges::stable_sort(rows, [&](const Row& one, const Row& other) {
    const double* const value = one.find(name);
    const double* const other_value = other.find(name);
    if (value == nullptr || other_value == nullptr)
      return value != nullptr && other_value == nullptr;
    return is_reversed ? *value < *other_value : *value > *other_value;
  });
}

std::string table_text(Console& console, const std::vector<Row>& rows,
                       const std::vector<std::string>& names) {
  const bool has_matrix =
      std::ranges::any_of(rows, [](const Row& row) { return row.matrix.object() != nullptr; });
  std::vector<std::string> titles = {"run", "created", "output"};
  if (has_matrix) titles.emplace_back("matrix");
  const std::size_t shown = std::min(names.size(), columns_max);
  for (std::size_t i = 0; i < shown; ++i) titles.push_back(printable(names[i]));
  titles.emplace_back("parameters");
  Table table(std::move(titles));
  for (const Row& row : rows) {
    std::vector<TableCell> cells = {{row.run.name(), Tone::strong},
                                    {format_time(row.run.created_at)},
                                    {printable(row.task + "." + row.output)}};
    if (has_matrix)
      cells.push_back({row.matrix.object() ? parameters_text(*row.matrix.object()) : ""});
    for (std::size_t i = 0; i < shown; ++i) {
      const double* const value = row.find(names[i]);
      cells.push_back({value ? number_text(*value) : "-"});
    }
    cells.push_back({parameters_text(row.run.params), Tone::faint});
    table.add(std::move(cells));
  }
  if (shown < names.size())
    console.say(fmt::format("{} more metrics are not shown: choose by --metric, or see --json",
                            names.size() - shown));
  return table.text(console);
}

Json shape_of(const std::vector<Row>& rows, const std::vector<std::string>& names) {
  JsonList list;
  for (const Row& row : rows) {
    JsonObject values;
    for (const auto& [name, value] : row.values)
      if (std::ranges::find(names, name) != names.end()) values.set(name, value);
    list.emplace_back(JsonObject{{"run", row.run.name()},
                                 {"created_at", format_time(row.run.created_at)},
                                 {"params", row.run.params},
                                 {"task", row.task},
                                 {"output", row.output},
                                 {"matrix", row.matrix},
                                 {"metrics", std::move(values)}});
  }
  return list;
}

Result<ExitCode> run(Session& session, Words words) {
  Options options(metrics_command.text);
  Wanted wanted;
  std::optional<std::int64_t> limit;
  OutputForm output;
  options.option("--run", "RUN", wanted.run, "Only this run.");
  options.option("--pipeline", "NAME", wanted.pipeline, "Only runs of this pipeline.");
  options.option("--step", "STEP", wanted.step, "Only this step, or task.");
  options.option("--metric", "METRIC", wanted.metrics, "Only this one. May be repeated.");
  options.option("--limit", "N", limit, 1, "At most so many runs; 10 without it.");
  options.option("--sort", "METRIC", wanted.sort, "The largest first, whatever run it is of.");
  options.flag("--reverse", wanted.is_reversed, "The smallest first; without --sort, the oldest.");
  options.output(output,
                 {.text = "[{run, created_at, params, task, output, matrix, metrics: {name: "
                          "number}}].",
                  .names = "[].run"});
  if (!TRY(begin_command(session, options, words))) return ExitCode::ok;
  if (wanted.run && wanted.pipeline)
    return error(Errc::invalid, "--run and --pipeline do not go together");
  if (limit) wanted.limit = *limit;

  Records records = TRY(open_existing_records(session));
  const FolderBlobs blobs(records.home, session.entropy, Durability::none);
  std::vector<Row> rows = TRY(all_rows(records, blobs, wanted));
  std::vector<std::string> names = names_in(rows);
  if (!rows.empty()) {
    if (wanted.sort) TRY(check_name(*wanted.sort, names));
    for (const std::string& name : wanted.metrics) TRY(check_name(name, names));
  }
  if (wanted.sort)
    sort_by(*wanted.sort, rows, wanted.is_reversed);
  else if (wanted.is_reversed)
    std::ranges::reverse(rows);
  if (!wanted.metrics.empty()) {
    names = wanted.metrics;
    std::erase_if(rows, [&](const Row& row) {
      return std::ranges::none_of(names, [&](const auto& name) { return row.find(name); });
    });
  }
  if (!output.is_table()) {
    session.console.print(output.text_of(shape_of(rows, names)));
  } else if (rows.empty()) {
    session.console.say("no such metrics: they are outputs with `type: metrics`, JSON files");
  } else {
    session.console.print(table_text(session.console, rows, names));
  }
  return ExitCode::ok;
}

}  // namespace

const CliCommand metrics_command = {
    {"metrics", "compare the metrics of runs",
     "Metrics are the numbers in outputs of `type: metrics`, JSON files; those in an object inside "
     "are named test.auc, those in a list folds[0]. A line for each output of a task.",
     examples},
    false,
    run};

}  // namespace gt
