#include "tracking/filter.h"

#include <algorithm>
#include <array>

#include "tracking/filter_words.h"

namespace gt {

namespace {

constexpr std::array<const char*, 12> operator_texts = {
    "=", "!=", ">", ">=", "<", "<=", "LIKE", "ILIKE", "IN", "NOT IN", "IS NULL", "IS NOT NULL"};

bool is_of_numbers(FilterOperator comparison) { return comparison <= FilterOperator::less_equal; }

bool is_of_texts(FilterOperator comparison) {
  return comparison == FilterOperator::equal || comparison == FilterOperator::not_equal ||
         comparison == FilterOperator::like || comparison == FilterOperator::ilike;
}

bool is_of_lists(FilterOperator comparison) {
  return comparison == FilterOperator::in || comparison == FilterOperator::not_in;
}

bool is_of_absence(FilterOperator comparison) {
  return comparison == FilterOperator::is_null || comparison == FilterOperator::is_not_null;
}

bool is_number(const FilterKey& key, const SearchWords& words) {
  return key.subject == FilterSubject::metric ||
         (key.subject == FilterSubject::attribute &&
          words.attribute(key.name)->type == AttributeType::number);
}

bool is_permitted(const FilterKey& key, FilterOperator comparison, const SearchWords& words) {
  if (is_number(key, words)) return is_of_numbers(comparison);
  if (is_of_texts(comparison)) return true;
  switch (key.subject) {
    case FilterSubject::param:
    case FilterSubject::tag:
      return is_of_absence(comparison);
    case FilterSubject::dataset:
      return is_of_lists(comparison);
    default:
      return is_of_lists(comparison) && words.attribute(key.name)->type == AttributeType::name;
  }
}

const char* permitted(const FilterKey& key, const SearchWords& words) {
  if (is_number(key, words)) return "= != > >= < <=";
  switch (key.subject) {
    case FilterSubject::param:
    case FilterSubject::tag:
      return "= != LIKE ILIKE IS NULL IS NOT NULL";
    case FilterSubject::dataset:
      return "= != LIKE ILIKE IN NOT IN";
    default:
      return words.attribute(key.name)->type == AttributeType::name ? "= != LIKE ILIKE IN NOT IN"
                                                                    : "= != LIKE ILIKE";
  }
}

Result<Comparison> read_comparison(FilterReader& reader, const SearchWords& words) {
  Comparison read;
  read.key = TRY(reader.key());
  read.comparison = TRY(reader.comparison());
  if (!is_permitted(read.key, read.comparison, words))
    return reader.wrong_at(
        reader.begun(), fmt::format("{} is not for '{}', which takes {}", to_text(read.comparison),
                                    read.key.name, permitted(read.key, words)));
  if (is_of_absence(read.comparison)) return read;
  if (is_number(read.key, words))
    read.number = TRY(reader.number());
  else if (is_of_lists(read.comparison))
    read.texts = TRY(reader.text_list());
  else
    read.texts.push_back(TRY(reader.text_value()));
  return read;
}

}  // namespace

const char* to_text(FilterOperator comparison) {
  return operator_texts[static_cast<std::size_t>(comparison)];
}

const SearchAttribute* SearchWords::attribute(std::string_view name) const {
  for (const SearchAttribute& one : attributes)
    if (std::ranges::find(one.names, name) != one.names.end()) return &one;
  return nullptr;
}

const SearchWords& run_search_words() {
  static const SearchWords words{
      .attributes = {{{"run_id"}, AttributeType::name},
                     {{"run_name", "name", "Run name", "run name", "Run Name"},
                      AttributeType::text},
                     {{"status"}, AttributeType::text},
                     {{"artifact_uri"}, AttributeType::text},
                     {{"user_id", "user", "User"}, AttributeType::text},
                     {{"experiment_id"}, AttributeType::text},
                     {{"start_time", "created", "Created"}, AttributeType::number},
                     {{"end_time"}, AttributeType::number}},
      .has_metrics = true,
      .has_params = true,
      .has_datasets = true};
  return words;
}

const SearchWords& experiment_search_words() {
  static const SearchWords words{.attributes = {{{"name"}, AttributeType::text},
                                                {{"experiment_id"}, AttributeType::name},
                                                {{"creation_time"}, AttributeType::number},
                                                {{"last_update_time"}, AttributeType::number}}};
  return words;
}

Result<Filter> parse_filter(std::string_view text, const SearchWords& words) {
  Filter filter;
  if (text.size() > filter_bytes_max)
    return error(Errc::invalid, "the filter has more than {} bytes", filter_bytes_max);
  FilterReader reader(text, words);
  while (!reader.is_at_end()) {
    if (!filter.empty() && !reader.take_keyword("AND"))
      return reader.wrong("between comparisons stands AND").context("the filter is wrong");
    auto comparison = read_comparison(reader, words);
    if (!comparison) return std::move(comparison).error().context("the filter is wrong");
    filter.push_back(*std::move(comparison));
    if (filter.size() > comparisons_max)
      return error(Errc::invalid, "the filter has more than {} comparisons", comparisons_max);
  }
  return filter;
}

Result<std::vector<OrderTerm>> parse_order(std::span<const std::string> terms,
                                           const SearchWords& words) {
  std::vector<OrderTerm> order;
  for (const std::string& text : terms) {
    FilterReader reader(text, words);
    auto key = reader.key();
    if (!key) return std::move(key).error().context("order_by is wrong");
    OrderTerm term{.key = *std::move(key)};
    if (term.key.subject == FilterSubject::dataset)
      return error(Errc::invalid, "order_by is wrong: runs have no order by their data sets");
    if (reader.take_keyword("DESC"))
      term.is_descending = true;
    else
      reader.take_keyword("ASC");
    if (!reader.is_at_end())
      return reader.wrong("behind a key stands ASC or DESC, and nothing more")
          .context("order_by is wrong");
    // A second term of the same key decides nothing.
    if (std::ranges::find(order, term.key, &OrderTerm::key) == order.end())
      order.push_back(std::move(term));
  }
  return order;
}

}  // namespace gt
