#include "definition/outside_names.h"

#include <set>

#include "definition/references.h"

namespace gt {

namespace {

class Collector {
 public:
  void look_at(const Pipeline& pipeline) {
    // One that is called often is looked at once.
    if (!seen_.insert(&pipeline).second) return;
    for (const Variable& variable : pipeline.variables.variables)
      variable.value.for_each_reference([this](const Reference& reference) { look_at(reference); });
    look_at(pipeline.steps);
    look_at(pipeline.finally_steps);
  }

  std::vector<OutsideName> take() { return std::move(names_); }

 private:
  void look_at(const std::vector<Step>& steps) {
    for (const Step& step : steps) {
      for_each_reference(step, [this](Place, const Reference& reference) { look_at(reference); });
      if (step.command())
        for (const WantedConnection& wanted : step.settings->connections)
          add(true, wanted.name, wanted.position);
      if (step.call())
        look_at(*step.call()->pipeline);
      else if (step.group())
        look_at(step.group()->steps);
    }
  }

  void look_at(const Reference& reference) {
    if (reference.path.size() < 2) return;
    if (reference.path[0] == "connections") add(true, reference.path[1], reference.position);
    if (reference.path[0] == "variables") add(false, reference.path[1], reference.position);
  }

  void add(bool is_connection, std::string_view name, Position position) {
    if (known_.emplace(is_connection, name).second)
      names_.push_back({is_connection, std::string(name), position});
  }

  std::set<const Pipeline*> seen_;
  std::set<std::pair<bool, std::string>> known_;
  std::vector<OutsideName> names_;
};

}  // namespace

std::vector<OutsideName> outside_names(const Pipeline& pipeline) {
  Collector collector;
  collector.look_at(pipeline);
  return collector.take();
}

}  // namespace gt
