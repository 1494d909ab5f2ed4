/// Regular expressions in RE2's syntax: those of everybody, less what cannot be matched in time
/// linear in the text (backreferences, lookaround). Also for JSON Schema's `pattern`.
#pragma once

#include <memory>
#include <string_view>

#include "base/result.h"

namespace gt {

/// Immutable; copies share. Threads: any.
class Pattern {
 public:
  /// Errc::invalid with what is wrong; a pattern whose machine would be too large is one of them.
  static Result<Pattern> compile(std::string_view text);

  /// Whether it matches anywhere in the text; ^ and $ tie it to the ends.
  bool is_found_in(std::string_view text) const;

 private:
  struct Machine;
  explicit Pattern(std::shared_ptr<const Machine> machine) : machine_(std::move(machine)) {}

  // Shared because it never changes once compiled.
  std::shared_ptr<const Machine> machine_;
};

}  // namespace gt
