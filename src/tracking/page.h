/// Pages of a search, and the tokens that lead from one to the next. Pure; threads: any.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace gt {

struct PageRequest {
  std::int64_t size = 1000;
  /// Of the page before; empty for the first.
  std::string token = {};
};

template <typename T>
struct Page {
  std::vector<T> rows;
  /// Empty on the last page.
  std::string next_token = {};
};

/// How far a search has come. A search has stretches, one after another; see run_search.h.
struct PagePosition {
  std::int64_t stretch = 0;
  std::int64_t offset = 0;  ///< in the stretch
};

/// `query`: all that makes the search what it is. A token of another query is refused.
std::string page_token(std::string_view query, const PagePosition& position);
/// The begin for an empty token. Errors: invalid.
Result<PagePosition> page_position(std::string_view query, std::string_view token);

/// The parts as one text that no other parts give.
std::string query_text(const std::vector<std::string>& parts);

}  // namespace gt
