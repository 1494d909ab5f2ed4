/// Sends a project's files to a server, as a version.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/json.h"
#include "blob/tree_manifest.h"
#include "cli/server_client.h"

namespace gt {

struct Upload {
  std::string project;
  std::string root;  ///< absolute
  std::vector<TreeEntry> tree;
  JsonObject git;
  std::string message;
};

struct Uploaded {
  JsonObject answer;  ///< {version, is_new, pipelines}
  std::int64_t sent_files = 0;
  std::int64_t sent_bytes = 0;
};

/// Only what the server does not have is sent; cut at any point, it goes on where it was. `sent`:
/// told of bytes as they have gone. Errors: those of the server; invalid (a file has changed since
/// its digest was taken).
Result<Uploaded> upload(const ServerClient& server, Upload wanted,
                        const std::function<void(const Uploaded& so_far)>& sent);

}  // namespace gt
