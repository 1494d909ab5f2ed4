/// Which steps, inputs, outputs and axes could not be read in full, by their positions. What refers
/// to them is not held against their author: one mistake, one problem.
#pragma once

#include <set>

#include "base/problem.h"

namespace gt {

class Damage {
 public:
  void add(Position position) { positions_.insert(position); }
  bool has(Position position) const { return positions_.contains(position); }

 private:
  std::set<Position> positions_;
};

}  // namespace gt
