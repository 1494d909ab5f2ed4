#include "environment/host.h"

#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"

namespace gt {

namespace {

bool is_executable_file(const std::string& path) {
  struct stat status{};
  return stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) &&
         access(path.c_str(), X_OK) == 0;
}

std::string unquoted(std::string_view value) {
  if (value.size() >= 2 && (value[0] == '"' || value[0] == '\'') && value.back() == value[0])
    value = value.substr(1, value.size() - 2);
  return std::string(value);
}

}  // namespace

std::optional<std::string> resolve_program(std::string_view name, std::string_view path_variable,
                                           const std::string& directory) {
  if (name.empty() || name.contains('\0')) return std::nullopt;
  const auto absolute = [&](std::string_view path) {
    return path.starts_with('/') ? std::string(path) : join_path(directory, path);
  };
  if (name.contains('/')) {
    std::string path = absolute(name);
    if (is_executable_file(path)) return path;
    return std::nullopt;
  }
  for (const auto folder : split(path_variable, ':')) {
    // An empty entry of PATH is the current folder.
    std::string path = join_path(absolute(folder), name);
    if (is_executable_file(path)) return path;
  }
  return std::nullopt;
}

std::string architecture() {
  utsname names{};
  GT_CHECK(uname(&names) == 0, "the kernel has a name");
  return names.machine;
}

std::string os_release() {
  for (const char* path : {"/etc/os-release", "/usr/lib/os-release"}) {
    const auto text = read_file(path);
    if (!text) continue;
    std::string id;
    std::string version;
    for (const auto line : split(*text, '\n')) {
      if (line.starts_with("ID=")) id = unquoted(line.substr(3));
      if (line.starts_with("VERSION_ID=")) version = unquoted(line.substr(11));
    }
    if (!id.empty()) return version.empty() ? id : id + " " + version;
  }
  utsname names{};
  GT_CHECK(uname(&names) == 0, "the kernel has a name");
  return fmt::format("{} {}", names.sysname, names.release);
}

Result<std::vector<std::string>> host_facts(Source& source, std::string_view program,
                                            std::string_view path_variable) {
  std::vector<std::string> lines = {"architecture " + architecture(),
                                    "os " + printable(os_release())};
  const auto path = resolve_program(program, path_variable, source.root());
  if (!path) {
    lines.push_back(fmt::format("program {} absent", escaped(program)));
    return lines;
  }
  const Digest digest = TRY(source.digest_of_program(*path));
  lines.push_back(fmt::format("program {} {}", escaped(*path), digest.hex()));
  return lines;
}

}  // namespace gt
