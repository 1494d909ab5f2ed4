#include "tracking/filter_words.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "net/http_message.h"

namespace gt {

namespace {

constexpr std::string_view blanks = " \t\r\n";
constexpr std::string_view word_ends = " \t\r\n=!<>'\"`(),";
constexpr std::size_t shown_bytes_max = 40;

struct EntityWord {
  std::string_view word;
  FilterSubject subject;
};

constexpr EntityWord entity_words[] = {
    {"metric", FilterSubject::metric},
    {"metrics", FilterSubject::metric},
    {"param", FilterSubject::param},
    {"params", FilterSubject::param},
    {"parameter", FilterSubject::param},
    {"parameters", FilterSubject::param},
    {"tag", FilterSubject::tag},
    {"tags", FilterSubject::tag},
    {"attribute", FilterSubject::attribute},
    {"attributes", FilterSubject::attribute},
    {"attr", FilterSubject::attribute},
    {"run", FilterSubject::attribute},
    {"dataset", FilterSubject::dataset},
    {"datasets", FilterSubject::dataset},
};

constexpr std::string_view dataset_attributes[] = {"name", "digest", "context"};

struct OperatorSign {
  std::string_view sign;
  FilterOperator comparison;
};

// Longer ones first.
constexpr OperatorSign operator_signs[] = {
    {"!=", FilterOperator::not_equal},     {"<>", FilterOperator::not_equal},
    {">=", FilterOperator::greater_equal}, {"<=", FilterOperator::less_equal},
    {"=", FilterOperator::equal},          {">", FilterOperator::greater},
    {"<", FilterOperator::less},
};

bool knows(const SearchWords& words, FilterSubject subject) {
  switch (subject) {
    case FilterSubject::metric:
      return words.has_metrics;
    case FilterSubject::param:
      return words.has_params;
    case FilterSubject::dataset:
      return words.has_datasets;
    case FilterSubject::attribute:
    case FilterSubject::tag:
      return true;
  }
  return false;
}

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; }));
}

std::string attribute_names(const SearchWords& words) {
  std::vector<std::string_view> names;
  for (const SearchAttribute& attribute : words.attributes)
    names.push_back(attribute.names.front());
  return fmt::format("{}", fmt::join(names, ", "));
}

}  // namespace

Error FilterReader::wrong_at(std::size_t at, std::string_view what) const {
  std::string_view rest = text_.substr(std::min(at, text_.size()));
  const bool is_cut = rest.size() > shown_bytes_max;
  rest = rest.substr(0, shown_bytes_max);
  const std::string shown = rest.empty()
                                ? "at the end"
                                : fmt::format("before '{}{}'", printable(rest), is_cut ? "…" : "");
  return error(Errc::invalid, "at character {}, {}: {}", characters(text_.substr(0, at)) + 1, shown,
               what);
}

void FilterReader::skip_blanks() {
  at_ = std::min(text_.find_first_not_of(blanks, at_), text_.size());
}

bool FilterReader::is_at_end() {
  skip_blanks();
  return at_ == text_.size();
}

bool FilterReader::take(std::string_view sign) {
  skip_blanks();
  if (!text_.substr(at_).starts_with(sign)) return false;
  at_ += sign.size();
  return true;
}

std::string_view FilterReader::bare_word() {
  const std::size_t end = std::min(text_.find_first_of(word_ends, at_), text_.size());
  const std::string_view word = text_.substr(at_, end - at_);
  at_ = end;
  return word;
}

bool FilterReader::take_keyword(std::string_view keyword) {
  skip_blanks();
  const std::size_t before = at_;
  if (equal_in_any_case(bare_word(), keyword)) return true;
  at_ = before;
  return false;
}

Result<std::string> FilterReader::quoted() {
  const std::size_t begin = at_;
  const char mark = text_[at_];
  const std::size_t end = text_.find(mark, at_ + 1);
  if (end == std::string_view::npos) return wrong_at(begin, "this quote has no end");
  at_ = end + 1;
  return std::string(text_.substr(begin + 1, end - begin - 1));
}

