#include "expression/names.h"

#include <algorithm>
#include <fmt/format.h>

#include "base/text.h"

namespace gt {

std::string describe_missing(NamePath path) {
  const std::string name = printable(path.back());
  if (path.size() == 1) return fmt::format("there is nothing called {}", name);
  return fmt::format("there is no {} in {}", name, printable(to_text(path.first(path.size() - 1))));
}

std::string suggest_name(std::string_view name, const std::vector<std::string>& there) {
  if (name == "True" || name == "False") return "booleans are written true and false";
  if (name == "None" || name == "nil") return "write null";
  const std::string_view before_dash = name.substr(0, name.find('-'));
  if (before_dash != name && std::ranges::find(there, before_dash) != there.end())
    return fmt::format("{} is one name; to subtract, put blanks around the -", printable(name));
  if (const auto near = nearest(name, there))
    return fmt::format("did you mean {}?", printable(*near));
  constexpr std::size_t shown_max = 12;
  if (there.empty()) return {};
  std::string names;
  for (std::size_t i = 0; i < there.size() && i < shown_max; ++i)
    names += (i == 0 ? "" : ", ") + printable(there[i]);
  if (there.size() > shown_max) names += fmt::format(" and {} more", there.size() - shown_max);
  return "there is: " + names;
}

}  // namespace gt
