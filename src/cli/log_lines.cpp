#include "cli/log_lines.h"

#include <algorithm>

namespace gt {

namespace {

constexpr std::size_t block_bytes = 64U << 10U;

}  // namespace

Result<std::optional<LogPiece>> LogLines::next() {
  if (!log_ && !TRY(open())) return std::optional<LogPiece>();
  for (bool is_at_end = false;;) {
    if (const auto piece = take(is_at_end)) {
      if (is_wanted_) return piece;
      continue;
    }
    if (is_at_end) return std::optional<LogPiece>();
    is_at_end = !TRY(read_more());
  }
}

std::optional<LogPiece> LogLines::take(bool is_at_end) {
  const std::string_view rest = std::string_view(buffer_).substr(taken_);
  const std::size_t end = rest.find('\n');
  const bool ends = end != std::string_view::npos;
  if (!ends && (rest.empty() || (!is_at_end && rest.size() < piece_bytes_max))) return std::nullopt;
  if (!is_inside_) {
    line_at_ = time_of(offset_ - std::ssize(rest));
    is_wanted_ = (!range_.since || line_at_ >= *range_.since) &&
                 (!range_.until || line_at_ <= *range_.until);
  }
  const std::string_view text = rest.substr(0, end);
  const LogPiece piece{.at = line_at_, .text = text, .begins = !is_inside_, .ends = ends};
  taken_ += text.size() + (ends ? 1 : 0);
  is_inside_ = !ends;
  return piece;
}

Result<bool> LogLines::open() {
  auto log = LogFile::open(folder_);
  if (!log && log.error().code == Errc::not_found) return false;
  log_ = TRY(std::move(log));
  if (!range_.since && !range_.lines_max) return true;
  TRY(read_marks());
  std::int64_t begin = range_.since ? begin_in(marks_) : 0;
  const std::int64_t bytes = TRY(log_->bytes());
  if (range_.lines_max) begin = TRY(begin_of_tail(begin, end_in(marks_, bytes)));
  if (begin == 0) return true;
  // What stands there may be the middle of a line, which was begun too early then.
  offset_ = begin - 1;
  is_inside_ = true;
  is_wanted_ = false;
  return true;
}

/// Where lines may begin that were begun since then.
std::int64_t LogLines::begin_in(const std::vector<LogMark>& marks) const {
  const auto first =
      std::ranges::find_if(marks, [&](const LogMark& mark) { return mark.at >= *range_.since; });
  return first == marks.begin() ? 0 : std::prev(first)->offset;
}

std::int64_t LogLines::end_in(const std::vector<LogMark>& marks, std::int64_t bytes) const {
  if (!range_.until) return bytes;
  const auto last = std::find_if(marks.rbegin(), marks.rend(),
                                 [&](const LogMark& mark) { return mark.at <= *range_.until; });
  return last == marks.rbegin() ? bytes : std::prev(last)->offset;
}

Result<std::int64_t> LogLines::begin_of_tail(std::int64_t begin, std::int64_t end) {
  std::int64_t lines = 0;
  // The last byte ends a line or is in it: either way the line begins before it.
  for (std::int64_t at = end - 1; at > begin;) {
    const std::int64_t from = std::max(begin, at - static_cast<std::int64_t>(block_bytes));
    const std::string block = TRY(log_->read(from, static_cast<std::size_t>(at - from)));
    for (std::size_t i = block.size(); i-- > 0;)
      if (block[i] == '\n' && ++lines == *range_.lines_max)
        return from + static_cast<std::int64_t>(i) + 1;
    at = from;
  }
  return begin;
}

Result<bool> LogLines::read_more() {
  buffer_.erase(0, taken_);
  taken_ = 0;
  const std::string block = TRY(log_->read(offset_, block_bytes));
  if (block.empty()) return false;
  buffer_ += block;
  offset_ += std::ssize(block);
  // After the log, so that it says of all that was read when that was.
  TRY(read_marks());
  return true;
}

Result<void> LogLines::read_marks() {
  if (!index_) {
    auto index = LogFile::open(folder_, "log.index");
    if (!index && index.error().code == Errc::not_found) return {};
    index_ = TRY(std::move(index));
  }
  for (;;) {
    const std::string block = TRY(index_->read(index_offset_, block_bytes));
    if (block.empty()) return {};
    index_offset_ += std::ssize(block);
    index_rest_ += block;
    const std::size_t whole = index_rest_.rfind('\n') + 1;
    const auto marks = parse_log_index(std::string_view(index_rest_).substr(0, whole));
    marks_.insert(marks_.end(), marks.begin(), marks.end());
    index_rest_.erase(0, whole);
  }
}

Time LogLines::time_of(std::int64_t offset) {
  while (mark_ < marks_.size() && marks_[mark_].offset <= offset) ++mark_;
  return mark_ == 0 ? began_at_ : marks_[mark_ - 1].at;
}

}  // namespace gt
