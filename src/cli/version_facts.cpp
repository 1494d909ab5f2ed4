#include "cli/version_facts.h"

#include "base/file.h"
#include "base/text.h"
#include "cli/pushed_projects.h"

namespace gt {

Result<VersionPlace> VersionFacts::of(const std::string& version) {
  auto known = known_.find(version);
  if (known == known_.end()) {
    auto reader = TRY(records_.database->begin_read());
    const ProjectVersion found = TRY(ProjectStore().version(reader, std::string_view(version)));
    known =
        known_.emplace(version, Known{version_folder(records_.home, found), found.project}).first;
  }
  const std::string& root = known->second.root;
  if (HostFacts* const facts = at(root)) return VersionPlace{facts, root};
  if (TRY(kind_of(root)) == PathKind::nothing)
    return Error{Errc::not_found, fmt::format("the files of {} were removed to make room", version),
                 "push them again, and begin a new run"};
  auto made = TRY(make_(Project{root, records_.project.home}, known->second.project));
  const std::lock_guard lock(mutex_);
  return VersionPlace{facts_.emplace(root, std::move(made)).first->second.get(), root};
}

HostFacts* VersionFacts::at(const std::string& root) const {
  const std::lock_guard lock(mutex_);
  const auto found = facts_.find(root);
  return found == facts_.end() ? nullptr : found->second.get();
}

bool VersionFacts::took_environments() {
  const std::lock_guard lock(mutex_);
  bool took = false;
  for (const auto& [root, facts] : facts_) took = facts->took_environments() || took;
  return took;
}

}  // namespace gt
