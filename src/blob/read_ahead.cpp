#include "blob/read_ahead.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <optional>
#include <semaphore>
#include <thread>
#include <unistd.h>

#include "base/thread.h"

namespace gt {

namespace {

/// From here on a second thread reads.
constexpr std::int64_t large_bytes_min = 16 << 20;

/// Less than asked for only at the end of the file.
Result<std::size_t> read_at(int fd, char* bytes, std::int64_t bytes_max, std::int64_t offset) {
  std::int64_t size = 0;
  while (size < bytes_max) {
    const ssize_t count =
        ::pread(fd, bytes + size, static_cast<std::size_t>(bytes_max - size), offset + size);
    if (count == 0) break;
    if (count > 0) size += count;
    if (count < 0 && errno != EINTR) return errno_error(errno, "reading");
  }
  return static_cast<std::size_t>(size);
}

Result<Digest> hash_alone(int fd, std::int64_t bytes, ReadBuffer& buffer) {
  Sha256 hash;
  for (std::int64_t at = 0; at < bytes; at += ReadBuffer::size) {
    const std::int64_t wanted = std::min(ReadBuffer::size, bytes - at);
    const std::size_t size = TRY(read_at(fd, buffer.bytes.get(), wanted, at));
    hash.update({buffer.bytes.get(), size});
  }
  return hash.finish();
}

/// A thread that reads a file, two buffers ahead of whoever hashes, and has what is not on the disk
/// yet written back meanwhile.
class ReadAhead {
 public:
  ReadAhead(int fd, std::int64_t bytes) : fd_(fd), bytes_(bytes) {}

  /// False if there can be no thread.
  bool start() {
    auto thread = start_thread([this] { read(); });
    if (thread) thread_ = *std::move(thread);
    return thread.ok();
  }

  Result<Digest> hash() {
    Sha256 hash;
    std::optional<Error> failure;
    for (std::int64_t at = 0; at < bytes_; at += ReadBuffer::size) {
      Slot& slot = slot_of(at);
      full_.acquire();
      if (slot.size)
        hash.update({slot.buffer.bytes.get(), *slot.size});
      else
        failure = slot.size.error();
      empty_.release();
    }
    if (failure) return *failure;
    return hash.finish();
  }

 private:
  struct Slot {
    ReadBuffer buffer;
    Result<std::size_t> size = std::size_t{0};
  };
  static constexpr std::ptrdiff_t slots = 2;

  void read() {
    for (std::int64_t at = 0; at < bytes_; at += ReadBuffer::size) {
      Slot& slot = slot_of(at);
      empty_.acquire();
      slot.size =
          read_at(fd_, slot.buffer.bytes.get(), std::min(ReadBuffer::size, bytes_ - at), at);
      full_.release();
      // Without waiting for it: what is synchronised at the end is on its way then.
      (void)::sync_file_range(fd_, at, ReadBuffer::size, SYNC_FILE_RANGE_WRITE);
    }
  }
  Slot& slot_of(std::int64_t at) {
    return slots_[static_cast<std::size_t>(at / ReadBuffer::size % slots)];
  }

  int fd_;
  std::int64_t bytes_;
  std::array<Slot, slots> slots_;
  std::counting_semaphore<slots> empty_{slots}, full_{0};
  std::jthread thread_;  // last: it uses what stands above
};

}  // namespace

Result<Digest> hash_content(int fd, std::int64_t bytes, ReadBuffer& buffer) {
  if (bytes < large_bytes_min) return hash_alone(fd, bytes, buffer);
  ReadAhead ahead(fd, bytes);
  return ahead.start() ? ahead.hash() : hash_alone(fd, bytes, buffer);
}

}  // namespace gt
