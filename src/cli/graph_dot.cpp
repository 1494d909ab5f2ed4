#include "base/text.h"
#include "cli/graph.h"

namespace gt {

namespace {

/// Colours that can be told apart in print and carry black letters.
const char* fill_of(TaskState state) {
  switch (state) {
    case TaskState::succeeded:
      return "#c8e6c9";
    case TaskState::cached:
      return "#dcedc8";
    case TaskState::failed:
      return "#ffcdd2";
    case TaskState::upstream_failed:
    case TaskState::cancelled:
      return "#ffe0b2";
    case TaskState::queued:
    case TaskState::running:
    case TaskState::retry_wait:
    case TaskState::deferred:
      return "#bbdefb";
    case TaskState::skipped:
    case TaskState::removed:
    case TaskState::waiting:
    case TaskState::ready:
      return "#eeeeee";
  }
  return "#eeeeee";
}

/// A quoted text of DOT: in labels a backslash begins `\n`, `\N` and the like.
std::string quoted(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    if (c == '\n')
      result += "\\n";
    else if (static_cast<unsigned char>(c) >= 0x20)
      result += c;
  }
  return result + "\"";
}

class DotWriter {
 public:
  explicit DotWriter(const Graph& graph) : graph_(graph) {}

  std::string write() && {
    const Pipeline& pipeline = plan().pipeline();
    text_ = fmt::format("digraph {} {{\n", quoted(pipeline.name));
    text_ += "  graph [rankdir=LR, compound=true];\n  node [shape=box, style=rounded];\n";
    if (!pipeline.description.empty())
      text_ += fmt::format("  graph [tooltip={}];\n", quoted(pipeline.description));
    add_steps(root_scope, "  ");
    if (!graph_.scopes[finally_scope].empty()) {
      text_ += "  subgraph cluster_finally {\n    label=\"finally\";\n    style=dashed;\n";
      add_steps(finally_scope, "    ");
      text_ += "  }\n";
    }
    for (const GraphScope& scope : graph_.scopes)
      for (const GraphStep& step : scope)
        for (const GraphEdge& edge : step.before) add_edge(edge, step.index);
    return text_ + "}\n";
  }

 private:
  const Plan& plan() const { return graph_.plan; }

  void add_steps(ScopeIndex scope, const std::string& indent) {
    for (const GraphStep& step : graph_.scopes[scope]) {
      const Step& of = plan().step(step.index);
      std::string label = of.name;
      if (step.matrix) label += "\n" + matrix_text(step);
      if (step.states) label += "\n" + states_text(*step.states);
      const std::string& description = of.settings->description;
      if (of.group() != nullptr) {
        text_ += fmt::format("{}subgraph cluster_{} {{\n{}  label={};\n", indent, step.index,
                             indent, quoted(label));
        if (!description.empty())
          text_ += fmt::format("{}  tooltip={};\n", indent, quoted(description));
        const ScopeIndex body = plan().at(step.index).body;
        add_steps(body, indent + "  ");
        if (const ScopeIndex finally = plan().scope(body).finally; finally != no_scope) {
          text_ += fmt::format(
              "{0}  subgraph cluster_finally_{1} {{\n{0}    label=\"finally\";\n"
              "{0}    style=dashed;\n",
              indent, step.index);
          add_steps(finally, indent + "    ");
          text_ += indent + "  }\n";
        }
        text_ += indent + "}\n";
      } else {
        std::string more;
        if (step.states)
          more += fmt::format(", style=\"rounded,filled\", fillcolor=\"{}\"",
                              fill_of(main_state(*step.states)));
        if (!description.empty()) more += fmt::format(", tooltip={}", quoted(description));
        text_ += fmt::format("{}n{} [label={}{}];\n", indent, step.index, quoted(label), more);
      }
    }
  }

  /// An edge of DOT ends at a node: of a group at one in it, and is clipped at the cluster.
  StepIndex node_in(StepIndex step, bool wants_last) const {
    while (plan().at(step).body != no_scope) {
      const GraphScope& inner = graph_.scopes[plan().at(step).body];
      step = wants_last ? inner.back().index : inner.front().index;
    }
    return step;
  }

  void add_edge(const GraphEdge& edge, StepIndex to) {
    std::vector<std::string> attributes;
    if (plan().step(edge.from).group() != nullptr)
      attributes.push_back(fmt::format("ltail=cluster_{}", edge.from));
    if (plan().step(to).group() != nullptr)
      attributes.push_back(fmt::format("lhead=cluster_{}", to));
    if (edge.kind == EdgeKind::order) attributes.emplace_back("style=dashed");
    text_ += fmt::format("  n{} -> n{}", node_in(edge.from, true), node_in(to, false));
    if (!attributes.empty()) text_ += fmt::format(" [{}]", fmt::join(attributes, ", "));
    text_ += ";\n";
  }

  const Graph& graph_;
  std::string text_;
};

}  // namespace

std::string dot_of(const Graph& graph) { return DotWriter(graph).write(); }

}  // namespace gt
