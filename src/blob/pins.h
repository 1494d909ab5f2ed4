/// What living processes rely on, though no database says so yet, in files that a sweep reads.
///
/// Each process that takes artifacts in has a file `pins/<owner>` in the home folder, locked as
/// long as it lives, with a digest a line. A pin is written, and only then the artifact looked for,
/// both under a shared lock on `gc.lock`; a sweep chooses what goes under an exclusive one. So
/// whatever was found after pinning stays.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_set>
#include <vector>

#include "base/digest.h"
#include "base/entropy.h"
#include "base/file.h"
#include "db/home.h"

namespace gt {

/// Threads: any.
class Pins {
 public:
  static Result<std::unique_ptr<Pins>> open(const Home& home, Entropy& entropy);
  ~Pins();

  /// As long as it lives, no sweep begins. One at a time in a process.
  class Guard {
   public:
    Guard(Guard&& other) noexcept = default;
    ~Guard();

   private:
    friend class Pins;
    Guard(std::unique_lock<std::mutex> lock, int fd) : lock_(std::move(lock)), fd_(fd) {}
    std::unique_lock<std::mutex> lock_;
    int fd_;
  };
  Result<Guard> guard();
  /// Under a guard.
  Result<void> add(const std::vector<Digest>& digests);
  Result<void> clear();

  /// A new path in the home's `tmp` folder; swept when this process is gone.
  std::string temporary_path();

 private:
  Pins(const Home& home, std::string owner, UniqueFd file, UniqueFd gate)
      : home_(home), owner_(std::move(owner)), file_(std::move(file)), gate_(std::move(gate)) {}

  Home home_;
  std::string owner_;
  UniqueFd file_;
  UniqueFd gate_;
  std::mutex mutex_;
  std::atomic<std::uint64_t> next_temporary_ = 0;
};

/// What a sweep has to know; while it lives, nobody pins. Removes what dead owners left.
struct PinnedByOthers {
  UniqueFd gate;
  std::unordered_set<Digest> digests;
};
Result<PinnedByOthers> close_gate(const Home& home);

/// The same digests as they are now, for a rehearsal: makes, removes and holds nothing.
Result<std::unordered_set<Digest>> look_at_pins(const Home& home);

}  // namespace gt
