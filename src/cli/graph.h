/// A pipeline's graph for people and drawing programs: what stands where, what waits for what, and
/// in which states a run's tasks are. Threads: any.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "plan/plan.h"
#include "view/run_view.h"

namespace gt {

enum class EdgeKind : std::uint8_t {
  data,   ///< an expression reads what the step before gave
  order,  ///< `needs` alone
};

struct GraphEdge {
  StepIndex from = no_step;
  EdgeKind kind = EdgeKind::data;
};

/// How a step is repeated.
struct GraphMatrix {
  std::vector<std::string> axes;
  /// nullopt where the run has to tell: an earlier step's output, a parameter without a default.
  std::optional<std::size_t> items;
};

/// In which states the tasks of a step are, groups and items for themselves.
using StateCounts = std::map<TaskState, std::uint32_t>;

struct GraphStep {
  StepIndex index = no_step;
  std::uint32_t layer = 0;  ///< one more than the deepest sibling before it
  std::vector<GraphEdge> before;
  std::optional<GraphMatrix> matrix;
  std::optional<StateCounts> states;  ///< of a run's graph
};

/// The steps of a scope by layer, in a layer as in the file.
using GraphScope = std::vector<GraphStep>;

struct Graph {
  const Plan& plan;                ///< outlives the graph
  std::vector<GraphScope> scopes;  ///< by ScopeIndex
};

/// Sizes of matrices are those that `plan.params()` give.
Graph make_graph(const Plan& plan);
/// With the states of its tasks; sizes of matrices are those that it found.
Graph make_graph(const RunView& run);

/// "×12 month", "×? model, depth"; empty without a matrix.
std::string matrix_text(const GraphStep& step);

/// The state that matters most to somebody who looks: a failure, then what runs, then the rest.
TaskState main_state(const StateCounts& states);
/// "succeeded", "3 succeeded, 1 failed".
std::string states_text(const StateCounts& states);

/// A digraph of Graphviz: groups and `finally` are clusters, mere order is dashed.
std::string dot_of(const Graph& graph);

/// A flowchart of Mermaid: groups and `finally` are subgraphs, mere order is dotted.
std::string mermaid_of(const Graph& graph);

}  // namespace gt