Result<FilterKey> FilterReader::attribute(std::string_view name) {
  if (const SearchAttribute* const found = words_.attribute(name))
    return FilterKey{FilterSubject::attribute, std::string(found->names.front())};
  return wrong_at(begun_, fmt::format("'{}' is no attribute of this search; there are {}",
                                      printable(name), attribute_names(words_)));
}

Result<FilterKey> FilterReader::key_of(std::string_view entity, std::string name) {
  const auto* const found = std::ranges::find(entity_words, entity, &EntityWord::word);
  if (found == std::ranges::end(entity_words) || !knows(words_, found->subject))
    return wrong_at(begun_,
                    fmt::format("'{}' is nothing that this search knows", printable(entity)));
  if (name.empty()) return wrong_at(at_, fmt::format("a name is missing behind '{}.'", entity));
  if (found->subject == FilterSubject::attribute) return attribute(name);
  if (found->subject == FilterSubject::dataset &&
      std::ranges::find(dataset_attributes, name) == std::ranges::end(dataset_attributes))
    return wrong_at(begun_, "a data set has name, digest and context");
  return FilterKey{found->subject, std::move(name)};
}

Result<FilterKey> FilterReader::key() {
  skip_blanks();
  begun_ = at_;
  if (at_ == text_.size()) return wrong("a key is missing");
  if (text_[at_] == '`' || text_[at_] == '"') {
    const std::string name = TRY(quoted());
    return attribute(name);
  }
  const std::string_view word = bare_word();
  if (word.empty()) return wrong("here a key should stand, such as metrics.accuracy");
  const std::size_t dot = word.find('.');
  if (dot == std::string_view::npos) return attribute(word);
  std::string name(word.substr(dot + 1));
  if (name.empty() && at_ < text_.size() && (text_[at_] == '`' || text_[at_] == '"'))
    name = TRY(quoted());
  return key_of(word.substr(0, dot), std::move(name));
}

Result<FilterOperator> FilterReader::comparison() {
  skip_blanks();
  begun_ = at_;
  for (const OperatorSign& one : operator_signs)
    if (take(one.sign)) return one.comparison;
  if (take_keyword("LIKE")) return FilterOperator::like;
  if (take_keyword("ILIKE")) return FilterOperator::ilike;
  if (take_keyword("IN")) return FilterOperator::in;
  if (take_keyword("NOT")) {
    if (take_keyword("IN")) return FilterOperator::not_in;
    return wrong("behind NOT stands IN");
  }
  if (take_keyword("IS")) {
    const bool is_not = take_keyword("NOT");
    if (take_keyword("NULL")) return is_not ? FilterOperator::is_not_null : FilterOperator::is_null;
    return wrong("behind IS stands NULL or NOT NULL");
  }
  return wrong("here a comparison should stand: = != > >= < <= LIKE ILIKE IN NOT IN IS NULL");
}

Result<double> FilterReader::number() {
  skip_blanks();
  begun_ = at_;
  std::string_view word = bare_word();
  if (word.starts_with('+')) word.remove_prefix(1);
  double value = 0;
  const auto read = std::from_chars(word.data(), word.data() + word.size(), value);
  if (word.empty() || read.ec != std::errc() || read.ptr != word.data() + word.size()) {
    return wrong_at(begun_, "here a number should stand, without quotes");
  }
  return value;
}

Result<std::string> FilterReader::text_value() {
  skip_blanks();
  begun_ = at_;
  if (at_ == text_.size() || (text_[at_] != '\'' && text_[at_] != '"'))
    return wrong("here a text should stand, in quotes");
  return quoted();
}

Result<std::vector<std::string>> FilterReader::text_list() {
  if (!take("(")) return wrong("here a list should stand, such as ('a', 'b')");
  std::vector<std::string> texts;
  do texts.push_back(TRY(text_value()));
  while (take(","));
  if (!take(")")) return wrong("the list has no end");
  return texts;
}

}  // namespace gt
