#include "calendar/written_time.h"

#include <algorithm>
#include <charconv>

namespace gt {

namespace {

/// Takes pieces of a text from its beginning; after one that is not there, none are.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}
  int number(std::size_t digits) {
    int value = 0;
    const auto parsed =
        std::from_chars(rest_.data(), rest_.data() + std::min(digits, rest_.size()), value);
    is_ok_ = is_ok_ && parsed.ec == std::errc() && rest_.front() != '-' &&
             parsed.ptr == rest_.data() + digits;
    if (is_ok_) rest_.remove_prefix(digits);
    return value;
  }
  bool is_next(std::string_view characters) {
    const bool is_it = is_ok_ && !rest_.empty() && characters.contains(rest_.front());
    if (is_it) rest_.remove_prefix(1);
    return is_it;
  }
  void expect(std::string_view characters) { is_ok_ = is_next(characters) && is_ok_; }
  Duration fraction() {
    Duration unit = std::chrono::seconds(1), value{0};
    while (is_ok_ && !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9') {
      unit /= 10;
      value += unit * (rest_.front() - '0');
      rest_.remove_prefix(1);
    }
    return value;
  }
  void refuse() { is_ok_ = false; }
  bool is_done() const { return is_ok_ && rest_.empty(); }
  bool is_at_end() const { return rest_.empty(); }

 private:
  std::string_view rest_;
  bool is_ok_ = true;
};

std::optional<Duration> take_offset(Reader& reader) {
  if (reader.is_at_end()) return std::nullopt;
  if (reader.is_next("Zz")) return Duration(0);
  const bool is_behind = reader.is_next("-");
  if (!is_behind) reader.expect("+");
  const int hours = reader.number(2);
  (void)reader.is_next(":");
  const int minutes = reader.number(2);
  if (hours > 23 || minutes > 59) reader.refuse();
  const Duration offset = std::chrono::hours(hours) + std::chrono::minutes(minutes);
  return is_behind ? -offset : offset;
}

/// Whether it is a time of day the reader knows.
Duration take_time_of_day(Reader& reader) {
  const int hours = reader.number(2);
  reader.expect(":");
  const int minutes = reader.number(2);
  const int seconds = reader.is_next(":") ? reader.number(2) : 0;
  if (hours > 23 || minutes > 59 || seconds > 59) reader.refuse();
  Duration time =
      std::chrono::hours(hours) + std::chrono::minutes(minutes) + std::chrono::seconds(seconds);
  if (reader.is_next(".,")) time += reader.fraction();
  return time;
}

}  // namespace

std::optional<WrittenTime> parse_written_time(std::string_view text) {
  Reader reader(text);
  const int year = reader.number(4);
  reader.expect("-");
  const auto month = static_cast<unsigned>(reader.number(2));
  reader.expect("-");
  const auto day = static_cast<unsigned>(reader.number(2));
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month),
                                         std::chrono::day(day)};
  WrittenTime written;
  Duration time{0};
  if (!reader.is_at_end()) {
    reader.expect("Tt ");
    time = take_time_of_day(reader);
    written.offset = take_offset(reader);
  }
  if (!reader.is_done() || !date.ok()) return std::nullopt;
  written.local = std::chrono::local_days(date) + time;
  return written;
}

std::optional<Duration> parse_time_of_day(std::string_view text) {
  Reader reader(text);
  const Duration time = take_time_of_day(reader);
  if (!reader.is_done()) return std::nullopt;
  return time;
}

Time instant_of(const WrittenTime& written, const Zone& zone) {
  const Duration shown = written.local.time_since_epoch();
  if (written.offset) return Time(shown - *written.offset);
  // No clock is further from UTC than this.
  constexpr std::chrono::hours offset_max{26};
  const auto& stretches = zone.stretches();
  for (std::size_t index = zone.stretch_at(Time(shown) - offset_max); index < stretches.size();
       ++index) {
    const Time instant = Time(shown - stretches[index].offset);
    // The calendar's first and last stretch go on beyond it.
    if (instant < stretches[index].end || index + 1 == stretches.size())
      return index == 0 ? instant : std::max(instant, stretches[index].begin);
  }
  return Time(shown);
}

}  // namespace gt
