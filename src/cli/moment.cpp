#include "cli/moment.h"

#include <charconv>
#include <optional>

#include "base/text.h"

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

std::optional<Duration> parse_offset(Reader& reader) {
  if (reader.is_at_end() || reader.is_next("Zz")) return Duration(0);
  const bool is_behind = reader.is_next("-");
  if (!is_behind) reader.expect("+");
  const int hours = reader.number(2);
  (void)reader.is_next(":");
  const int minutes = reader.number(2);
  if (hours > 23 || minutes > 59) return std::nullopt;
  const Duration offset = std::chrono::hours(hours) + std::chrono::minutes(minutes);
  return is_behind ? -offset : offset;
}

/// "06:00", with seconds and a fraction of them; whether it is one the reader knows.
Duration parse_time_of_day(Reader& reader) {
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

std::optional<Time> parse_date_and_time(std::string_view text) {
  Reader reader(text);
  const int year = reader.number(4);
  reader.expect("-");
  const auto month = static_cast<unsigned>(reader.number(2));
  reader.expect("-");
  const auto day = static_cast<unsigned>(reader.number(2));
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month),
                                         std::chrono::day(day)};
  Duration time{0};
  std::optional<Duration> offset = Duration(0);
  if (!reader.is_at_end()) {
    reader.expect("Tt ");
    time = parse_time_of_day(reader);
    offset = parse_offset(reader);
  }
  if (!reader.is_done() || !date.ok() || !offset) return std::nullopt;
  return std::chrono::sys_days(date) + time - *offset;
}

/// The last one before `now`.
std::optional<Time> parse_time_alone(std::string_view text, Time now) {
  Reader reader(text);
  const Duration time = parse_time_of_day(reader);
  if (!reader.is_done()) return std::nullopt;
  const auto today = std::chrono::floor<std::chrono::days>(now);
  return today + time <= now ? today + time : today - std::chrono::days(1) + time;
}

}  // namespace

Result<Time> parse_moment(std::string_view text, Time now) {
  const auto age = parse_duration(text);
  if (age && *age <= now.time_since_epoch()) return now - *age;
  if (const auto time = parse_date_and_time(text)) return *time;
  if (const auto time = parse_time_alone(text, now)) return *time;
  Error problem = error(Errc::invalid, "{} is no time", shell_quoted(printable(text)));
  problem.hint = "such as 10m, 2h30m, 06:00, 2026-11-23T06:00 or 2026-11-23T06:00:00Z (UTC)";
  return problem;
}

}  // namespace gt
