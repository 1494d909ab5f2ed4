/// What is fuzzed: readers of what people and programs wrote. Each target takes any bytes and
/// aborts (GT_CHECK) where a law is broken; the kept inputs lie in corpus/<name>/.
#pragma once

#include <span>
#include <string_view>

namespace gt {

struct FuzzTarget {
  std::string_view name;
  void (*run)(std::string_view bytes);
};

std::span<const FuzzTarget> fuzz_targets();
/// nullptr when there is none.
const FuzzTarget* find_fuzz_target(std::string_view name);

void fuzz_json(std::string_view bytes);
void fuzz_pipeline(std::string_view bytes);
void fuzz_expression(std::string_view bytes);
void fuzz_values(std::string_view bytes);
void fuzz_manifest(std::string_view bytes);
void fuzz_record(std::string_view bytes);
void fuzz_tracking(std::string_view bytes);

}  // namespace gt
