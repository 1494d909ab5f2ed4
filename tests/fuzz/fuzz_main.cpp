// libFuzzer's entry: the target is named by --target=NAME.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string>

#include "fuzz/targets.h"

namespace {

const gt::FuzzTarget*& chosen() {
  static const gt::FuzzTarget* target = nullptr;
  return target;
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
  constexpr std::string_view flag = "--target=";
  for (const char* word : std::span(*argv, static_cast<std::size_t>(*argc)))
    if (std::string_view(word).starts_with(flag))
      chosen() = gt::find_fuzz_target(std::string_view(word).substr(flag.size()));
  if (chosen() != nullptr) return 0;
  std::fputs("fuzz: --target=NAME names one of:\n", stderr);
  for (const gt::FuzzTarget& target : gt::fuzz_targets())
    std::fprintf(stderr, "  %s\n", std::string(target.name).c_str());
  std::exit(2);
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  chosen()->run({reinterpret_cast<const char*>(data), size});
  return 0;
}
