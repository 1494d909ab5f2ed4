/// Hashes files by what is read of them, large ones while another thread reads on.
#pragma once

#include <cstdint>
#include <memory>

#include "base/digest.h"
#include "base/result.h"

namespace gt {

/// What a thread reads into: files come by the hundred thousand.
struct ReadBuffer {
  static constexpr std::int64_t size = 256 << 10;
  std::unique_ptr<char[]> bytes = std::make_unique_for_overwrite<char[]>(std::size_t{size});
};

/// Of the first `bytes` of an open file, or of all, if there are less. Of a large one, what is not
/// on the disk yet begins to be written meanwhile, so that synchronising it later waits less.
Result<Digest> hash_content(int fd, std::int64_t bytes, ReadBuffer& buffer);

}  // namespace gt
