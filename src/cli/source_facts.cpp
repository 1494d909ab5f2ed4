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

std::future<JsonObject> begin_git_facts(const std::string& root) {
  // Where there is no git, a thread would be all that it costs.
  const auto launch = may_be_git_work_tree(root) ? std::launch::async : std::launch::deferred;
  return std::async(launch, git_facts, root);
}

}  // namespace gt
