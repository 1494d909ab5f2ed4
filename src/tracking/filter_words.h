/// The words of a filter, one after another. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "tracking/filter.h"

namespace gt {

/// Reads from the front. Errors: invalid, with the place.
class FilterReader {
 public:
  FilterReader(std::string_view text, const SearchWords& words) : text_(text), words_(words) {}

  /// Passes over blanks.
  bool is_at_end();
  Result<FilterKey> key();
  /// Takes it in any case, if it comes next.
  bool take_keyword(std::string_view keyword);
  Result<FilterOperator> comparison();
  Result<double> number();
  /// In single or double quotes.
  Result<std::string> text_value();
  /// In brackets; not an empty one.
  Result<std::vector<std::string>> text_list();

  /// "at character 7: …", for what comes next.
  template <typename... Args>
  Error wrong(fmt::format_string<Args...> format, Args&&... args) {
    return wrong_at(at_, fmt::format(format, std::forward<Args>(args)...));
  }
  Error wrong_at(std::size_t at, std::string_view what) const;
  /// Where the word begins that was read last.
  std::size_t begun() const { return begun_; }

 private:
  void skip_blanks();
  bool take(std::string_view sign);
  std::string_view bare_word();
  Result<std::string> quoted();
  Result<FilterKey> key_of(std::string_view entity, std::string name);
  Result<FilterKey> attribute(std::string_view name);

  std::string_view text_;
  const SearchWords& words_;
  std::size_t at_ = 0;
  std::size_t begun_ = 0;
};

}  // namespace gt
