#include "fuzz/targets.h"

#include <array>

namespace gt {

namespace {

constexpr std::array targets = {FuzzTarget{"json", fuzz_json},
                                FuzzTarget{"pipeline", fuzz_pipeline},
                                FuzzTarget{"expression", fuzz_expression},
                                FuzzTarget{"values", fuzz_values},
                                FuzzTarget{"manifest", fuzz_manifest},
                                FuzzTarget{"record", fuzz_record},
                                FuzzTarget{"tracking", fuzz_tracking}};

}  // namespace

std::span<const FuzzTarget> fuzz_targets() { return targets; }

const FuzzTarget* find_fuzz_target(std::string_view name) {
  for (const FuzzTarget& target : targets)
    if (target.name == name) return &target;
  return nullptr;
}

}  // namespace gt
