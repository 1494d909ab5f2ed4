#include "definition/step_order.h"

#include <algorithm>

namespace gt {

// Depth first with a stack of our own: a chain of 100,000 steps would end the program's.
StepOrder order_steps(const StepEdges& edges) {
  enum class Mark : std::uint8_t { fresh, open, done };
  struct Visit {
    std::uint32_t step;
    std::size_t next_edge;
  };
  StepOrder order;
  order.sequence.reserve(edges.size());
  std::vector<Mark> marks(edges.size(), Mark::fresh);
  std::vector<Visit> path;
  // Steps that all need each other have more cycles than anybody wants to read.
  constexpr std::size_t cycles_max = 10;
  for (std::uint32_t start = 0; start < edges.size(); ++start) {
    if (marks[start] != Mark::fresh) continue;
    marks[start] = Mark::open;
    path.push_back({start, 0});
    while (!path.empty()) {
      Visit& visit = path.back();
      if (visit.next_edge == edges[visit.step].size()) {
        marks[visit.step] = Mark::done;
        order.sequence.push_back(visit.step);
        path.pop_back();
        continue;
      }
      const std::uint32_t upstream = edges[visit.step][visit.next_edge++];
      if (marks[upstream] == Mark::fresh) {
        marks[upstream] = Mark::open;
        path.push_back({upstream, 0});
      } else if (marks[upstream] == Mark::open && order.cycles.size() < cycles_max) {
        const auto first = std::ranges::find(path, upstream, &Visit::step);
        std::vector<std::uint32_t> cycle;
        for (auto at = first; at != path.end(); ++at) cycle.push_back(at->step);
        order.cycles.push_back(std::move(cycle));
      }
    }
  }
  return order;
}

}  // namespace gt
