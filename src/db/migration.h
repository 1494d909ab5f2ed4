/// The schema, as numbered steps from an empty database to today's.
///
/// A migration that was published is never edited; the next one changes what it made, and only
/// adds: an engine of the version before may still be running in the home that it is applied to.
/// INTEGER is int64, REAL is double, tables end in STRICT (so a text never stands where a number
/// should): the words that a door to another database replaces by its own.
#pragma once

#include <span>

namespace gt {

struct Migration {
  int number;  ///< from 1, without gaps
  const char* name;
  const char* sql;
};

std::span<const Migration> migrations();

}  // namespace gt
