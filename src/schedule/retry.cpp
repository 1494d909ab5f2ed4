#include "schedule/retry.h"

#include <algorithm>
#include <cmath>

namespace gt {

bool is_retried(const Retry& retry, const AttemptFailed& failure) {
  // These say that somebody wanted an end, or that nothing would be different the next time.
  if (failure.cause == Cause::cancelled || failure.cause == Cause::run_timeout ||
      failure.cause == Cause::invalid_expression || failure.cause == Cause::rejected)
    return false;
  if (!retry.on.empty() && std::ranges::find(retry.on, failure.cause) == retry.on.end())
    return false;
  if (failure.cause == Cause::exit && !retry.exit_codes.empty())
    return failure.exit_code &&
           std::ranges::find(retry.exit_codes, *failure.exit_code) != retry.exit_codes.end();
  return true;
}

namespace {

double delay_of(const Retry& retry, std::uint32_t retry_number) {
  double factor = 1;
  if (retry.backoff == Backoff::linear) factor = retry_number;
  // Beyond 2^60 the cap has long been reached, and ldexp stays finite.
  if (retry.backoff == Backoff::exponential)
    factor = std::ldexp(1.0, static_cast<int>(std::min<std::uint32_t>(retry_number - 1, 60)));
  return std::min(static_cast<double>(retry.delay.count()) * factor,
                  static_cast<double>(retry.max_delay.count()));
}

Duration within_limit(const Retry& retry, double wait) {
  const double longest = static_cast<double>(retry.max_delay.count());
  return Duration(static_cast<Duration::rep>(std::clamp(wait, 0.0, longest)));
}

}  // namespace

Duration retry_delay(const Retry& retry, std::uint32_t retry_number) {
  return within_limit(retry, delay_of(retry, retry_number));
}

Duration retry_delay(const Retry& retry, std::uint32_t retry_number, Entropy& entropy) {
  const double spread = 1 + retry.jitter * (2 * entropy.unit() - 1);
  return within_limit(retry, delay_of(retry, retry_number) * spread);
}

std::int64_t grown_memory(const Growth& growth, std::int64_t bytes) {
  const double wanted = static_cast<double>(bytes) * growth.memory_factor;
  // As a double it is exact: memory is far below 2^53 bytes.
  constexpr double most = 9007199254740992.0;
  const auto grown = static_cast<std::int64_t>(std::min(wanted, most));
  return growth.memory_bytes_max > 0 ? std::min(grown, growth.memory_bytes_max) : grown;
}

}  // namespace gt
