/// The points of a metric as bytes. Pure; threads: any.
///
/// A chunk is the points one after another, each as its difference to the one before (the first: to
/// nothing): step and time as zigzag numbers of seven bits a byte, low bits first; then the value's
/// bits, xor those before it, as one byte that counts the zero bytes in front (high four bits) and
/// behind (low four bits), and the bytes between, high ones first. Every double comes back as it
/// was; NaN comes back as the NaN.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace gt {

struct MetricPoint {
  double value = 0;
  std::int64_t time_ms = 0;  ///< as the client says
  std::int64_t step = 0;
};

/// By step, time, value; NaN above all others. That of a series which is greatest is its newest.
bool is_newer(const MetricPoint& left, const MetricPoint& right);
/// In the order of a history: by time, step, value; NaN above all others.
bool is_earlier(const MetricPoint& left, const MetricPoint& right);
/// NaN is equal to NaN.
bool are_equal(const MetricPoint& left, const MetricPoint& right);

/// Puts a point behind those of `chunk`; `last` is the last one of these, nothing before the first.
void append_point(std::string& chunk, const MetricPoint& last, const MetricPoint& point);

/// Errc::internal for bytes that are no chunk.
Result<std::vector<MetricPoint>> read_points(std::string_view chunk);

/// Sorted by is_earlier(), without repetitions.
void make_history(std::vector<MetricPoint>& points);

}  // namespace gt
