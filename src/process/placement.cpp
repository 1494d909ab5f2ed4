#include "process/placement.h"

#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"

namespace gt {

namespace {

Result<std::vector<std::string_view>> components_of(std::string_view path) {
  auto components = split(path, '/');
  // "outputs/" names a folder.
  if (components.size() > 1 && components.back().empty()) components.pop_back();
  for (const auto component : components)
    if (component.empty() || component == "." || component == "..")
      return error(Errc::invalid, "the path {} would leave the attempt's folder", printable(path));
  return components;
}

// The folder at `components` below `root`, made where it is not there.
Result<UniqueFd> make_folder(int root, std::span<const std::string_view> components) {
  UniqueFd folder(::fcntl(root, F_DUPFD_CLOEXEC, 0));
  if (!folder) return errno_error(errno, "opening the attempt's folder");
  for (const auto component : components) {
    const std::string name(component);
    if (::mkdirat(folder.get(), name.c_str(), 0777) != 0 && errno != EEXIST)
      return errno_error(errno, fmt::format("making the folder {}", printable(name)));
    UniqueFd child(
        ::openat(folder.get(), name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!child && (errno == ELOOP || errno == ENOTDIR))
      return error(Errc::conflict, "{} is to be a folder and something else", printable(name));
    if (!child) return errno_error(errno, fmt::format("opening the folder {}", printable(name)));
    folder = std::move(child);
  }
  return folder;
}

Result<void> link(int root, const InputLink& link) {
  const auto components = TRY(components_of(link.path));
  const UniqueFd parent =
      TRY(make_folder(root, std::span(components).first(components.size() - 1)));
  const std::string name(components.back());
  if (::symlinkat(link.target.c_str(), parent.get(), name.c_str()) != 0)
    return errno_error(errno, fmt::format("linking the input {}", printable(link.path)));
  return {};
}

Error copy_error(const std::error_code& code, const InputCopy& copy) {
  return errno_error(code.value(), fmt::format("copying the input {} from {}", printable(copy.path),
                                               printable(copy.source)));
}

Result<void> make_writable(const std::filesystem::path& path, const InputCopy& copy) {
  namespace fs = std::filesystem;
  std::error_code code;
  const auto add_write = [&](const fs::path& entry) {
    if (!fs::is_symlink(fs::symlink_status(entry, code)))
      fs::permissions(entry, fs::perms::owner_write, fs::perm_options::add, code);
  };
  add_write(path);
  if (!fs::is_directory(fs::symlink_status(path, code))) return {};
  fs::recursive_directory_iterator entry(path, code);
  for (; !code && entry != fs::end(entry); entry.increment(code)) add_write(entry->path());
  if (code) return copy_error(code, copy);
  return {};
}

Result<void> copy(int root, const std::string& folder, const InputCopy& copy) {
  namespace fs = std::filesystem;
  const auto components = TRY(components_of(copy.path));
  TRY(make_folder(root, std::span(components).first(components.size() - 1)));
  const fs::path target = fs::path(folder) / copy.path;
  std::error_code code;
  fs::copy(copy.source, target, fs::copy_options::recursive | fs::copy_options::copy_symlinks,
           code);
  if (code) return copy_error(code, copy);
  return make_writable(target, copy);
}

}  // namespace

Result<void> place_inputs(const SpawnRequest& request) {
  if (request.folders.empty() && request.links.empty() && request.copies.empty()) return {};
  const UniqueFd root = TRY(open_file(request.folder, O_RDONLY | O_DIRECTORY));
  for (const auto& folder : request.folders) {
    const auto components = TRY(components_of(folder));
    TRY(make_folder(root.get(), components));
  }
  for (const auto& input : request.links) TRY(link(root.get(), input));
  for (const auto& input : request.copies) TRY(copy(root.get(), request.folder, input));
  return {};
}

}  // namespace gt
