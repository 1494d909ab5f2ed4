#include "definition/pattern.h"

#include <boost/regex.hpp>

namespace gt {

// Boost's matcher is taken and not the standard library's, because that one recurses once per
// character: a long text ends the program.

std::optional<std::string> fault_of_pattern(std::string_view pattern) {
  try {
    const boost::regex regex(pattern.begin(), pattern.end(), boost::regex::ECMAScript);
    return std::nullopt;
  } catch (const std::exception& failure) {
    return failure.what();
  }
}

Result<bool> contains_pattern(std::string_view text, std::string_view pattern) {
  try {
    const boost::regex regex(pattern.begin(), pattern.end(), boost::regex::ECMAScript);
    return boost::regex_search(text.begin(), text.end(), regex);
  } catch (const std::exception& failure) {
    return error(Errc::exhausted, "the pattern {} cannot be searched for: {}", pattern,
                 failure.what());
  }
}

}  // namespace gt
