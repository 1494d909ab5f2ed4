#include "calendar/overlap.h"

#include <algorithm>

namespace gt {

OverlapForecast::Outcome OverlapForecast::next(Time at) {
  const bool overlaps = at < busy_until_;
  if (overlaps && policy_ == Overlap::skip) return {.overlaps = true, .begins = std::nullopt};
  const Time begins = overlaps && policy_ == Overlap::queue ? busy_until_ : at;
  // A duration may be longer than time can be counted.
  busy_until_ = begins + std::min(duration_, std::max(calendar_end - begins, Duration(0)));
  return {.overlaps = overlaps, .begins = begins};
}

}  // namespace gt
