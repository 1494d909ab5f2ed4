#include "calendar/merged_firings.h"

namespace gt {

MergedFirings::MergedFirings(const std::vector<const Schedule*>& schedules, Time from, Time to) {
  rows_.reserve(schedules.size());
  for (const Schedule* const schedule : schedules) {
    Row row{.rest = Firings(*schedule, from, to), .next = {}};
    row.next = row.rest.next();
    rows_.push_back(std::move(row));
  }
}

std::optional<MergedFirings::Next> MergedFirings::next() {
  Row* first = nullptr;
  for (Row& row : rows_)
    if (row.next && (first == nullptr || row.next->at < first->next->at)) first = &row;
  if (first == nullptr) return std::nullopt;
  const Next found{.schedule = static_cast<std::size_t>(first - rows_.data()),
                   .firing = *first->next};
  first->next = first->rest.next();
  return found;
}

}  // namespace gt
