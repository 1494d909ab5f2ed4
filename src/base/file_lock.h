/// Locks on files (flock): held by an open file, so the kernel releases them when their holder
/// dies, however it dies. Advisory, and of one machine: a home on NFS must not be shared.
#pragma once

#include <optional>
#include <string>

#include "base/file.h"
#include "base/result.h"

namespace gt {

/// Threads: any one at a time; two locks on one path exclude each other within a process too.
/// The file stays when the lock goes: removing it would let two holders lock two files of one name.
class FileLock {
 public:
  /// nullopt while another holds it.
  static Result<std::optional<FileLock>> try_take(const std::string& path);
  /// Waits for the other holder, however long.
  static Result<FileLock> take(const std::string& path);
  /// Any number may share it; as long as they do nobody can take it. Waits for who has taken it.
  static Result<FileLock> share(const std::string& path);

  /// For a child that is to hold the lock on, by inheriting it.
  int fd() const { return fd_.get(); }

 private:
  explicit FileLock(UniqueFd fd) : fd_(std::move(fd)) {}
  static Result<FileLock> wait_for(const std::string& path, int how);
  UniqueFd fd_;
};

}  // namespace gt
