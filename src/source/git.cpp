#include "source/git.h"

#include <algorithm>
#include <array>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"

namespace gt {

namespace {

// Variables that bind git to a certain repository (git rev-parse --local-env-vars): set when we run
// inside a hook, perhaps of another repository.
constexpr std::array<std::string_view, 13> repository_variables = {
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_DIR",
    "GIT_GRAFT_FILE",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_INTERNAL_SUPER_PREFIX",
    "GIT_NO_REPLACE_OBJECTS",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_REPLACE_REF_BASE",
    "GIT_SHALLOW_FILE",
    "GIT_WORK_TREE"};

std::vector<std::string> git_environment() {
  std::vector<std::string> variables;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string_view text(*variable);
    if (std::ranges::find(repository_variables, text.substr(0, text.find('='))) ==
        repository_variables.end())
      variables.emplace_back(text);
  }
  variables.emplace_back("GIT_OPTIONAL_LOCKS=0");
  variables.emplace_back("GIT_TERMINAL_PROMPT=0");
  return variables;
}

}  // namespace

Command git_command(const std::string& folder, std::vector<std::string> arguments) {
  std::vector<std::string> argv = {"git", "-c", "core.fsmonitor=false", "-c",
                                   "core.untrackedCache=keep"};
  std::ranges::move(arguments, std::back_inserter(argv));
  return {.argv = std::move(argv), .directory = folder, .environment = git_environment()};
}

bool may_be_git_work_tree(const std::string& folder) {
  for (std::string at = folder;; at = parent_path(at)) {
    const auto kind = kind_of(join_path(at, ".git"));
    if (kind && *kind != PathKind::nothing) return true;
    if (at == "/" || at == ".") return false;
  }
}

Result<std::optional<GitFacts>> read_git_facts(const std::string& folder, std::stop_token stop) {
  if (!may_be_git_work_tree(folder)) return std::optional<GitFacts>();
  const auto result = run_command(git_command(folder, {"status", "-z", "--porcelain=v2", "--branch",
                                                       "--untracked-files=normal", "--", "."}),
                                  stop);
  if (!result && result.error().code == Errc::cancelled) return result.error();
  if (!result || !result->succeeded()) return std::optional<GitFacts>();
  GitFacts facts;
  for (const auto line : split(result->output, '\0')) {
    constexpr std::string_view commit = "# branch.oid ";
    constexpr std::string_view branch = "# branch.head ";
    if (line.starts_with(commit))
      facts.commit = line.substr(commit.size());
    else if (line.starts_with(branch))
      facts.branch = line.substr(branch.size());
    else if (!line.empty() && !line.starts_with('#'))
      facts.dirty = true;
  }
  if (facts.commit == "(initial)") facts.commit.clear();
  if (facts.branch == "(detached)") facts.branch.clear();
  return std::optional(std::move(facts));
}

}  // namespace gt
