#include "cli/secrets.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"

namespace gt {

namespace {

constexpr const char* variable_prefix = "GEARTRAIN_SECRET_";

Result<void> check_owner(int fd, const std::string& path) {
  struct stat facts{};
  if (::fstat(fd, &facts) != 0) return errno_error(errno, "looking at " + printable(path));
  if (!S_ISREG(facts.st_mode))
    return error(Errc::invalid, "{} is not a regular file", printable(path));
  if (facts.st_uid != ::geteuid())
    return error(Errc::denied, "the secrets file {} belongs to somebody else", printable(path));
  if ((facts.st_mode & 077U) == 0) return {};
  Error problem = error(Errc::denied, "others can read the secrets file {} (mode {:04o})",
                        printable(path), facts.st_mode & 07777U);
  problem.hint = "chmod 600 " + shell_quoted(printable(path));
  return problem;
}

}  // namespace

Result<Secrets> Secrets::open(Variable variable, const std::optional<std::string>& file) {
  Secrets secrets(std::move(variable));
  if (!file) return secrets;
  const UniqueFd fd = TRY(open_file(*file, O_RDONLY | O_NONBLOCK));
  TRY(check_owner(fd.get(), *file));
  const std::string text = TRY(read_all(fd.get(), file_bytes_max));
  std::size_t number = 0;
  for (std::string_view line : split(text, '\n')) {
    ++number;
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (trim(line).empty() || trim(line).starts_with('#')) continue;
    const std::size_t equals = line.find('=');
    // The line itself is not shown: it may be a secret that lost its name.
    if (equals == std::string_view::npos || !is_name(trim(line.substr(0, equals))))
      return error(Errc::invalid, "{}:{}: expected NAME=value", printable(*file), number);
    secrets.from_file_[std::string(trim(line.substr(0, equals)))] = line.substr(equals + 1);
  }
  return secrets;
}

Result<Secret> Secrets::find(std::string_view name) const {
  const std::string variable = variable_prefix + std::string(name);
  if (const char* const value = variable_(variable.c_str()))
    return Secret{std::string(name), value};
  if (const auto found = from_file_.find(name); found != from_file_.end())
    return Secret{std::string(name), found->second};
  Error problem = error(Errc::not_found, "the secret {} is not set", name);
  problem.hint = fmt::format("set {}, or put {}=… into a file for --secrets", variable, name);
  return problem;
}

}  // namespace gt
