#include "base/text.h"
#include "cli/commands.h"
#include "cli/graph.h"
#include "cli/pipeline_source.h"
#include "cli/records.h"
#include "cli/run_text.h"
#include "cli/table.h"

namespace gt {

namespace {

const Example examples[] = {
    {"geartrain graph", "the project's pipeline, in the order of its steps"},
    {"geartrain graph -o dot | dot -Tsvg > graph.svg", "drawn by Graphviz"},
    {"geartrain graph flows/train.yaml -o mermaid", "for a README or a merge request"},
    {"geartrain graph --run latest", "the newest run, with the states of its tasks"},
};

constexpr const char* drawings[] = {"dot", "mermaid"};

/// Parameters that have a default: from them follow sizes of matrices.
JsonObject defaults_of(const Pipeline& pipeline) {
  JsonObject values;
  for (const Parameter& parameter : pipeline.params)
    if (parameter.default_value) values.set(parameter.name, *parameter.default_value);
  return values;
}

std::string names_before(const Plan& plan, const GraphStep& step) {
  std::string text;
  for (const GraphEdge& edge : step.before)
    text += (text.empty() ? "" : ", ") + plan.step(edge.from).name;
  return text;
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

class GraphTable {
 public:
  explicit GraphTable(const Graph& graph) : graph_(graph) {
    has_states_ = !graph.scopes[root_scope].empty() && graph.scopes[root_scope][0].states;
  }

  std::string text(const Console& console) {
    Table table(has_states_ ? std::vector<std::string>{"step", "state", "matrix", "after"}
                            : std::vector<std::string>{"step", "matrix", "after", "description"});
    add_rows(root_scope, "", table);
    if (!graph_.scopes[finally_scope].empty()) {
      table.add({{"finally", Tone::faint}, {}, {}, {}});
      add_rows(finally_scope, "  ", table);
    }
    return table.text(console);
  }

 private:
  void add_rows(ScopeIndex scope, const std::string& indent, Table& table) {
    for (const GraphStep& step : graph_.scopes[scope]) {
      const Step& of = graph_.plan.step(step.index);
      std::vector<TableCell> row = {
          {indent + of.name, Tone::strong}, {matrix_text(step)}, {names_before(graph_.plan, step)}};
      if (step.states)
        row.insert(row.begin() + 1, {states_text(*step.states), tone_of(main_state(*step.states))});
      else
        row.push_back({printable(first_line(of.settings->description)), Tone::faint});
      table.add(std::move(row));
      if (of.group() == nullptr) continue;
      const ScopeIndex body = graph_.plan.at(step.index).body;
      add_rows(body, indent + "  ", table);
      if (const ScopeIndex finally = graph_.plan.scope(body).finally; finally != no_scope) {
        table.add({{indent + "  finally", Tone::faint}, {}, {}, {}});
        add_rows(finally, indent + "    ", table);
      }
    }
  }

  const Graph& graph_;
  bool has_states_ = false;
};

JsonObject step_json(const Graph& graph, const GraphStep& step) {
  const Plan& plan = graph.plan;
  const Step& of = plan.step(step.index);
  const StepIndex owner = plan.scope(plan.at(step.index).scope).owner;
  JsonList after;
  for (const GraphEdge& edge : step.before)
    after.emplace_back(JsonObject{{"step", plan.path(edge.from)},
                                  {"kind", edge.kind == EdgeKind::data ? "data" : "order"}});
  Json matrix;
  if (step.matrix) {
    JsonList axes;
    for (const std::string& axis : step.matrix->axes) axes.emplace_back(axis);
    matrix = JsonObject{
        {"axes", std::move(axes)},
        {"items",
         step.matrix->items ? Json(static_cast<std::int64_t>(*step.matrix->items)) : Json()}};
  }
  Json states;
  if (step.states) {
    JsonObject counts;
    for (const auto& [state, count] : *step.states) counts.set(to_text(state), std::int64_t{count});
    states = std::move(counts);
  }
  return {{"step", plan.path(step.index)},
          {"kind", of.call() != nullptr    ? "pipeline"
                   : of.group() != nullptr ? "group"
                                           : "step"},
          {"group", owner == no_step ? Json() : Json(plan.path(owner))},
          {"finally", plan.scope(plan.at(step.index).scope).followed != no_scope},
          {"layer", std::int64_t{step.layer}},
          {"after", std::move(after)},
          {"matrix", std::move(matrix)},
          {"conditional", of.settings->condition.has_value()},
          {"states", std::move(states)},
          {"description", of.settings->description}};
}

JsonObject shape_of(const Graph& graph, const Json& run) {
  JsonList steps;
  for (const GraphScope& scope : graph.scopes)
    for (const GraphStep& step : scope) steps.emplace_back(step_json(graph, step));
  return {{"pipeline", graph.plan.pipeline().name}, {"run", run}, {"steps", std::move(steps)}};
}

void print(Console& console, const Graph& graph, const OutputForm& output, const Json& run) {
  if (output.is("dot"))
    console.print(dot_of(graph));
  else if (output.is("mermaid"))
    console.print(mermaid_of(graph));
  else if (output.is_table())
    console.print(GraphTable(graph).text(console));
  else
    console.print(output.text_of(shape_of(graph, run)));
}

Result<ExitCode> run(Session& session, Words words) {
  Options options(graph_command.text);
  std::optional<std::string> file, run_name;
  OutputForm output;
  options.argument("FILE", file, Need::optional, "Else the project's pipeline.yaml.");
  options.option("--run", "RUN", run_name,
                 "The pipeline as it was for a run, with the states of its tasks.");
  options.output(output,
                 {.text = "{pipeline, run, steps: [{step, kind, group, finally, layer, after: "
                          "[{step, kind}], matrix: {axes, items}, conditional, states, "
                          "description}]}.",
                  .names = "steps[].step",
                  .drawings = drawings});
  if (!TRY(begin_command(session, options, words))) return ExitCode::ok;

  if (run_name) {
    if (file) return error(Errc::invalid, "FILE and --run do not go together");
    Records records = TRY(open_existing_records(session));
    auto reader = TRY(records.database->begin_read());
    const RunRecord found = TRY(find_run(records, reader, *run_name));
    const RunView view = TRY(RunView::load(records.runs, reader, found));
    print(session.console, make_graph(view), output, found.name());
    return ExitCode::ok;
  }
  const Project project = TRY(find_project(session));
  PipelineText text = TRY(find_pipeline_text(session, project, file));
  const auto source = TRY(load_pipeline(session, std::move(text)));
  if (!source) return ExitCode::invalid_definition;
  const auto plan = Plan::build(source->pipeline, defaults_of(*source->pipeline));
  print(session.console, make_graph(*plan), output, {});
  return ExitCode::ok;
}

}  // namespace

const CliCommand graph_command = {
    {"graph", "show which step of a pipeline waits for which",
     "Steps stand in the order in which they can run, those of a group below it, those of "
     "`finally` at the end. Without a run, the size of a matrix is the one that the parameters' "
     "defaults give; ? is for one that only a run can tell.",
     examples},
    false,
    run};

}  // namespace gt
