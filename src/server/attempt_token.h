/// What an attempt shows when it asks the API: made of what it is, so nobody has to keep it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/entropy.h"
#include "base/result.h"
#include "db/home.h"
#include "run/attempt.h"

namespace gt {

struct AttemptClaims {
  std::string run_uuid;
  TaskIndex task = no_task;
  std::uint32_t number = 0;
};

/// Signs and checks such tokens with a key that lies in the home, readable by its owner alone.
/// Threads: any.
class AttemptTokens {
 public:
  /// Makes the key if there is none; all who make one at once get the same.
  static Result<AttemptTokens> open(const Home& home, Entropy& entropy);

  /// "gta_<run>_<task>_<number>_<signature>"
  std::string make(const AttemptClaims& claims) const;
  /// nullopt for a text that was not made with our key.
  std::optional<AttemptClaims> read(std::string_view token) const;
  static bool looks_like_one(std::string_view token);

 private:
  explicit AttemptTokens(std::string key) : key_(std::move(key)) {}
  std::string key_;
};

}  // namespace gt
