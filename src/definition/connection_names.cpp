#include "definition/connection_names.h"

#include <algorithm>

namespace gt {

std::string variable_suffix(std::string_view name) {
  std::string suffix(name);
  std::ranges::transform(suffix, suffix.begin(), [](char c) {
    if (c == '-') return '_';
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  return suffix;
}

}  // namespace gt
