#include "db/presence.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"

namespace gt {

namespace {

class LockPresence final : public Presence {
 public:
  LockPresence(UniqueFd fd, std::string path) : fd_(std::move(fd)), path_(std::move(path)) {}
  ~LockPresence() override { ::unlink(path_.c_str()); }

 private:
  UniqueFd fd_;
  std::string path_;
};

/// Those who only ask share the lock, so that two of them do not take each other for the engine.
Result<bool> is_locked(int fd) {
  if (::flock(fd, LOCK_SH | LOCK_NB) == 0) return false;
  if (errno == EWOULDBLOCK) return true;
  return errno_error(errno, "asking for an engine's lock");
}

void sweep(const std::string& folder) {
  const Result<std::vector<std::string>> names = list_directory(folder);
  if (!names.ok()) return;
  for (const std::string& name : *names) {
    if (!name.ends_with(".lock")) continue;
    const std::string path = join_path(folder, name);
    const Result<UniqueFd> fd = open_file(path, O_RDONLY);
    if (!fd.ok() || ::flock(fd->get(), LOCK_EX | LOCK_NB) != 0) continue;
    const std::string socket = path.substr(0, path.size() - 5) + ".sock";
    ::unlink(socket.c_str());
    ::unlink(path.c_str());
  }
}

}  // namespace

Result<std::unique_ptr<Presence>> hold_presence(const std::string& folder,
                                                const std::string& engine) {
  GT_CHECK(!engine.empty() && engine.find_first_not_of("0123456789abcdef") == std::string::npos,
           "an engine's id is hexadecimal");
  sweep(folder);
  const std::string path = join_path(folder, engine + ".lock");
  while (true) {
    UniqueFd fd = TRY(open_file(path, O_RDWR | O_CREAT, 0600));
    while (::flock(fd.get(), LOCK_EX) != 0)
      if (errno != EINTR) return errno_error(errno, fmt::format("locking {}", printable(path)));
    struct stat facts{};
    if (::fstat(fd.get(), &facts) != 0)
      return errno_error(errno, fmt::format("looking at {}", printable(path)));
    // Another engine's sweep may have removed the file between our opening and locking it.
    if (facts.st_nlink == 0) continue;
    // Only for people who wonder why it does nothing; a full disk is in nobody's way here.
    (void)write_all(fd.get(), fmt::format("{}\n", ::getpid())).ok();
    return std::unique_ptr<Presence>(new LockPresence(std::move(fd), path));
  }
}

Result<bool> probe_presence(const std::string& folder, const std::string& engine) {
  Result<UniqueFd> fd = open_file(join_path(folder, engine + ".lock"), O_RDONLY);
  if (fd.ok()) return is_locked(fd->get());
  if (fd.error().code == Errc::not_found) return false;
  return std::move(fd).error();
}

std::optional<std::int64_t> stopped_process(const std::string& folder, const std::string& engine) {
  constexpr std::size_t stat_bytes_max = 4096;
  const Result<UniqueFd> fd = open_file(join_path(folder, engine + ".lock"), O_RDONLY);
  if (!fd.ok() || !is_locked(fd->get()).value_or(false)) return std::nullopt;
  const Result<std::string> text = read_all(fd->get(), stat_bytes_max);
  std::int64_t process = 0;
  if (!text.ok() ||
      std::from_chars(text->data(), text->data() + text->size(), process).ec != std::errc())
    return std::nullopt;
  const auto facts = read_file(fmt::format("/proc/{}/stat", process), stat_bytes_max);
  // "123 (its name) T …": the name may hold any character.
  const std::size_t end_of_name = facts.ok() ? facts->rfind(") ") : std::string::npos;
  if (end_of_name == std::string::npos || end_of_name + 2 >= facts->size()) return std::nullopt;
  const char state = (*facts)[end_of_name + 2];
  if (state == 'T' || state == 't') return process;
  return std::nullopt;
}

}  // namespace gt
