/// Whether and when a failed task is tried again.
#pragma once

#include "base/entropy.h"
#include "definition/pipeline.h"
#include "run/attempt.h"

namespace gt {

/// Whether the cause of a failure is one that the step wants tried again.
bool is_retried(const Retry& retry, const AttemptFailed& failure);

/// Without jitter, as groups have it.
Duration retry_delay(const Retry& retry, std::uint32_t retry_number);
/// The wait before retry number `retry_number` (1 for the first): delay, delay·n or delay·2^(n-1),
/// at most max_delay, then spread by jitter.
Duration retry_delay(const Retry& retry, std::uint32_t retry_number, Entropy& entropy);

/// What an attempt gets after one that wanted more than `bytes`.
std::int64_t grown_memory(const Growth& growth, std::int64_t bytes);

}  // namespace gt
