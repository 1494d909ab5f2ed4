/// The `:name` parameters of a statement, each once, in the order in which they first appear.
/// Quoted texts, quoted names, comments and PostgreSQL's `::` casts are passed over.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace gt {

std::vector<std::string> parameter_names(std::string_view sql);

}  // namespace gt
