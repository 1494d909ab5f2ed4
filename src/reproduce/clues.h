/// What two texts that should be equal tell about why they are not. Deciding only: no I/O.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace gt {

/// When an execution ran.
struct Span {
  Time from, to;
};

/// One of the two texts, and the execution that wrote it.
struct Written {
  std::string_view text;
  Span during;
  std::string_view folder = {};  ///< of the attempt; empty where it is not known
};

enum class Clue : std::uint8_t {
  none,
  time,    ///< each has a time of its own execution where they differ
  order,   ///< the same lines, in another order
  folder,  ///< each has the name of its own attempt's folder
};

/// The first byte that differs; nullopt for equal texts.
std::optional<std::size_t> first_difference(std::string_view a, std::string_view b);
/// Counted from 1.
std::size_t line_of(std::string_view text, std::size_t offset);

Clue find_clue(const Written& a, const Written& b);

/// A time in the text near an execution: seconds, milli-, micro- or nanoseconds since 1970, an ISO
/// date with or without a time, HH:MM:SS in any zone; in bytes that are no text also 32 bits of
/// seconds, as gzip has them.
bool names_time(std::string_view text, const Span& during);

}  // namespace gt
