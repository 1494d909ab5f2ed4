#include "db/home.h"

#include <array>
#include <cerrno>
#include <charconv>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>
#include <utility>

#include "base/file.h"
#include "base/text.h"
#include "db/reserve.h"

namespace gt {

namespace {

constexpr int layout_version = 1;

Error with_hint(Error failed) {
  if (failed.code == Errc::denied)
    failed.hint = "make the folder writable, or set GEARTRAIN_HOME to another one";
  return failed;
}

Result<void> check_version(const std::string& path, std::string_view text) {
  int version = 0;
  const std::string_view number = trim(text);
  const auto parsed = std::from_chars(number.data(), number.data() + number.size(), version);
  if (parsed.ec != std::errc() || version < 1)
    return Error{Errc::unavailable,
                 fmt::format("{}/version does not hold a number", printable(path)),
                 "restore the home folder from a backup, or set GEARTRAIN_HOME to another one"};
  if (version > layout_version)
    return Error{Errc::conflict,
                 fmt::format("{} was made by a newer geartrain (layout {}, this one knows {})",
                             printable(path), version, layout_version),
                 "use the newer geartrain, or set GEARTRAIN_HOME to another folder"};
  return {};
}

Result<void> create(const std::string& path) {
  if (!parent_path(path).empty()) TRY(make_directories(parent_path(path)));
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST)
    return errno_error(errno, fmt::format("creating {}", printable(path)));
  for (const char* folder : {"engines", "listeners", "objects", "trees", "tmp"})
    TRY(make_directories(join_path(path, folder)));
  TRY(write_file_atomically(join_path(path, ".gitignore"), "*\n", Durability::none));
  make_reserve(path);
  // Last, because its presence says that the rest is there.
  return write_file_atomically(join_path(path, "version"), fmt::format("{}\n", layout_version),
                               Durability::none);
}

}  // namespace

Result<Home> Home::open(const std::string& path) {
  GT_CHECK(path.starts_with('/'), "the home folder is given by its absolute path");
  Result<std::string> version = read_file(join_path(path, "version"), 64);
  if (version.ok()) {
    TRY(check_version(path, *version));
    return Home(path);
  }
  if (version.error().code != Errc::not_found)
    return with_hint(std::move(version).error()).context("opening {}", printable(path));
  Result<void> created = create(path);
  if (!created.ok()) return with_hint(std::move(created).error());
  return Home(path);
}

std::string network_file_system_at(const std::string& folder) {
  struct statfs facts{};
  if (::statfs(folder.c_str(), &facts) != 0) return {};
  return Home::network_file_system_of(static_cast<std::uint32_t>(facts.f_type));
}

std::string Home::network_file_system_of(std::uint32_t kind) {
  // Numbers of linux/magic.h and of the file systems' own sources.
  constexpr std::array<std::pair<std::uint32_t, const char*>, 10> known = {{
      {0x6969, "NFS"},
      {0x517b, "SMB"},
      {0xff534d42, "CIFS"},
      {0xfe534d42, "SMB"},
      {0x00c36400, "Ceph"},
      {0x0bd00bd0, "Lustre"},
      {0x47504653, "GPFS"},
      {0x5346414f, "AFS"},
      {0x01021997, "9P"},
      {0x19830326, "BeeGFS"},
  }};
  for (const auto& [magic, name] : known)
    if (kind == magic) return name;
  return {};
}

}  // namespace gt
