#include "tracking/metric_points.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <optional>
#include <tuple>

namespace gt {

namespace {

constexpr unsigned bits_of_byte = 8;
constexpr unsigned value_bytes = 8;
constexpr unsigned varint_bits = 7;

std::uint64_t zigzag(std::uint64_t difference) {
  return (difference << 1U) ^ (0 - (difference >> 63U));
}

std::uint64_t unzigzag(std::uint64_t number) { return (number >> 1U) ^ (0 - (number & 1U)); }

void append_varint(std::string& chunk, std::uint64_t number) {
  while (number >= 1U << varint_bits) {
    chunk.push_back(static_cast<char>((number & 0x7fU) | 0x80U));
    number >>= varint_bits;
  }
  chunk.push_back(static_cast<char>(number));
}

// Differences wrap around, so that each int64 follows each other one.
void append_difference(std::string& chunk, std::int64_t from, std::int64_t to) {
  append_varint(chunk, zigzag(static_cast<std::uint64_t>(to) - static_cast<std::uint64_t>(from)));
}

std::uint64_t bits_of(double value) {
  if (std::isnan(value)) value = std::numeric_limits<double>::quiet_NaN();
  return std::bit_cast<std::uint64_t>(value);
}

void append_value(std::string& chunk, double last, double value) {
  const std::uint64_t bits = bits_of(last) ^ bits_of(value);
  if (bits == 0) {
    chunk.push_back(static_cast<char>(value_bytes << 4U));
    return;
  }
  const unsigned front = static_cast<unsigned>(std::countl_zero(bits)) / bits_of_byte;
  const unsigned behind = static_cast<unsigned>(std::countr_zero(bits)) / bits_of_byte;
  chunk.push_back(static_cast<char>(front << 4U | behind));
  for (unsigned byte = value_bytes - front; byte-- > behind;)
    chunk.push_back(static_cast<char>(bits >> (byte * bits_of_byte)));
}

class ChunkReader {
 public:
  explicit ChunkReader(std::string_view chunk) : rest_(chunk) {}

  bool is_at_end() const { return rest_.empty(); }

  std::optional<MetricPoint> next(const MetricPoint& last) {
    MetricPoint point;
    if (!read_difference(last.step, point.step) || !read_difference(last.time_ms, point.time_ms) ||
        !read_value(last.value, point.value))
      return std::nullopt;
    return point;
  }

 private:
  bool read_byte(std::uint8_t& byte) {
    if (rest_.empty()) return false;
    byte = static_cast<std::uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    return true;
  }

  bool read_difference(std::int64_t last, std::int64_t& number) {
    std::uint64_t raw = 0;
    for (unsigned shift = 0; shift < 64; shift += varint_bits) {
      std::uint8_t byte = 0;
      if (!read_byte(byte)) return false;
      raw |= std::uint64_t{byte & 0x7fU} << shift;
      if ((byte & 0x80U) != 0) continue;
      number = static_cast<std::int64_t>(static_cast<std::uint64_t>(last) + unzigzag(raw));
      return true;
    }
    return false;
  }

  bool read_value(double last, double& value) {
    std::uint8_t counts = 0;
    if (!read_byte(counts)) return false;
    const unsigned front = counts >> 4U, behind = counts & 0xfU;
    if (front + behind > value_bytes) return false;
    std::uint64_t bits = 0;
    for (unsigned byte = value_bytes - front; byte-- > behind;) {
      std::uint8_t read = 0;
      if (!read_byte(read)) return false;
      bits |= std::uint64_t{read} << (byte * bits_of_byte);
    }
    value = std::bit_cast<double>(bits_of(last) ^ bits);
    return true;
  }

  std::string_view rest_;
};

// Every NaN is the same one, above infinity.
std::pair<bool, double> order_of(double value) {
  return std::isnan(value) ? std::pair(true, 0.0) : std::pair(false, value);
}

}  // namespace

bool is_newer(const MetricPoint& left, const MetricPoint& right) {
  return std::tuple(left.step, left.time_ms, order_of(left.value)) >
         std::tuple(right.step, right.time_ms, order_of(right.value));
}

bool is_earlier(const MetricPoint& left, const MetricPoint& right) {
  return std::tuple(left.time_ms, left.step, order_of(left.value)) <
         std::tuple(right.time_ms, right.step, order_of(right.value));
}

bool are_equal(const MetricPoint& left, const MetricPoint& right) {
  return left.step == right.step && left.time_ms == right.time_ms &&
         order_of(left.value) == order_of(right.value);
}

void append_point(std::string& chunk, const MetricPoint& last, const MetricPoint& point) {
  append_difference(chunk, last.step, point.step);
  append_difference(chunk, last.time_ms, point.time_ms);
  append_value(chunk, last.value, point.value);
}

Result<std::vector<MetricPoint>> read_points(std::string_view chunk) {
  std::vector<MetricPoint> points;
  ChunkReader reader(chunk);
  MetricPoint last;
  while (!reader.is_at_end()) {
    const auto point = reader.next(last);
    if (!point) return error(Errc::internal, "points of a metric are damaged");
    points.push_back(*point);
    last = *point;
  }
  return points;
}

void make_history(std::vector<MetricPoint>& points) {
  std::ranges::sort(points, is_earlier);
  const auto repeated = std::ranges::unique(points, are_equal);
  points.erase(repeated.begin(), repeated.end());
}

}  // namespace gt
