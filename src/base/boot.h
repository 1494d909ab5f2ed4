/// What tells the life of this machine from an earlier one.
#pragma once

#include <string>

namespace gt {

/// The kernel's random name of the time since it was started; "unknown" where it does not tell.
std::string boot_id();

}  // namespace gt
