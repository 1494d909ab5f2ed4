/// remove_tree() that can be cut off, or slowed down.
#pragma once

#include <functional>
#include <string>

#include "base/result.h"

namespace gt {

/// Asked before each file and folder, which is named in its open parent; false leaves the rest.
using RemovalStep = std::function<bool(int parent, const std::string& name)>;

/// As remove_tree(path); Errc::cancelled where `goes_on` said no.
Result<void> remove_tree(const std::string& path, const RemovalStep& goes_on);

}  // namespace gt
