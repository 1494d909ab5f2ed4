#include "schedule/retry.h"

#include <algorithm>
#include <cmath>

namespace gt {

bool is_retried(const Retry& retry, const AttemptFailed& failure) {
  // These say that somebody wanted an end, or that nothing would be different the next time.
  if (failure.cause == Cause::cancelled || failure.cause == Cause::run_timeout ||
      failure.cause == Cause::invalid_expression)
    return false;
  if (!retry.on.empty() && std::ranges::find(retry.on, failure.cause) == retry.on.end())
    return false;
  if (failure.cause == Cause::exit && !retry.exit_codes.empty())
    return failure.exit_code &&
           std::ranges::find(retry.exit_codes, *failure.exit_code) != retry.exit_codes.end();
  return true;
}

Duration retry_delay(const Retry& retry, std::uint32_t retry_number, Entropy& entropy) {
  double factor = 1;
  if (retry.backoff == Backoff::linear) factor = retry_number;
  // Beyond 2^60 the cap has long been reached, and ldexp stays finite.
  if (retry.backoff == Backoff::exponential)
    factor = std::ldexp(1.0, static_cast<int>(std::min<std::uint32_t>(retry_number - 1, 60)));
  const double longest = static_cast<double>(retry.max_delay.count());
  double wait = std::min(static_cast<double>(retry.delay.count()) * factor, longest);
  wait *= 1 + retry.jitter * (2 * entropy.unit() - 1);
  return Duration(static_cast<Duration::rep>(std::clamp(wait, 0.0, longest)));
}

}  // namespace gt
