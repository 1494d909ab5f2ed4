#include "calendar/cron_fields.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "calendar/cron_item.h"

namespace gt {

namespace {

constexpr auto month_names = std::to_array<std::string_view>(
    {"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"});
constexpr auto weekday_names =
    std::to_array<std::string_view>({"sun", "mon", "tue", "wed", "thu", "fri", "sat"});

enum Field : std::size_t { minute, hour, day_of_month, month, day_of_week, field_count };

constexpr std::array<CronFieldRules, field_count> all_rules = {{
    {"minute", 0, 59, 60, {}, "0 to 59, a range 0-30, a step */15, or a list of them by commas"},
    {"hour", 0, 23, 24, {}, "0 to 23, a range 9-17, a step */6, or a list of them by commas"},
    {"day of month",
     1,
     31,
     31,
     {},
     "1 to 31, L for the last one, 15W, or a list of them by commas"},
    {"month", 1, 12, 12, month_names, "1 to 12 or jan to dec, or a list of them by commas"},
    {"day of week", 0, 7, 7, weekday_names,
     "0 to 7 or sun to sat, friL for the last one, fri#2, or a list of them by commas"},
}};

constexpr auto aliases = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"@yearly", "0 0 1 1 *"},
    {"@annually", "0 0 1 1 *"},
    {"@monthly", "0 0 1 * *"},
    {"@weekly", "0 0 * * 0"},
    {"@daily", "0 0 * * *"},
    {"@midnight", "0 0 * * *"},
    {"@hourly", "0 * * * *"},
});

struct FieldText {
  std::string_view text;
  std::size_t column;  // from 1
};

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

std::vector<FieldText> fields_of(std::string_view text) {
  std::vector<FieldText> fields;
  for (std::size_t begin = 0; begin < text.size();) {
    const auto after = text.begin() + static_cast<std::ptrdiff_t>(begin);
    const auto end =
        static_cast<std::size_t>(std::find_if(after, text.end(), is_blank) - text.begin());
    if (end > begin) fields.push_back({text.substr(begin, end - begin), begin + 1});
    begin = end + 1;
  }
  return fields;
}

// What all fields have in common: values as bits, and whether there was a bare star.
struct Values {
  std::uint64_t bits = 0;
  bool any = false;
};

class FieldReader {
 public:
  FieldReader(Field field, FieldText text) : field_(field), text_(text) {}

  /// Adds the special forms of the day fields to `days`.
  Result<Values> read(CronDays& days) {
    std::size_t offset = 0;
    for (const std::string_view one : split(text_.text, ',')) {
      CronItem item(rules(), one, text_.column + offset);
      if (item.is_empty()) return item.error_here("an item is missing beside the comma");
      if (!TRY(read_special(item, days))) TRY(read_common(item, days));
      TRY(item.end());
      offset += one.size() + 1;
    }
    return values_;
  }

 private:
  const CronFieldRules& rules() const { return all_rules[field_]; }

  // Forms that begin with a letter; false if this is none.
  Result<bool> read_special(CronItem& item, CronDays& days) {
    if (field_ == day_of_month && item.accept('L')) {
      unsigned before = 0;
      if (item.accept('-')) before = TRY(item.number(1, 30));
      (item.accept('W') ? days.nearest_last_workdays : days.last_days) |= 1U << before;
      return true;
    }
    if (field_ == day_of_month && item.accept('W')) {
      if (item.at_end()) {
        days.workdays = true;
        return true;
      }
      const unsigned day = TRY(item.number(1, 31));
      days.nearest_workdays |= 1U << day;
      return true;
    }
    if (field_ == day_of_week && item.accept('L')) {
      if (item.at_end()) return item.error_before("`L` needs a day");
      const unsigned weekday = TRY(item.number(0, 7));
      days.last_weekdays |= weekday_bit(weekday);
      return true;
    }
    return false;
  }

  Result<void> read_common(CronItem& item, CronDays& days) {
    const bool is_day = field_ == day_of_month || field_ == day_of_week;
    if (is_day && item.accept('?')) {
      if (!item.at_end()) return item.error_here("`?` stands alone");
      add(rules().min, rules().count - 1, 1);
      values_.any = true;
      return {};
    }
    if (item.accept('*')) {
      const bool bare = item.at_end();
      const unsigned step = TRY(read_step(item));
      add(rules().min, rules().count - 1, step);
      values_.any = values_.any || bare;
      return {};
    }
    const unsigned first = TRY(item.value());
    if (field_ == day_of_month && item.accept('W')) {
      days.nearest_workdays |= 1U << first;
      return {};
    }
    if (field_ == day_of_week && item.accept('L')) {
      days.last_weekdays |= weekday_bit(first);
      return {};
    }
    if (field_ == day_of_week && item.accept('#')) {
      const unsigned week = TRY(item.number(1, 5));
      days.nth_weekdays[week - 1] |= weekday_bit(first);
      return {};
    }
    unsigned length = 0;
    if (item.accept('-')) {
      const unsigned last = TRY(item.value());
      length = last >= first ? last - first : last + rules().count - first;
    } else if (item.at('/')) {
      length = rules().count - 1 - (first - rules().min) % rules().count;
    }
    const unsigned step = TRY(read_step(item));
    add(first, length, step);
    return {};
  }

