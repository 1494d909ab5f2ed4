#include <string_view>

#include "base/text.h"
#include "cli/graph.h"

namespace gt {

namespace {

/// A quoted label. Mermaid takes labels for HTML, knows no backslash, and has entities by number.
std::string quoted(std::string_view text) {
  constexpr std::string_view special = "\"#&<>`;\\";
  std::string result = "\"";
  for (const char c : text) {
    if (c == '\n')
      result += "<br>";
    else if (special.find(c) != std::string_view::npos)
      result += fmt::format("#{};", static_cast<int>(c));
    else if (static_cast<unsigned char>(c) >= 0x20)
      result += c;
  }
  return result + "\"";
}

/// Its own colours for states, by class.
constexpr std::string_view classes =
    "  classDef succeeded fill:#c8e6c9\n  classDef cached fill:#dcedc8\n"
    "  classDef failed fill:#ffcdd2\n  classDef upstream_failed fill:#ffe0b2\n"
    "  classDef cancelled fill:#ffe0b2\n  classDef running fill:#bbdefb\n";

/// Ids are ours: a step may be called `end`, which Mermaid cannot bear.
class MermaidWriter {
 public:
  explicit MermaidWriter(const Graph& graph) : graph_(graph) {}

  std::string write() && {
    text_ = fmt::format("---\ntitle: {}\n---\nflowchart LR\n",
                        json_quoted(graph_.plan.pipeline().name));
    add_steps(root_scope, "  ");
    if (!graph_.scopes[finally_scope].empty()) {
      text_ += "  subgraph finally_steps [\"finally\"]\n";
      add_steps(finally_scope, "    ");
      text_ += "  end\n";
    }
    for (const GraphScope& scope : graph_.scopes)
      for (const GraphStep& step : scope)
        for (const GraphEdge& edge : step.before)
          text_ += fmt::format("  n{} {} n{}\n", edge.from,
                               edge.kind == EdgeKind::order ? "-.->" : "-->", step.index);
    if (!classes_.empty()) text_ += std::string(classes) + classes_;
    return std::move(text_);
  }

 private:
  void add_steps(ScopeIndex scope, const std::string& indent) {
    for (const GraphStep& step : graph_.scopes[scope]) {
      const Step& of = graph_.plan.step(step.index);
      std::string label = of.name;
      if (step.matrix) label += "\n" + matrix_text(step);
      if (step.states) {
        label += "\n" + states_text(*step.states);
        classes_ += fmt::format("  class n{} {}\n", step.index, to_text(main_state(*step.states)));
      } else if (!of.settings->description.empty()) {
        label += "\n" + of.settings->description.substr(0, of.settings->description.find('\n'));
      }
      if (of.group() != nullptr) {
        text_ += fmt::format("{}subgraph n{} [{}]\n", indent, step.index, quoted(label));
        const ScopeIndex body = graph_.plan.at(step.index).body;
        add_steps(body, indent + "  ");
        if (const ScopeIndex finally = graph_.plan.scope(body).finally; finally != no_scope) {
          text_ += fmt::format("{}  subgraph finally_of_n{} [\"finally\"]\n", indent, step.index);
          add_steps(finally, indent + "    ");
          text_ += indent + "  end\n";
        }
        text_ += indent + "end\n";
      } else {
        text_ += fmt::format("{}n{}[{}]\n", indent, step.index, quoted(label));
      }
    }
  }

  const Graph& graph_;
  std::string text_, classes_;
};

}  // namespace

std::string mermaid_of(const Graph& graph) { return MermaidWriter(graph).write(); }

}  // namespace gt
