#include "base/line_diff.h"

#include <algorithm>
#include <fmt/format.h>
#include <utility>
#include <vector>

namespace gt {

namespace {

constexpr std::ptrdiff_t context_lines = 3;
constexpr std::ptrdiff_t edits_max = 1000;

using Lines = std::vector<std::string_view>;

/// With their line breaks, so that a last line without one differs from one with it.
Lines lines_of(std::string_view text) {
  Lines lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return lines;
}

/// Which lines are gone from the old text, and which are new in the new one.
struct Changed {
  std::vector<bool> gone, come;
};

/// Eugene Myers' greedy search for the shortest way from one text to the other, between the lines
/// that both begin and end with.
class Comparison {
 public:
  Comparison(const Lines& before, const Lines& now)
      : before_(before),
        now_(now),
        changed_{std::vector<bool>(before.size()), std::vector<bool>(now.size())} {
    while (begin_ < std::min(old_end(), new_end()) && before_[at(begin_)] == now_[at(begin_)])
      ++begin_;
    while (old_end() > begin_ && new_end() > begin_ &&
           before_[at(old_end() - 1)] == now_[at(new_end() - 1)])
      ++same_at_end_;
  }

  Changed changed() && {
    if (!search()) {
      std::fill(changed_.gone.begin() + begin_, changed_.gone.begin() + old_end(), true);
      std::fill(changed_.come.begin() + begin_, changed_.come.begin() + new_end(), true);
    }
    return std::move(changed_);
  }

 private:
  static std::size_t at(std::ptrdiff_t index) { return static_cast<std::size_t>(index); }
  std::ptrdiff_t old_end() const { return std::ssize(before_) - same_at_end_; }
  std::ptrdiff_t new_end() const { return std::ssize(now_) - same_at_end_; }

  /// How far one gets on each diagonal (old line minus new line) with so many edits.
  using Reach = std::vector<std::ptrdiff_t>;

  /// Whether the way to diagonal k comes from the one above it (a new line) or below (one is gone).
  static bool comes_from_new(const Reach& reach, std::ptrdiff_t edits, std::ptrdiff_t k) {
    return k == -edits || (k != edits && reach[at(k - 1 + edits)] < reach[at(k + 1 + edits)]);
  }

  bool search() {
    const std::ptrdiff_t old_count = old_end() - begin_, new_count = new_end() - begin_;
    std::vector<Reach> history;
    Reach reach(3, 0);  // of diagonals -1, 0, 1: as if one edit had been made
    for (std::ptrdiff_t edits = 0; edits <= std::min(edits_max, old_count + new_count); ++edits) {
      Reach next(at(2 * edits + 3), 0);  // one diagonal more on both sides, for the next round
      for (std::ptrdiff_t k = -edits; k <= edits; k += 2) {
        std::ptrdiff_t x = 0;
        if (edits > 0)
          x = comes_from_new(reach, edits, k) ? reach[at(k + 1 + edits)]
                                              : reach[at(k - 1 + edits)] + 1;
        while (x < old_count && x - k < new_count && x - k >= 0 &&
               before_[at(begin_ + x)] == now_[at(begin_ + x - k)])
          ++x;
        next[at(k + edits + 1)] = x;
        if (x >= old_count && x - k >= new_count) {
          history.push_back(std::move(reach));
          walk_back(history, edits, old_count, new_count);
          return true;
        }
      }
      history.push_back(std::exchange(reach, std::move(next)));
    }
    return false;
  }

  void walk_back(const std::vector<Reach>& history, std::ptrdiff_t edits, std::ptrdiff_t x,
                 std::ptrdiff_t y) {
    for (; edits > 0; --edits) {
      const Reach& reach = history[at(edits)];
      const std::ptrdiff_t k = x - y;
      if (comes_from_new(reach, edits, k)) {
        x = reach[at(k + 1 + edits)];
        y = x - (k + 1);
        changed_.come[at(begin_ + y)] = true;
      } else {
        x = reach[at(k - 1 + edits)];
        y = x - (k - 1);
        changed_.gone[at(begin_ + x)] = true;
      }
    }
  }

  const Lines &before_, &now_;
  Changed changed_;
  std::ptrdiff_t begin_ = 0, same_at_end_ = 0;
};

class PatchWriter {
 public:
  PatchWriter(const Lines& before, const Lines& now, const Changed& changed)
      : before_(before), now_(now), changed_(changed) {}

  std::string hunks() && {
    while (old_ < before_.size() || new_ < now_.size()) {
      if (is_changed())
        add_change();
      else
        add_same();
    }
    end_hunk();
    return std::move(text_);
  }

 private:
  bool is_gone() const { return old_ < before_.size() && changed_.gone[old_]; }
  bool is_come() const { return new_ < now_.size() && changed_.come[new_]; }
  bool is_changed() const { return is_gone() || is_come(); }

  void add_line(char sign, std::string_view line) {
    hunk_ += sign;
    hunk_ += line;
    if (!line.ends_with('\n')) hunk_ += "\n\\ No newline at end of file\n";
    if (sign != '+') ++old_count_;
    if (sign != '-') ++new_count_;
  }

  void add_change() {
    if (hunk_.empty()) {
      const std::size_t lead = std::min(old_, static_cast<std::size_t>(context_lines));
      old_start_ = old_ - lead;
      new_start_ = new_ - lead;
      for (std::size_t i = 0; i < lead; ++i) add_line(' ', before_[old_start_ + i]);
    }
    while (is_gone()) add_line('-', before_[old_++]);
    while (is_come()) add_line('+', now_[new_++]);
  }

  /// Equal lines up to the next change; many of them end a hunk.
  void add_same() {
    std::size_t count = 0;
    while (old_ + count < before_.size() && !changed_.gone[old_ + count] &&
           !(new_ + count < now_.size() && changed_.come[new_ + count]))
      ++count;
    const bool is_last = old_ + count == before_.size() && new_ + count == now_.size();
    const auto context = static_cast<std::size_t>(context_lines);
    if (!hunk_.empty()) {
      const bool joins = !is_last && count <= 2 * context;
      const std::size_t shown = joins ? count : std::min(count, context);
      for (std::size_t i = 0; i < shown; ++i) add_line(' ', before_[old_ + i]);
      if (!joins) end_hunk();
    }
    old_ += count;
    new_ += count;
  }

  void end_hunk() {
    if (hunk_.empty()) return;
    // An empty side is named by the line before it.
    text_ += fmt::format("@@ -{},{} +{},{} @@\n{}", old_start_ + (old_count_ > 0 ? 1 : 0),
                         old_count_, new_start_ + (new_count_ > 0 ? 1 : 0), new_count_, hunk_);
    hunk_.clear();
    old_count_ = new_count_ = 0;
  }

  const Lines &before_, &now_;
  const Changed& changed_;
  std::size_t old_ = 0, new_ = 0;
  std::size_t old_start_ = 0, new_start_ = 0, old_count_ = 0, new_count_ = 0;
  std::string hunk_, text_;
};

}  // namespace

std::string unified_diff(std::string_view before, std::string_view now, const PatchNames& names) {
  if (before == now) return {};
  const Lines old_lines = lines_of(before), new_lines = lines_of(now);
  const Changed changed = Comparison(old_lines, new_lines).changed();
  return fmt::format("--- {}\n+++ {}\n", names.before, names.now) +
         PatchWriter(old_lines, new_lines, changed).hunks();
}

}  // namespace gt
