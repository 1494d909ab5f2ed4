#include "source/version_folder.h"

#include <cerrno>
#include <fcntl.h>
#include <unistd.h>
#include <unordered_set>

#include "base/file.h"
#include "base/text.h"
#include "blob/copy_file.h"

namespace gt {

namespace {

constexpr mode_t plain_mode = 0644, executable_mode = 0755;

std::optional<std::string> path_of(const Digest& file, const KnownFiles& known,
                                   const IncomingFiles& incoming) {
  if (const auto found = known.find(file); found != known.end()) {
    const auto kind = kind_of(found->second);
    if (kind && *kind == PathKind::file) return found->second;
  }
  return incoming.path_of(file);
}

/// The folder that an entry stands in, "" for the project's own.
std::string folder_of(const std::string& path) {
  const auto slash = path.rfind('/');
  return slash == std::string::npos ? "" : path.substr(0, slash);
}

/// What stands below a link could be written to anywhere.
Result<void> check_folders(std::span<const TreeEntry> tree) {
  std::unordered_set<std::string_view> others;
  for (const TreeEntry& entry : tree)
    if (entry.kind != TreeEntry::Kind::empty_folder) others.insert(entry.path);
  for (const TreeEntry& entry : tree)
    for (std::size_t slash = entry.path.find('/'); slash != std::string::npos;
         slash = entry.path.find('/', slash + 1))
      if (others.contains(std::string_view(entry.path).substr(0, slash)))
        return error(Errc::invalid, "{} stands below what is no folder", printable(entry.path));
  return {};
}

bool is_own(std::string_view path) {
  return path == ".geartrain" || path.starts_with(".geartrain/") || path == ".git" ||
         path.starts_with(".git/");
}

}  // namespace

void add_known_files(std::span<const TreeEntry> tree, const std::string& folder,
                     KnownFiles& known) {
  for (const TreeEntry& entry : tree)
    if (entry.is_file()) known.try_emplace(entry.digest, join_path(folder, entry.path));
}

Result<std::vector<TreeEntry>> parse_version_tree(std::string_view text) {
  std::vector<TreeEntry> tree = TRY(parse_tree(text));
  if (tree.size() > version_files_max)
    return Error{Errc::exhausted, fmt::format("more than {} files", version_files_max),
                 "name folders of data in .geartrainignore"};
  for (const TreeEntry& entry : tree) {
    if (is_own(entry.path))
      return error(Errc::invalid, "{} is no source of a project", printable(entry.path));
    if (entry.kind == TreeEntry::Kind::link && !stays_inside(folder_of(entry.path), entry.target))
      return Error{Errc::invalid,
                   fmt::format("the link {} leads out of the project", printable(entry.path)),
                   "name it in .geartrainignore if steps can do without it"};
  }
  TRY(check_folders(tree));
  return tree;
}

std::vector<MissingFile> missing_files(std::span<const TreeEntry> tree, const KnownFiles& known,
                                       const IncomingFiles& incoming) {
  std::vector<MissingFile> missing;
  std::unordered_set<Digest> seen;
  for (const TreeEntry& entry : tree)
    if (entry.is_file() && seen.insert(entry.digest).second &&
        !path_of(entry.digest, known, incoming))
      missing.push_back({entry.digest, entry.bytes});
  return missing;
}

Result<void> make_version_folder(std::span<const TreeEntry> tree, const KnownFiles& known,
                                 const IncomingFiles& incoming, const std::string& folder) {
  TRY(make_directories(folder));
  std::unordered_set<std::string> made = {folder};
  for (const TreeEntry& entry : tree) {
    const std::string path = join_path(folder, entry.path);
    const std::string parent =
        entry.kind == TreeEntry::Kind::empty_folder ? path : parent_path(path);
    if (made.insert(parent).second) TRY(make_directories(parent));
    if (entry.kind == TreeEntry::Kind::link) {
      if (::symlink(entry.target.c_str(), path.c_str()) != 0)
        return errno_error(errno, fmt::format("making the link {}", printable(entry.path)));
    } else if (entry.is_file()) {
      const auto from = path_of(entry.digest, known, incoming);
      if (!from) return error(Errc::not_found, "the file {} has gone", printable(entry.path));
      const UniqueFd source = TRY(open_regular_file(*from));
      const bool is_executable = entry.kind == TreeEntry::Kind::executable;
      const UniqueFd copy = TRY(open_file(path, O_WRONLY | O_CREAT | O_EXCL,
                                          is_executable ? executable_mode : plain_mode));
      TRY(copy_content(source.get(), copy.get()));
    }
  }
  return {};
}

}  // namespace gt
