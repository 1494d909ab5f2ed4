/// Room that a home keeps for a full disk: what removes something there needs some to begin with
/// (the database's journal and its index).
#pragma once

#include <cstddef>
#include <string>

namespace gt {

inline constexpr std::size_t reserve_bytes = 128UL << 10U;

/// Where there is none yet. A disk without room for it, or that cannot be written, goes without.
void make_reserve(const std::string& home);

/// Gives the room up, and takes it again at its end as far as there is some.
class ReserveInUse {
 public:
  explicit ReserveInUse(std::string home);
  ~ReserveInUse() { make_reserve(home_); }
  ReserveInUse(const ReserveInUse&) = delete;
  ReserveInUse& operator=(const ReserveInUse&) = delete;

 private:
  std::string home_;
};

}  // namespace gt
