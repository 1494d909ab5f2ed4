#include "source/project_tree.h"

#include <sys/stat.h>
#include <unordered_map>

#include "base/file.h"
#include "base/text.h"

namespace gt {

namespace {

std::string folder_of(const std::string& path) {
  const auto slash = path.rfind('/');
  return slash == std::string::npos ? "" : path.substr(0, slash);
}

Result<TreeEntry> link_at(const std::string& path, const std::string& absolute) {
  TreeEntry entry{.path = path, .kind = TreeEntry::Kind::link};
  entry.target = TRY(read_link(absolute));
  if (!stays_inside(folder_of(path), entry.target))
    return Error{Errc::invalid,
                 fmt::format("the link {} leads out of the project", printable(path)),
                 "name it in .geartrainignore if steps can do without it"};
  return entry;
}

}  // namespace

Result<std::vector<TreeEntry>> read_project_tree(Source& source) {
  const SourceFacts facts = TRY(source.facts({}));
  std::unordered_map<std::string_view, const Digest*> digests;
  for (const Fact& fact : facts.facts)
    if (fact.kind == FactKind::file) digests.emplace(fact.path, &fact.digest);
  std::vector<TreeEntry> tree;
  for (const std::string& path : TRY(source.files())) {
    const std::string absolute = join_path(source.root(), path);
    struct stat status{};
    if (::lstat(absolute.c_str(), &status) != 0) continue;
    if (S_ISLNK(status.st_mode)) {
      tree.push_back(TRY(link_at(path, absolute)));
      continue;
    }
    const auto digest = digests.find(path);
    if (!S_ISREG(status.st_mode) || digest == digests.end())
      return Error{Errc::invalid, fmt::format("{} has changed just now", printable(path)),
                   "try again"};
    const bool is_executable = (status.st_mode & S_IXUSR) != 0;
    tree.push_back({.path = path,
                    .kind = is_executable ? TreeEntry::Kind::executable : TreeEntry::Kind::file,
                    .bytes = status.st_size,
                    .digest = *digest->second});
  }
  return tree;
}

}  // namespace gt
