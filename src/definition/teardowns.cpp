#include "definition/teardowns.h"

#include <algorithm>
#include <string_view>
#include <unordered_map>

namespace gt {
namespace {

/// All that can be reached from `first` along the edges, `first` included.
std::vector<bool> reached(const StepEdges& edges, const std::vector<std::uint32_t>& first) {
  std::vector<bool> found(edges.size());
  std::vector<std::uint32_t> todo = first;
  while (!todo.empty()) {
    const std::uint32_t step = todo.back();
    todo.pop_back();
    if (found[step]) continue;
    found[step] = true;
    for (const std::uint32_t next : edges[step])
      if (!found[next]) todo.push_back(next);
  }
  return found;
}

StepEdges turned_around(const StepEdges& edges) {
  StepEdges turned(edges.size());
  for (std::uint32_t step = 0; step < edges.size(); ++step)
    for (const std::uint32_t before : edges[step]) turned[before].push_back(step);
  return turned;
}

struct Candidate {
  std::uint32_t step = 0;
  std::vector<std::uint32_t> setups;
  std::vector<bool> follows;                ///< from a setup
  std::vector<std::vector<bool>> by_setup;  ///< as `follows`, from each alone
};

class WorkFinder {
 public:
  WorkFinder(const std::vector<Step>& steps, const StepEdges& edges)
      : steps_(steps), upstream_(edges), downstream_(turned_around(edges)) {
    for (std::uint32_t i = 0; i < steps.size(); ++i) places_.emplace(steps[i].name, i);
  }

  std::vector<TeardownWork> find() {
    for (std::uint32_t i = 0; i < steps_.size(); ++i)
      if (steps_[i].is_teardown()) add_candidate(i);
    std::vector<TeardownWork> all;
    for (const Candidate& candidate : candidates_) all.push_back(work_of(candidate));
    return all;
  }

 private:
  std::vector<std::uint32_t> places_of(const std::vector<std::string>& names) const {
    std::vector<std::uint32_t> places;
    for (const std::string& name : names)
      if (const auto found = places_.find(name); found != places_.end())
        places.push_back(found->second);
    return places;
  }

  void add_candidate(std::uint32_t step) {
    Candidate& one = candidates_.emplace_back();
    one.step = step;
    one.setups = places_of(steps_[step].settings->teardown->of);
    one.follows.resize(steps_.size());
    for (const std::uint32_t setup : one.setups) {
      one.by_setup.push_back(reached(downstream_, {setup}));
      for (std::size_t i = 0; i < steps_.size(); ++i)
        if (one.by_setup.back()[i]) one.follows[i] = true;
    }
  }

  /// Two teardowns, each of which follows from a setup of the other, do not wait for each other.
  bool comes_before(const Candidate& inner, const Candidate& outer) const {
    return outer.follows[inner.step] && !inner.follows[outer.step];
  }

  TeardownWork work_of(const Candidate& outer) const {
    std::vector<bool> work = outer.follows;
    const std::vector<bool> after = reached(downstream_, {outer.step});
    std::vector<std::uint32_t> ends = places_of(steps_[outer.step].needs);
    std::erase_if(ends, [&](std::uint32_t end) { return std::ranges::count(outer.setups, end); });
    const std::vector<bool> before = reached(upstream_, ends);
    for (std::size_t i = 0; i < work.size(); ++i)
      work[i] = work[i] && !after[i] && !steps_[i].is_teardown() && (ends.empty() || before[i]);
    for (const std::uint32_t setup : outer.setups)
      if (setup != outer.step) work[setup] = true;

    TeardownWork found{outer.step, {}, {}};
    for (std::uint32_t i = 0; i < work.size(); ++i) {
      if (!work[i]) continue;
      for (std::size_t s = 0; s < outer.setups.size(); ++s)
        if (outer.by_setup[s][i] && outer.setups[s] != i)
          found.relies_on.emplace_back(i, outer.setups[s]);
    }
    for (const Candidate& inner : candidates_)
      if (inner.step != outer.step && !after[inner.step] && comes_before(inner, outer))
        work[inner.step] = std::ranges::any_of(
            inner.setups, [&](std::uint32_t setup) { return static_cast<bool>(work[setup]); });
    for (std::uint32_t i = 0; i < work.size(); ++i)
      if (work[i]) found.waits_for.push_back(i);
    return found;
  }

  const std::vector<Step>& steps_;
  const StepEdges& upstream_;
  StepEdges downstream_;
  std::unordered_map<std::string_view, std::uint32_t> places_;
  std::vector<Candidate> candidates_;
};

}  // namespace

std::vector<TeardownWork> find_teardown_work(const std::vector<Step>& steps,
                                             const StepEdges& edges) {
  if (std::ranges::none_of(steps, &Step::is_teardown)) return {};
  return WorkFinder(steps, edges).find();
}

}  // namespace gt
