#include "cli/output_form.h"

#include <algorithm>

#include "base/text.h"
#include "cli/yaml_text.h"

namespace gt {

namespace {

/// What stands at `path` in the data; the same name in a row once.
void add_names(const Json& data, std::string_view path, std::vector<std::string>& names) {
  if (path.empty()) {
    std::string name = printable(data.string() != nullptr ? *data.string() : compact_json(data));
    if (names.empty() || names.back() != name) names.push_back(std::move(name));
    return;
  }
  if (path.starts_with("[]")) {
    path.remove_prefix(path.starts_with("[].") ? 3 : 2);
    if (data.list() != nullptr)
      for (const Json& one : *data.list()) add_names(one, path, names);
    return;
  }
  const std::size_t end = std::min(path.find_first_of(".["), path.size());
  const Json* const member = data.find(path.substr(0, end));
  path.remove_prefix(end);
  if (path.starts_with('.')) path.remove_prefix(1);
  if (member != nullptr) add_names(*member, path, names);
}

}  // namespace

std::vector<std::string> OutputForm::forms() const {
  std::vector<std::string> all = {table, "json", "yaml"};
  if (*shape_.names != '\0') all.emplace_back("name");
  for (const char* const drawing : shape_.drawings) all.emplace_back(drawing);
  return all;
}

std::string OutputForm::forms_text() const {
  std::vector<std::string> all = forms();
  const std::string last = all.back();
  all.pop_back();
  return fmt::format("{} or {}", fmt::join(all, ", "), last);
}

Result<void> OutputForm::choose(const std::string& form) {
  const std::vector<std::string> all = forms();
  if (std::ranges::find(all, form) != all.end()) {
    form_ = form;
    return {};
  }
  Error problem = form == "name" ? error(Errc::invalid, "what this command prints has no names")
                                 : error(Errc::invalid, "there is no output form {}",
                                         shell_quoted(printable(form)));
  const auto near = nearest(form, all);
  problem.hint =
      near && form != "name" ? fmt::format("did you mean {}?", *near) : "-o is " + forms_text();
  return problem;
}

std::string OutputForm::text_of(const Json& data) const {
  if (is("yaml")) return yaml_text(data);
  if (is("json")) return pretty_json(data) + "\n";
  std::vector<std::string> names;
  add_names(data, shape_.names, names);
  std::string text;
  for (const std::string& name : names) text += name + "\n";
  return text;
}

}  // namespace gt
