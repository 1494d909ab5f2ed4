#include "cli/log_merge.h"

#include <algorithm>
#include <utility>

namespace gt {

std::size_t LogMerge::add(LogSource source) {
  queue_.emplace(source.began_at, sources_.size());
  sources_.push_back(std::move(source));
  return sources_.size() - 1;
}

std::optional<MergedPiece> LogMerge::next() {
  if (given_) {
    const std::size_t number = *given_;
    given_.reset();
    read(number);
    // The rest of a line at once, as far as it is there.
    if (const auto open = open_.find(number);
        open != open_.end() && open->second.piece && !open->second.piece->begins) {
      given_ = number;
      return MergedPiece{number, *open->second.piece};
    }
    enqueue(number);
  }
  while (!queue_.empty()) {
    const std::size_t number = queue_.begin()->second;
    queue_.erase(queue_.begin());
    const LogSource& source = sources_[number];
    const auto open =
        open_.try_emplace(number, Open{LogLines(source.folder, source.began_at, source.range)})
            .first;
    if (!open->second.piece) {
      read(number);
      enqueue(number);
      continue;
    }
    given_ = number;
    return MergedPiece{number, *open->second.piece};
  }
  return std::nullopt;
}

void LogMerge::look_again() {
  for (const std::size_t number : std::exchange(waiting_, {}))
    queue_.emplace(open_.at(number).latest, number);
}

void LogMerge::read(std::size_t number) {
  Open& open = open_.at(number);
  auto piece = open.lines.next().context("{}", sources_[number].label);
  open.piece = piece ? *piece : std::nullopt;
  if (open.piece) open.latest = std::max(open.latest, open.piece->at);
  if (piece) return;
  sources_[number].is_live = false;
  if (!trouble_) trouble_ = piece.error();
}

void LogMerge::enqueue(std::size_t number) {
  const Open& open = open_.at(number);
  if (open.piece)
    queue_.emplace(open.latest, number);
  else if (sources_[number].is_live)
    waiting_.push_back(number);
  else
    open_.erase(number);
}

}  // namespace gt
