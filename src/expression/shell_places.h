/// Where in a bash script the holes are that values will fill: the part of shell_script.h that
/// knows bash's grammar. It follows quotes, substitutions, expansions, arithmetic, [[ ]], case,
/// arrays, here-documents and comments; it judges no syntax beyond that, bash does.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/problem.h"
#include "expression/template.h"

namespace gt {

enum class ShellQuoting {
  none,           ///< in a bare word
  double_quotes,  ///< also here-documents, arithmetic, and where else no word splitting happens
  single_quotes,
  ansi_quotes,  ///< $'…'
  comment,
};

/// How a value there would be read as code after all.
enum class CodeUse {
  none,
  eval,         ///< of this shell
  shell,        ///< bash -c
  interpreter,  ///< python -c
  remote,       ///< ssh
  input,        ///< a here-document or here-string that an interpreter reads
  name,         ///< of a variable, which may have a subscript that is evaluated
  pattern,      ///< =~ takes it literally: no code, but hardly meant
};

struct ShellPlace {
  ShellQuoting quoting = ShellQuoting::none;
  /// A bare word of its own among arguments or array elements, so a list can become several words.
  bool takes_list = false;
  /// bash evaluates what stands here as arithmetic, so it must be an integer.
  bool is_arithmetic = false;
  CodeUse code_use = CodeUse::none;
  std::string program = {};  ///< that reads the code: "bash -c"
};

/// The place of each expression among the parts, in order. Appends a problem for each that no value
/// can fill safely.
std::vector<ShellPlace> find_shell_places(const std::vector<TemplatePart>& parts,
                                          Problems& problems);

}  // namespace gt
