/// Numbers of things in sentences.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace gt {

/// "1 task", "3 tasks".
std::string counted(std::int64_t count, std::string_view noun);

}  // namespace gt
