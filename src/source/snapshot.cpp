#include "source/snapshot.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <dirent.h>
#include <fcntl.h>
#include <memory>
#include <unistd.h>

#include "base/text.h"
#include "base/thread.h"
#include "source/folder_queue.h"
#include "source/git.h"

namespace gt {

namespace {

constexpr std::string_view own_folder = ".geartrain";

struct CloseDirectory {
  void operator()(DIR* directory) const { closedir(directory); }
};

bool is_below(std::string_view path, std::string_view folder) {
  return folder.empty() || path == folder ||
         (path.starts_with(folder) && path[folder.size()] == '/');
}

void sort_unique(std::vector<SourceFile>& files) {
  std::ranges::sort(files, {}, &SourceFile::path);
  const auto same = std::ranges::unique(files, {}, &SourceFile::path);
  files.erase(same.begin(), same.end());
}

Error too_many_files() {
  return Error{Errc::exhausted, fmt::format("more than {} source files", Snapshot::files_max),
               "name folders of data in .geartrainignore"};
}

}  // namespace

struct Snapshot::FolderContent {
  std::vector<SourceFile> files = {};
  std::vector<std::string> folders = {};
};

Result<Snapshot> Snapshot::open(std::string root, const std::string& home, SourceKind kind) {
  Snapshot snapshot;
  snapshot.kind_ = kind;
  snapshot.root_fd_ = TRY(open_file(root, O_RDONLY | O_DIRECTORY));
  if (kind == SourceKind::version) {
    snapshot.root_ = std::move(root);
    return snapshot;
  }
  if (home.size() > root.size() && is_below(home, root))
    snapshot.home_ = home.substr(root == "/" ? 1 : root.size() + 1);
  snapshot.rules_.add(default_ignore_rules());
  constexpr std::size_t ignore_bytes_max = 1U << 20U;
  const auto text = read_file(join_path(root, ".geartrainignore"), ignore_bytes_max);
  if (text) {
    snapshot.rules_.add(*text);
    snapshot.project_rules_.add(*text);
  } else if (text.error().code != Errc::not_found) {
    return text.error();
  }
  snapshot.root_ = std::move(root);
  return snapshot;
}

bool Snapshot::is_left_out(std::string_view path) const {
  return is_below(path, own_folder) || (!home_.empty() && is_below(path, home_));
}

std::optional<SourceFile> Snapshot::look_at(const std::string& path) const {
  struct stat status{};
  if (fstatat(root_fd_.get(), path.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) return std::nullopt;
  const PathKind kind = S_ISREG(status.st_mode)   ? PathKind::file
                        : S_ISDIR(status.st_mode) ? PathKind::directory
                        : S_ISLNK(status.st_mode) ? PathKind::link
                                                  : PathKind::other;
  return SourceFile{path, kind, stamp_of(status)};
}

Result<void> Snapshot::read_folder(const std::string& at, const Glob* glob,
                                   FolderContent& content) const {
  if (static_cast<std::size_t>(std::ranges::count(at, '/')) > depth_max)
    return error(Errc::exhausted, "more than {} levels of folders at {}", depth_max, printable(at));
  const int fd = openat(root_fd_.get(), at.empty() ? "." : at.c_str(),
                        O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  // Gone since its parent was read, or replaced by something else.
  if (fd < 0 && (errno == ENOENT || errno == ENOTDIR || errno == ELOOP)) return {};
  if (fd < 0) {
    Error failed = errno_error(errno, fmt::format("reading the folder {}", printable(at)));
    failed.hint = "name it in .geartrainignore if it is no source";
    return failed;
  }
  const std::unique_ptr<DIR, CloseDirectory> directory(fdopendir(fd));
  if (!directory) return errno_error(errno, fmt::format("reading the folder {}", printable(at)));
  while (const dirent* entry = readdir(directory.get())) {
    const std::string_view name(entry->d_name);
    if (name == "." || name == "..") continue;
    std::string path = join_path(at, name);
    unsigned char type = entry->d_type;
    // Not every file system says the type in the folder.
    struct stat status{};
    bool looked = false;
    const auto look = [&] {
      looked = looked || fstatat(fd, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) == 0;
      return looked;
    };
    if (type == DT_UNKNOWN && look()) type = static_cast<unsigned char>(IFTODT(status.st_mode));
    if (is_left_out(path)) continue;
    if (type == DT_DIR) {
      if (!rules_.ignores(path, EntryKind::directory)) content.folders.push_back(std::move(path));
      continue;
    }
    if (type != DT_REG && type != DT_LNK) continue;
    if (rules_.ignores(path, EntryKind::file)) continue;
    if (glob != nullptr && !glob->selects(path)) {
      // A folder behind a link may hold what is selected; its content is not known here.
      if (type != DT_LNK || fstatat(fd, entry->d_name, &status, 0) != 0 || !S_ISDIR(status.st_mode))
        continue;
    }
    if (!look()) continue;
    content.files.push_back(
        {std::move(path), type == DT_LNK ? PathKind::link : PathKind::file, stamp_of(status)});
    if (content.files.size() > files_max) return too_many_files();
  }
  return {};
}

// Nearly all of the time is the kernel's, a lookup a file, so two threads need little more than
// half of it.
Result<std::vector<SourceFile>> Snapshot::walk(const std::string& folder, const Glob* glob) const {
  FolderQueue queue(folder);
  const auto read_next = [&](std::vector<SourceFile>& files) {
    const auto at = queue.next();
    if (!at) return false;
    FolderContent content{.files = std::move(files)};
    auto read = read_folder(*at, glob, content);
    files = std::move(content.files);
    if (read)
      queue.done(std::move(content.folders));
    else
      queue.fail(std::move(read).error());
    return true;
  };
  constexpr std::size_t few_files = 2000;  // cheaper than a thread
  std::vector<SourceFile> files;
  std::vector<SourceFile> of_second;
  while (files.size() < few_files && read_next(files)) continue;
  if (queue.waiting() > 0) {
    // One that is not to be had is done without.
    const auto second = start_thread([&] {
      while (read_next(of_second)) continue;
      sort_unique(of_second);
    });
    while (read_next(files)) continue;
    sort_unique(files);
  } else {
    while (read_next(files)) continue;
    sort_unique(files);
  }
  TRY(queue.outcome());
  if (files.size() + of_second.size() > files_max) return too_many_files();
  const auto middle = static_cast<std::ptrdiff_t>(files.size());
  std::ranges::move(of_second, std::back_inserter(files));
  std::ranges::inplace_merge(files, files.begin() + middle, {}, &SourceFile::path);
  return files;
}

Result<std::vector<SourceFile>> Snapshot::files_below(const std::string& folder) const {
  return walk(folder, nullptr);
}

// nullopt when git does not answer.
Result<std::optional<std::vector<std::string>>> Snapshot::ask_git(const std::string& folder) const {
  std::vector<std::string> arguments = {"ls-files", "-z", "--cached", "--others",
                                        "--exclude-standard"};
  for (const auto rule : split(default_ignore_rules(), '\n'))
    if (!rule.empty()) arguments.push_back(fmt::format("--exclude={}", rule));
  const auto result = run_command(git_command(join_path(root_, folder), std::move(arguments)));
  if (!result && result.error().code == Errc::exhausted) return too_many_files();
  if (!result || !result->succeeded()) return std::optional<std::vector<std::string>>();
  std::vector<std::string> paths;
  for (const auto path : split(result->output, '\0'))
    if (!path.empty()) paths.emplace_back(path);
  return std::optional(std::move(paths));
}

// False when git does not answer, or knows nothing here: a folder that an outer repository ignores
// is no empty project.
Result<bool> Snapshot::add_git_files(const std::string& folder, std::size_t depth,
                                     std::vector<SourceFile>& files) const {
  constexpr std::size_t submodule_depth_max = 16;
  if (depth > submodule_depth_max)
    return error(Errc::exhausted, "more than {} submodules inside each other at {}",
                 submodule_depth_max, printable(folder));
  const auto names = TRY(ask_git(folder));
  if (!names || names->empty()) return false;
  for (const auto& name : *names) {
    std::string path = join_path(folder, name);
    if (path.ends_with('/')) path.pop_back();  // a repository that is no submodule
    if (is_left_out(path) || project_rules_.ignores_with_parents(path, EntryKind::file)) continue;
    auto file = look_at(path);
    if (!file) continue;  // deleted, but git was not told
    if (file->kind == PathKind::directory) {
      if (project_rules_.ignores_with_parents(path, EntryKind::directory)) continue;
      const auto dot_git = look_at(join_path(path, ".git"));
      if (!dot_git || !TRY(add_git_files(path, depth + 1, files)))
        std::ranges::move(TRY(files_below(path)), std::back_inserter(files));
    } else if (file->kind != PathKind::other) {
      files.push_back(*std::move(file));
    }
    if (files.size() > files_max) return too_many_files();
  }
  return true;
}

Result<std::vector<SourceFile>> Snapshot::all_files() const {
  std::vector<SourceFile> files;
  if (kind_ == SourceKind::version || !may_be_git_work_tree(root_) ||
      !TRY(add_git_files("", 0, files)))
    return files_below("");
  sort_unique(files);
  return files;
}

// The first segment on the way to a path that is a link, else what is at the path.
std::optional<SourceFile> Snapshot::first_link_or_end(const std::string& path) const {
  for (auto slash = path.find('/');; slash = path.find('/', slash + 1)) {
    auto found = look_at(path.substr(0, slash));
    if (slash == std::string::npos || (found && found->kind == PathKind::link)) return found;
  }
}

Result<std::vector<SourceFile>> Snapshot::files_of(const Glob& glob) const {
  const std::string start = glob.is_literal() ? glob.literal_prefix() : glob.fixed_folder();
  if (!start.empty()) {
    if (is_left_out(start))
      return error(Errc::invalid, "'{}' is in Geartrain's own folder", printable(glob.text()));
    const auto found = first_link_or_end(start);
    if (!found) return std::vector<SourceFile>();
    if (found->kind == PathKind::link) return std::vector{*found};
    if (found->kind == PathKind::other)
      return error(Errc::invalid, "'{}' is not a regular file", printable(start));
    if (found->kind == PathKind::file)
      return glob.is_literal() ? std::vector{*found} : std::vector<SourceFile>();
  }
  return walk(start, &glob);
}

std::optional<std::string> Snapshot::target_of(const std::string& path) const {
  struct Free {
    void operator()(char* text) const { std::free(text); }
  };
  const std::unique_ptr<char, Free> real(realpath(join_path(root_, path).c_str(), nullptr));
  if (!real) return std::nullopt;
  const std::string_view target(real.get());
  if (target == root_) return "";
  if (!is_below(target, root_)) return std::nullopt;
  return std::string(target.substr(root_ == "/" ? 1 : root_.size() + 1));
}

}  // namespace gt
