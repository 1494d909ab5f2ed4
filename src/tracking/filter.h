/// The filter language of searches: `metrics.auc > 0.8 AND params."model type" = 'tree'`.
///
/// A filter is comparisons that all must hold; there is no OR and there are no brackets but those
/// of a list. A key is `entity.key` or an attribute alone; the key behind the dot may stand in
/// backticks or double quotes. Keywords are taken in any case. What a search knows is a table of
/// it.
///
/// Pure; threads: any. Errors: invalid, with the character at which it went wrong, counted from 1.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace gt {

enum class FilterSubject { attribute, metric, param, tag, dataset };

enum class FilterOperator {
  equal,
  not_equal,
  greater,
  greater_equal,
  less,
  less_equal,
  like,   ///< % is any text, _ any character; minds case
  ilike,  ///< does not
  in,
  not_in,
  is_null,
  is_not_null,
};

/// How it is written: ">=", "NOT IN".
const char* to_text(FilterOperator comparison);

struct FilterKey {
  FilterSubject subject = FilterSubject::attribute;
  /// Of an attribute and of a data set's the first of its names.
  std::string name;

  bool operator==(const FilterKey&) const = default;
};

struct Comparison {
  FilterKey key;
  FilterOperator comparison = FilterOperator::equal;
  /// Of metrics and attributes that are numbers.
  double number = 0;
  /// Of all others: one, or those of a list; none for `is_null` and `is_not_null`.
  std::vector<std::string> texts;
};

/// All of them hold.
using Filter = std::vector<Comparison>;

enum class AttributeType {
  text,
  name,  ///< a text that may also be in a list
  number,
};

struct SearchAttribute {
  std::vector<std::string_view> names;  ///< the first is the one that FilterKey has
  AttributeType type = AttributeType::text;
};

/// What one kind of search knows.
struct SearchWords {
  std::vector<SearchAttribute> attributes;
  bool has_metrics = false;
  bool has_params = false;
  bool has_datasets = false;

  /// nullptr for what is none.
  const SearchAttribute* attribute(std::string_view name) const;
};

const SearchWords& run_search_words();
const SearchWords& experiment_search_words();

inline constexpr std::size_t filter_bytes_max = 64U << 10U;
inline constexpr std::size_t comparisons_max = 100;

Result<Filter> parse_filter(std::string_view text, const SearchWords& words);

struct OrderTerm {
  FilterKey key;
  bool is_descending = false;
};

/// Of `key`, `key ASC` or `key DESC` each.
Result<std::vector<OrderTerm>> parse_order(std::span<const std::string> terms,
                                           const SearchWords& words);

}  // namespace gt
