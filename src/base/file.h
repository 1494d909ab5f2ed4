/// Files and folders of the local machine, with names as bytes (a path is a std::string without
/// NUL).
///
/// Errors: those of errno_error, with the path in the message. Threads: any. Everything is opened
/// with O_CLOEXEC.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <utility>
#include <vector>

#include "base/digest.h"
#include "base/result.h"

namespace gt {

/// Owns a file descriptor; -1 is none.
class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) {}
  ~UniqueFd() { reset(); }
  UniqueFd(UniqueFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept {
    if (this != &other) reset(other.release());
    return *this;
  }
  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }
  int release() { return std::exchange(fd_, -1); }
  void reset(int fd = -1);

 private:
  int fd_ = -1;
};

/// open(2), again after a signal.
Result<UniqueFd> open_file(const std::string& path, int flags, mode_t mode = 0666);

/// For reading what somebody else may have put there: no link at the path is followed, and a FIFO
/// does not make us wait. Errc::unavailable for all but a regular file.
Result<UniqueFd> open_regular_file(const std::string& path);

/// Errc::exhausted when there are more than `bytes_max` bytes.
Result<std::string> read_file(const std::string& path, std::size_t bytes_max = 1U << 30U);
/// From the current position to the end.
Result<std::string> read_all(int fd, std::size_t bytes_max = 1U << 30U);
/// By open_regular_file().
Result<std::string> read_regular_file(const std::string& path, std::size_t bytes_max = 1U << 30U);
Result<void> write_all(int fd, std::string_view bytes);

enum class Durability {
  none,  ///< survives the process
  sync,  ///< survives the machine: file and folder are synchronised
};

/// Others see the old content or the new one, never a part. Keeps a partial file beside it
/// (`.<name>.<random>.partial`) only if the process dies on the way. Replaces a link, not its
/// target; a device, FIFO, socket or folder is never replaced (Errc::invalid).
Result<void> write_file_atomically(const std::string& path, std::string_view bytes,
                                   Durability durability);

/// The digest of a regular file's content; anything else is Errc::invalid (a FIFO would block).
Result<Digest> digest_of_file(const std::string& path);

/// With all that are missing above it; no error if it is there.
Result<void> make_directories(const std::string& path);
/// Whatever is at `path`, with all below it; links are removed, never followed; folders without
/// write permission are made writable first. No error if nothing is there.
Result<void> remove_tree(const std::string& path);
Result<void> rename_path(const std::string& from, const std::string& to);
/// Makes a rename or a new file in the folder survive the machine.
Result<void> sync_directory(const std::string& path);

/// What is at a path, without following a link there.
enum class PathKind { nothing, file, directory, link, other };
Result<PathKind> kind_of(const std::string& path);
/// The text of a symbolic link.
Result<std::string> read_link(const std::string& path);
/// Names in a folder without "." and "..", sorted by bytes.
Result<std::vector<std::string>> list_directory(const std::string& path);

/// `folder`/`name`, with one slash between.
std::string join_path(std::string_view folder, std::string_view name);
/// Everything before the last slash: "/" for "/x", "." for "x".
std::string parent_path(std::string_view path);
/// Everything after the last slash.
std::string_view file_name(std::string_view path);

}  // namespace gt
