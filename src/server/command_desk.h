/// What the server asks of the part of the program that carries out commands for other machines.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "net/event_stream.h"
#include "server/token_store.h"

namespace gt {

/// `geartrain <words>`, as somebody would write it on the server's machine.
struct AskedCommand {
  std::vector<std::string> words;
  AccessScope scope = AccessScope::read;  ///< of who asks
  std::string who;
  bool has_colors = false;
  std::string input = {};  ///< what it reads from standard input
};

/// Threads: any.
class CommandDesk {
 public:
  virtual ~CommandDesk() = default;

  /// Begins it and gives its id. Errors: invalid (no such command, or none for other machines, or
  /// options that name files of the server), denied (the scope does not reach it), exhausted (too
  /// many go on).
  virtual Result<std::string> begin(const AskedCommand& asked) = 0;
  /// What it has written after the part number `after`, at least one part; the stream ends with
  /// them. Each part is a line `<number> out|err <bytes>` and then the bytes, the last one a line
  /// `<number> exit <code>`. Parts up to `after` are forgotten. Errc::not_found, also for who did
  /// not begin it.
  virtual Result<std::shared_ptr<EventStream>> output(const std::string& id, std::int64_t after,
                                                      const std::string& who) = 0;
  /// As Ctrl-C does. Errc::not_found.
  virtual Result<void> interrupt(const std::string& id, const std::string& who) = 0;
};

}  // namespace gt
