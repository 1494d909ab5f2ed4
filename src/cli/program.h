/// From the words of the command line to the exit code.
#pragma once

#include <string>
#include <vector>

namespace gt {

/// The whole program. The process has one thread when it is called. `words` without the program's
/// own name.
int run_program(std::vector<std::string> words);

}  // namespace gt
