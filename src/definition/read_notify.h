/// Reads `notify:`, and the file of receivers.
#pragma once

#include <vector>

#include "base/problem.h"
#include "definition/notify.h"
#include "definition/yaml/tree.h"

namespace gt {

/// `what` is how messages call the list: "`notify`". Whether its receivers exist is not looked at.
std::vector<NotifyRule> read_notify(YamlNode node, std::string_view what, Problems& problems);

/// Of a whole `receivers.yaml`; also the names that `default` uses are checked. An empty file has
/// none.
Receivers read_receivers(const YamlTree& tree, Problems& problems);

/// Appends a problem for each receiver that a rule names and that is not there; nullptr: there is
/// no file of them.
void check_notify(const std::vector<NotifyRule>& rules, const Receivers* receivers,
                  Problems& problems);

}  // namespace gt