  Result<unsigned> read_step(CronItem& item) const {
    if (!item.accept('/')) return 1U;
    const auto step = item.number(1, rules().count - 1, "the step ");
    if (step.ok()) return step;
    return Error{Errc::invalid, step.error().message,
                 "steps begin anew with the field's range; a longer one would never be made"};
  }

  // `first`, and every step-th value up to `length` after it, over the end of the field if need be.
  void add(unsigned first, unsigned length, unsigned step) {
    for (unsigned distance = 0; distance <= length; distance += step)
      values_.bits |= std::uint64_t{1}
                      << ((first - rules().min + distance) % rules().count + rules().min);
  }

  static std::uint8_t weekday_bit(unsigned weekday) {
    return static_cast<std::uint8_t>(1U << weekday % 7);
  }

  Field field_;
  FieldText text_;
  Values values_;
};

Result<std::string_view> meaning_of_alias(std::string_view alias) {
  std::vector<std::string> names;
  for (const auto& [name, meaning] : aliases) {
    if (std::ranges::equal(alias, name, [](char written, char small) {
          return std::tolower(static_cast<unsigned char>(written)) == small;
        }))
      return meaning;
    names.emplace_back(name);
  }
  const auto meant = nearest(alias, names);
  return Error{
      Errc::invalid, fmt::format("column 1: unknown schedule {}", printable(alias)),
      meant ? "did you mean " + *meant + "?" : fmt::format("there are {}", fmt::join(names, ", "))};
}

Error wrong_count(std::string_view text, const std::vector<FieldText>& fields) {
  if (fields.empty()) return {Errc::invalid, "the schedule is empty", "five fields: 0 6 * * mon"};
  const std::string alias = fmt::format("@{}", fields[0].text);
  if (fields.size() == 1 && meaning_of_alias(alias).ok())
    return {Errc::invalid, fmt::format("column {}: one word is no schedule", fields[0].column),
            fmt::format("did you mean {}?", alias)};
  if (fields.size() < field_count) {
    return {
        Errc::invalid,
        fmt::format("column {}: the {} is missing", text.size() + 1, all_rules[fields.size()].name),
        "five fields: minute, hour, day of month, month, day of week"};
  }
  return {
      Errc::invalid,
      fmt::format("column {}: {} fields are too many", fields[field_count].column, fields.size()),
      "five fields, from minutes to days of the week; there are no seconds and no years"};
}

bool ever_fires(const CronFields& fields) {
  // The calendar repeats itself after 400 years.
  for (std::chrono::year_month month(std::chrono::year{2000}, std::chrono::January);
       month.year() < std::chrono::year{2400}; month += std::chrono::months{1}) {
    const bool is_named = (fields.months >> static_cast<unsigned>(month.month()) & 1U) != 0;
    if (is_named && fields.days.in(month) != 0) return true;
  }
  return false;
}

}  // namespace

Result<CronFields> parse_cron_fields(std::string_view text) {
  const std::string_view bare = trim(text);
  if (bare.starts_with('@')) return parse_cron_fields(TRY(meaning_of_alias(bare)));
  const std::vector<FieldText> texts = fields_of(text);
  if (texts.size() != field_count) return wrong_count(text, texts);

  CronFields fields;
  std::array<Values, field_count> values;
  for (const Field field : {minute, hour, day_of_month, month, day_of_week})
    values[field] = TRY(FieldReader(field, texts[field]).read(fields.days));
  fields.minutes = values[minute].bits;
  fields.hours = static_cast<std::uint32_t>(values[hour].bits);
  fields.months = static_cast<std::uint16_t>(values[month].bits);
  fields.days.days = static_cast<std::uint32_t>(values[day_of_month].bits);
  fields.days.days_restricted = !values[day_of_month].any;
  fields.days.weekdays = static_cast<std::uint8_t>(values[day_of_week].bits);
  fields.days.weekdays_restricted = !values[day_of_week].any;
  if (ever_fires(fields)) return fields;
  return Error{Errc::invalid,
               fmt::format("day of month, column {}: it never fires, none of its months has such a "
                           "day",
                           texts[day_of_month].column),
               "February has 28 or 29 days; L is the last day of every month"};
}

}  // namespace gt
