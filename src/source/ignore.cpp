#include "source/ignore.h"

#include <ranges>

#include "base/file.h"
#include "base/text.h"

namespace gt {

namespace {

// Blanks at the end do not count unless escaped; nor do line ends of other systems.
std::string_view without_trailing_blanks(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  while (line.ends_with(' ') && !line.ends_with("\\ ")) line.remove_suffix(1);
  return line;
}

}  // namespace

void IgnoreRules::add(std::string_view text) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  for (std::string_view line : split(text, '\n')) {
    line = without_trailing_blanks(line);
    if (line.empty() || line[0] == '#') continue;
    const bool takes_back = line[0] == '!';
    if (takes_back) line.remove_prefix(1);
    const bool only_directories = line.ends_with('/');
    if (only_directories) line.remove_suffix(1);
    const bool by_name = !line.contains('/');
    if (line.starts_with('/')) line.remove_prefix(1);
    auto glob = Glob::parse(line, GlobDialect::ignore);
    if (glob) rules_.push_back({*std::move(glob), takes_back, only_directories, by_name});
  }
}

bool IgnoreRules::ignores(std::string_view path, EntryKind kind) const {
  const auto name = file_name(path);
  for (const Rule& rule : rules_ | std::views::reverse) {
    if (rule.only_directories && kind != EntryKind::directory) continue;
    if (rule.glob.matches(rule.by_name ? name : path)) return !rule.takes_back;
  }
  return false;
}

bool IgnoreRules::ignores_with_parents(std::string_view path, EntryKind kind) const {
  for (auto slash = path.find('/'); slash != std::string_view::npos;
       slash = path.find('/', slash + 1))
    if (ignores(path.substr(0, slash), EntryKind::directory)) return true;
  return ignores(path, kind);
}

std::string_view default_ignore_rules() {
  return R"(.git
.hg/
.svn/
.geartrain/
__pycache__/
*.pyc
*.pyo
.venv/
venv/
node_modules/
.ipynb_checkpoints/
.mypy_cache/
.pytest_cache/
.ruff_cache/
.tox/
.nox/
.eggs/
*.egg-info/
.idea/
.vscode/
.DS_Store
Thumbs.db
*.swp
*~
.#*
)";
}

}  // namespace gt
