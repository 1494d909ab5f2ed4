/// What is given to `connection` and `variable` commands by files and by standard input, so that it
/// needs to stand on no command line, which everybody on the machine can read.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "cli/session.h"

namespace gt {

/// What standard input may hold, also that which is sent to a server with a command.
inline constexpr std::size_t value_input_bytes_max = std::size_t{512} << 10U;

/// Standard input without its last line break; from a terminal one line, which is not shown while
/// it is written. `what` is asked for there. Errc::invalid: no UTF-8, or too much.
Result<std::string> read_value(Session& session, const std::string& what);

/// A file, or standard input for `-`.
Result<std::string> read_import(Session& session, const std::string& path);

/// Names with what is said of each: of a JSON object its members, else of lines NAME=text their
/// texts. Errc::invalid with the line; a name that stands twice is one, too. Messages show no
/// texts.
Result<std::vector<std::pair<std::string, Json>>> read_named(const std::string& text);

/// Of a command for a server: the words that it gets in place of these, and what its standard input
/// is to hold; a file that is named is read here.
struct InputForServer {
  std::vector<std::string> words;
  std::optional<std::string> text = {};
};
/// `name`: of the command, whose words `words` begins with.
Result<InputForServer> input_for_server(Session& session, const std::string& name,
                                        std::vector<std::string> words);

}  // namespace gt
