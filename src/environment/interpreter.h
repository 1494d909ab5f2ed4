/// Which Python a name leads to, without starting it each time.
#pragma once

#include <stop_token>
#include <string>
#include <string_view>

#include "base/result.h"

namespace gt {

struct Interpreter {
  std::string executable;    ///< of the installation, also when a virtual environment is active
  std::string version;       ///< "3.11.2"
  std::string abi;           ///< "cpython-311-x86_64-linux-gnu"
  std::string platform;      ///< "linux-x86_64"
  std::string architecture;  ///< "x86_64"

  bool operator==(const Interpreter&) const = default;
};

/// Finds `name` in `path_variable` and asks it, in `directory` (version managers choose by folder).
/// The answer of a real program is kept in `memory_folder` as long as the program stays the same; a
/// script that chooses an interpreter is asked every time. Errors: not_found, invalid (no Python),
/// cancelled.
Result<Interpreter> find_interpreter(std::string_view name, std::string_view path_variable,
                                     const std::string& directory, const std::string& memory_folder,
                                     std::stop_token stop = {});

}  // namespace gt
