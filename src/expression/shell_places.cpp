#include "expression/shell_places.h"

#include "expression/shell_reader.h"

namespace gt {

std::vector<ShellPlace> find_shell_places(const std::vector<TemplatePart>& parts,
                                          Problems& problems) {
  return ShellReader(parts, problems).read();
}

}  // namespace gt
