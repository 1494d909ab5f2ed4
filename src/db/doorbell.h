/// Doorbells of one folder: a UNIX datagram socket `<id>.sock` for each who listens.
#pragma once

#include <string>

#include "base/file.h"
#include "db/database.h"

namespace gt {

/// Threads: any.
class DoorbellFolder {
 public:
  DoorbellFolder() = default;
  static Result<DoorbellFolder> open(const std::string& path);

  Result<Bell> listen(const std::string& id) const;
  void ring(const std::string& id) const { ring_socket(id + ".sock"); }
  /// Sockets whose listener is gone are removed on the way.
  void ring_all() const;

 private:
  void ring_socket(const std::string& name) const;

  std::string path_;
  UniqueFd folder_;
  UniqueFd sender_;
};

}  // namespace gt
