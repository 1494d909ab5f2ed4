#include "connection/key_file.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <optional>
#include <sys/stat.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/file.h"
#include "base/text.h"

namespace gt {

namespace {

constexpr std::string_view word = "geartrain-key-1 ";
constexpr mode_t key_mode = 0600;

Result<void> check_owner(int fd, const std::string& path) {
  struct stat facts{};
  if (::fstat(fd, &facts) != 0) return errno_error(errno, "looking at " + printable(path));
  if (!S_ISREG(facts.st_mode))
    return error(Errc::invalid, "the key file {} is not a regular file", printable(path));
  if (facts.st_uid != ::geteuid())
    return error(Errc::denied, "the key file {} belongs to somebody else", printable(path));
  if ((facts.st_mode & 077U) == 0) return {};
  Error problem = error(Errc::denied, "others can read the key file {} (mode {:04o})",
                        printable(path), facts.st_mode & 07777U);
  problem.hint = "chmod 600 " + shell_quoted(printable(path));
  return problem;
}

std::optional<SealingKey> key_in(std::string_view line) {
  if (!line.starts_with(word)) return std::nullopt;
  const auto digest = Digest::parse(line.substr(word.size()));
  if (!digest) return std::nullopt;
  return SealingKey{digest->bytes};
}

}  // namespace

Result<std::vector<SealingKey>> KeyFile::read() const {
  std::vector<SealingKey> keys;
  const auto fd = open_file(path_, O_RDONLY | O_NONBLOCK | O_NOCTTY);
  if (!fd && fd.error().code == Errc::not_found) return keys;
  if (!fd) return Error(fd.error()).context("the key file");
  TRY(check_owner(fd->get(), path_));
  const std::string text = TRY(read_all(fd->get(), file_bytes_max));
  std::size_t number = 0;
  for (const std::string_view line : split(text, '\n')) {
    ++number;
    if (trim(line).empty()) continue;
    const auto key = key_in(trim(line));
    // The line itself is not shown: it may be a key.
    if (!key)
      return Error{Errc::invalid,
                   fmt::format("{}:{}: a line that is no key", printable(path_), number),
                   "put the file back as it was, or name another one by the setting key_file"};
    keys.push_back(*key);
  }
  if (keys.empty())
    return Error{Errc::invalid, fmt::format("the key file {} is empty", printable(path_)),
                 "put the file back as it was; if it is lost, remove what is left of it"};
  return keys;
}

Result<void> KeyFile::write(const std::vector<SealingKey>& keys) const {
  const PathKind kind = TRY(kind_of(path_));
  // Renaming over a link would leave the keys where it leads to, and over a device destroy it.
  if (kind != PathKind::nothing && kind != PathKind::file)
    return Error{Errc::invalid, fmt::format("the key file {} is no regular file", printable(path_)),
                 "name the file itself by the setting key_file"};
  std::string text;
  for (const SealingKey& key : keys) text += fmt::format("{}{}\n", word, Digest{key.bytes}.hex());
  SystemEntropy entropy;
  const std::string partial = fmt::format("{}.{:016x}.partial", path_, entropy.next64());
  const auto write_it = [&]() -> Result<void> {
    const UniqueFd fd = TRY(open_file(partial, O_WRONLY | O_CREAT | O_EXCL, key_mode));
    TRY(write_all(fd.get(), text));
    if (::fsync(fd.get()) != 0) return errno_error(errno, "synchronising " + printable(partial));
    TRY(rename_path(partial, path_));
    return sync_directory(parent_path(path_));
  };
  auto written = write_it();
  if (!written) {
    ::unlink(partial.c_str());
    return std::move(written).context("writing the key file");
  }
  return {};
}

const SealingKey* find_key(const std::vector<SealingKey>& keys, std::string_view id) {
  const auto found =
      std::ranges::find_if(keys, [&](const SealingKey& key) { return key.id() == id; });
  return found == keys.end() ? nullptr : &*found;
}

}  // namespace gt
