#include "process/log_writer.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

#include "base/text.h"

namespace gt {

namespace {

constexpr std::int64_t tail_bytes_max = 256 << 10U;
constexpr Duration mark_distance_min = std::chrono::milliseconds(5);
// After so many marks their distance doubles, and again: an index stays small for days of output.
constexpr std::int64_t marks_per_doubling = 1 << 16U;

}  // namespace

LogWriter::LogWriter(const std::string& folder, const std::vector<std::string>& secrets,
                     std::int64_t bytes_max, Clock& clock)
    : folder_(folder),
      masker_(secrets),
      head_max_(bytes_max - std::min(tail_bytes_max, bytes_max / 4)),
      tail_max_(bytes_max - head_max_),
      clock_(clock) {}

void LogWriter::write(std::string_view bytes) {
  if (masker_.empty())
    keep(bytes);
  else
    keep(masker_.feed(bytes));
}

void LogWriter::finish() {
  if (!masker_.empty()) keep(masker_.finish());
  if (!head_is_full_) return;
  cut_tail();
  // When it was written, not when it reached the file.
  const auto first = tail_marks_.empty() ? LogMark{clock_.now(), tail_begin_} : tail_marks_.front();
  std::string notice;
  if (left_out_ > 0)
    notice =
        fmt::format("\n[geartrain: {} of output are left out here]\n", format_bytes(left_out_));
  const std::int64_t begin = offset_ + std::ssize(notice);
  if (!can_write(notice.size() + tail_.size())) return;
  put_mark({first.at, offset_});
  put(notice);
  for (const LogMark& mark : tail_marks_)
    if (mark.offset > tail_begin_) put_mark({mark.at, begin + mark.offset - tail_begin_});
  put(tail_);
  tail_.clear();
  tail_marks_.clear();
}

void LogWriter::keep(std::string_view bytes) {
  const auto room = static_cast<std::size_t>(head_max_ - head_bytes_);
  const auto head = bytes.substr(0, room);
  if (!head.empty()) append(head);
  head_bytes_ += static_cast<std::int64_t>(head.size());
  bytes.remove_prefix(head.size());
  if (bytes.empty()) return;
  if (!head_is_full_) {
    head_is_full_ = true;
    append(
        fmt::format("\n[geartrain: the log's limit is reached; the last {} of output follow when "
                    "the attempt ends]\n",
                    format_bytes(tail_max_)));
    marked_at_.reset();
  }
  if (is_mark_due()) tail_marks_.push_back({clock_.now(), tail_begin_ + std::ssize(tail_)});
  tail_ += bytes;
  // Cut seldom, so that a byte is moved once on average.
  if (std::ssize(tail_) > 2 * tail_max_) cut_tail();
}

void LogWriter::cut_tail() {
  const std::int64_t cut = std::ssize(tail_) - tail_max_;
  if (cut <= 0) return;
  left_out_ += cut;
  tail_begin_ += cut;
  tail_.erase(0, static_cast<std::size_t>(cut));
  // The last mark before what stays says when that was written.
  const auto after =
      std::ranges::upper_bound(tail_marks_, tail_begin_, std::ranges::less(), &LogMark::offset);
  if (after != tail_marks_.begin()) tail_marks_.erase(tail_marks_.begin(), std::prev(after));
}

void LogWriter::append(std::string_view bytes) {
  if (!can_write(bytes.size())) return;
  if (is_mark_due()) put_mark({clock_.now(), offset_});
  put(bytes);
}

bool LogWriter::can_write(std::size_t bytes) {
  const auto opened = open();
  if (opened) return true;
  left_out_ += static_cast<std::int64_t>(bytes);
  note(opened.error());
  return false;
}

void LogWriter::put(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(log_.get(), bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) {
      // What comes later may fit again: a full disk is often full for a while only.
      note(errno_error(errno, "writing the log"));
      left_out_ += static_cast<std::int64_t>(bytes.size());
      return;
    }
    bytes.remove_prefix(static_cast<std::size_t>(count));
    offset_ += count;
  }
}

Result<void> LogWriter::open() {
  const auto open_one = [this](UniqueFd& file, const char* name) -> Result<void> {
    if (file) return {};
    // The command may have put a link in its place.
    constexpr int flags = O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
    file.reset(::open(join_path(folder_, name).c_str(), flags, 0666));
    // Without the path, which may be one of this process only.
    if (!file) return errno_error(errno, fmt::format("opening the {}", name));
    return {};
  };
  TRY(open_one(log_, "log"));
  return open_one(index_, "log.index");
}

bool LogWriter::is_mark_due() {
  const Duration now = clock_.steady();
  const Duration distance = mark_distance_min * (std::int64_t{1} << (marks_ / marks_per_doubling));
  if (marked_at_ && now - *marked_at_ < distance) return false;
  marked_at_ = now;
  ++marks_;
  return true;
}

void LogWriter::put_mark(const LogMark& mark) {
  if (auto written = write_all(index_.get(), to_line(mark)); !written)
    note(std::move(written).error().context("the log's index"));
}

void LogWriter::note(const Error& problem) {
  if (problem_.empty()) problem_ = problem.message;
}

}  // namespace gt
