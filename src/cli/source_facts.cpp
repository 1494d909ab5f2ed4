#include "cli/source_facts.h"

#include "source/git.h"

namespace gt {

JsonObject git_facts(const std::string& root) {
  if (!may_be_git_work_tree(root)) return {};
  const auto facts = read_git_facts(root);
  // A run does not fail for want of git.
  if (!facts || !*facts) return {};
  return {{"commit", (*facts)->commit}, {"branch", (*facts)->branch}, {"dirty", (*facts)->dirty}};
}

}  // namespace gt
