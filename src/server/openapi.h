/// openapi.json, as a part of the program.
#pragma once

#include <string_view>

namespace gt {

std::string_view openapi_text();

}  // namespace gt
