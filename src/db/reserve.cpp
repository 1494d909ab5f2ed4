#include "db/reserve.h"

#include <algorithm>
#include <unistd.h>

#include "base/digest.h"
#include "base/file.h"

namespace gt {

namespace {

std::string path_of(const std::string& home) { return join_path(home, "reserve"); }

/// A file system that compresses gives no room to what it can compress.
std::string incompressible_bytes() {
  std::string bytes;
  bytes.reserve(reserve_bytes);
  while (bytes.size() < reserve_bytes) {
    const Digest next = sha256(bytes.substr(bytes.size() - std::min(bytes.size(), sizeof next)));
    bytes.append(next.bytes.begin(), next.bytes.end());
  }
  return bytes;
}

}  // namespace

void make_reserve(const std::string& home) {
  const std::string path = path_of(home);
  const auto kind = kind_of(path);
  if (!kind || *kind != PathKind::nothing) return;
  (void)write_file_atomically(path, incompressible_bytes(), Durability::none);
}

ReserveInUse::ReserveInUse(std::string home) : home_(std::move(home)) {
  (void)::unlink(path_of(home_).c_str());
}

}  // namespace gt
