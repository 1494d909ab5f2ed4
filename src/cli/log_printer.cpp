#include "cli/log_printer.h"

#include <algorithm>

#include "base/text.h"
#include "cli/log_text.h"

namespace gt {

namespace {

constexpr std::size_t label_width_max = 40;

}  // namespace

Result<void> LogPrinter::print(LogMerge& merge, std::optional<std::int64_t> lines_max) {
  std::deque<Held> held;
  std::int64_t lines = 0;
  while (!console_.is_output_closed()) {
    const auto merged = merge.next();
    if (!merged) break;
    const auto& [number, piece] = *merged;
    if (!lines_max) {
      print_piece(merge, number, piece);
      continue;
    }
    held.push_back({number, piece.at, std::string(piece.text), piece.begins, piece.ends});
    lines += piece.begins ? 1 : 0;
    while (!held.empty() && (lines > *lines_max || !held.front().begins)) {
      lines -= held.front().begins ? 1 : 0;
      held.pop_front();
    }
  }
  for (const Held& one : held)
    print_piece(merge, one.source, {one.at, one.text, one.begins, one.ends});
  return console_.flush();
}

void LogPrinter::print_piece(const LogMerge& merge, std::size_t number, const LogPiece& piece) {
  if (unended_ && (*unended_ != number || piece.begins)) console_.print("\n");
  const bool goes_on = unended_ == number && !piece.begins;
  if (!goes_on) console_.print(head_of(merge.source(number), number, piece.at));
  if (console_.facts().output.is_terminal)
    console_.print(terminal_safe(piece.text));
  else
    console_.print(piece.text);
  if (piece.ends) console_.print("\n");
  unended_ = piece.ends ? std::nullopt : std::optional(number);
}

std::string LogPrinter::head_of(const LogSource& source, std::size_t number, Time at) const {
  std::string head;
  if (form_.has_times) head = console_.painted(Tone::faint, format_time(at)) + " ";
  if (!form_.has_labels) return head;
  std::string label = source.label;
  if (console_.facts().output.is_terminal)
    label.resize(std::max(label.size(), std::min(form_.label_width, label_width_max)), ' ');
  return head + console_.tagged(number, label + " |") + " ";
}

Result<void> LogPrinter::finish() {
  if (unended_ && (form_.has_labels || form_.has_times)) console_.print("\n");
  unended_.reset();
  return console_.flush();
}

}  // namespace gt
