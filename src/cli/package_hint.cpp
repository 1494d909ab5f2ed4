#include "cli/package_hint.h"

#include <array>

#include "base/text.h"

namespace gt {

namespace {

struct Packages {
  std::string_view program;
  const char *apt, *dnf, *apk;  ///< nullptr: the distribution has none
};

constexpr std::array<Packages, 19> known = {
    {{"bash", "bash", "bash", "bash"},
     {"sh", "dash", "bash", "busybox"},
     {"python3", "python3", "python3", "python3"},
     {"python", "python-is-python3", "python3", "python3"},
     {"python3-venv", "python3-venv", "python3", "python3"},
     {"pip", "python3-pip", "python3-pip", "py3-pip"},
     {"uv", nullptr, "uv", "uv"},
     {"git", "git", "git", "git"},
     {"less", "less", "less", "less"},
     {"make", "make", "make", "make"},
     {"cmake", "cmake", "cmake", "cmake"},
     {"gcc", "gcc", "gcc", "gcc"},
     {"g++", "g++", "gcc-c++", "g++"},
     {"curl", "curl", "curl", "curl"},
     {"jq", "jq", "jq", "jq"},
     {"node", "nodejs", "nodejs", "nodejs"},
     {"Rscript", "r-base-core", "R-core", "R"},
     {"julia", "julia", "julia", "julia"},
     {"java", "default-jre-headless", "java-latest-openjdk-headless", "openjdk21-jre"}}};

/// The value of NAME=value or NAME="value".
std::string value_of(std::string_view text, std::string_view name) {
  for (std::string_view line : split(text, '\n')) {
    if (!line.starts_with(name) || line.substr(name.size()).substr(0, 1) != "=") continue;
    line = trim(line.substr(name.size() + 1));
    if (line.size() >= 2 && (line[0] == '"' || line[0] == '\'') && line.back() == line[0])
      line = line.substr(1, line.size() - 2);
    return std::string(line);
  }
  return {};
}

PackageTool tool_of(std::string_view ids) {
  for (const std::string_view id : split(ids, ' ')) {
    if (id == "debian" || id == "ubuntu") return PackageTool::apt;
    if (id == "fedora" || id == "rhel" || id == "centos") return PackageTool::dnf;
    if (id == "alpine") return PackageTool::apk;
  }
  return PackageTool::none;
}

const char* package_of(const Distribution& distribution, std::string_view program) {
  for (const Packages& one : known) {
    if (one.program != program) continue;
    if (distribution.tool == PackageTool::apt) return one.apt;
    if (distribution.tool == PackageTool::dnf) return one.dnf;
    if (distribution.tool == PackageTool::apk) return one.apk;
  }
  return nullptr;
}

}  // namespace

Distribution distribution_of(std::string_view text, bool is_root) {
  return {value_of(text, "PRETTY_NAME"),
          tool_of(value_of(text, "ID") + " " + value_of(text, "ID_LIKE")), is_root};
}

std::string way_to_get(const Distribution& distribution, std::string_view program) {
  const std::string name = shell_quoted(printable(program));
  if (const char* const package = package_of(distribution, program)) {
    const char* const sudo = distribution.is_root ? "" : "sudo ";
    if (distribution.tool == PackageTool::apt)
      return fmt::format("{0}apt-get update && {0}apt-get install {1}", sudo, package);
    if (distribution.tool == PackageTool::dnf)
      return fmt::format("{}dnf install {}", sudo, package);
    return fmt::format("{}apk add {}", sudo, package);
  }
  if (program == "uv") return "pipx install uv";
  if (distribution.tool == PackageTool::apt)
    return fmt::format("find its package: apt-file search --regexp {}",
                       shell_quoted("bin/" + std::string(program) + "$"));
  if (distribution.tool == PackageTool::dnf)
    return fmt::format("find its package: dnf provides {}",
                       shell_quoted("*bin/" + std::string(program)));
  if (distribution.tool == PackageTool::apk)
    return fmt::format("find its package: apk search {}",
                       shell_quoted("cmd:" + std::string(program)));
  return "install what gives the program " + name;
}

}  // namespace gt
