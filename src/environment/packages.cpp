#include "environment/packages.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <sys/stat.h>

#include "base/file.h"
#include "base/text.h"

namespace gt {

namespace {

Result<std::vector<std::string>> site_folders(const std::string& folder) {
  std::vector<std::string> folders;
  const std::string lib = join_path(folder, "lib");
  for (const auto& name : TRY(list_directory(lib))) {
    std::string site = join_path(join_path(lib, name), "site-packages");
    if (TRY(kind_of(site)) == PathKind::directory) folders.push_back(std::move(site));
  }
  return folders;
}

std::string normalized_name(std::string_view name) {
  std::string result;
  for (const char c : name) {
    if (c == '-' || c == '_' || c == '.') {
      if (!result.ends_with('-')) result += '-';
    } else {
      result += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
  }
  return result;
}

// A header of METADATA, which is written like a mail's.
std::string header(std::string_view metadata, std::string_view name) {
  for (const auto line : split(metadata, '\n')) {
    if (trim(line).empty()) break;
    if (line.starts_with(name) && line.substr(name.size()).starts_with(':'))
      return std::string(trim(line.substr(name.size() + 1)));
  }
  return {};
}

// "path,hash,size". Scripts (outside of site-packages) contain the environment's own path, compiled
// files the time, and the last four say how it was installed.
bool is_part_of_package(std::string_view line) {
  constexpr std::array<std::string_view, 4> about_installing = {
      ".dist-info/INSTALLER,", ".dist-info/REQUESTED,", ".dist-info/direct_url.json,",
      ".dist-info/uv_cache.json,"};
  if (line.empty() || line.ends_with(",,")) return false;
  if (line.starts_with("../") || line.contains(".pyc,")) return false;
  return std::ranges::none_of(about_installing,
                              [&](std::string_view part) { return line.contains(part); });
}

Digest digest_of_record(std::string_view record) {
  std::vector<std::string_view> lines;
  for (const auto line : split(record, '\n'))
    if (is_part_of_package(trim(line))) lines.push_back(trim(line));
  std::ranges::sort(lines);
  Sha256 hash;
  for (const auto line : lines) {
    hash.update(line);
    hash.update("\n");
  }
  return hash.finish();
}

}  // namespace

Result<std::vector<InstalledPackage>> read_packages(const std::string& folder) {
  std::vector<InstalledPackage> packages;
  for (const auto& site : TRY(site_folders(folder))) {
    for (const auto& name : TRY(list_directory(site))) {
      if (!name.ends_with(".dist-info")) continue;
      const std::string info = join_path(site, name);
      // Left behind by an uninstall that was cut short; Python does not see it either.
      const auto metadata = read_file(join_path(info, "METADATA"));
      if (!metadata && metadata.error().code == Errc::not_found) continue;
      if (!metadata) return metadata.error();
      const auto record = read_file(join_path(info, "RECORD"));
      const bool is_direct = TRY(kind_of(join_path(info, "direct_url.json"))) != PathKind::nothing;
      packages.push_back({normalized_name(header(*metadata, "Name")), header(*metadata, "Version"),
                          record ? digest_of_record(*record) : sha256(*metadata), is_direct});
    }
  }
  std::ranges::sort(packages, {}, &InstalledPackage::name);
  return packages;
}

Result<std::string> packages_stamp(const std::string& folder) {
  std::string stamp;
  for (const auto& site : TRY(site_folders(folder))) {
    struct stat status{};
    if (stat(site.c_str(), &status) != 0)
      return errno_error(errno, fmt::format("looking at {}", printable(site)));
    stamp +=
        fmt::format("{} {}.{:09}\n", status.st_ino, status.st_mtim.tv_sec, status.st_mtim.tv_nsec);
  }
  return stamp;
}

}  // namespace gt
