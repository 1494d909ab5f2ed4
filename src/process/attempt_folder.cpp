#include "process/attempt_folder.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <signal.h>
#include <span>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/boot.h"
#include "base/digest.h"
#include "base/json.h"
#include "base/text.h"
#include "process/process_table.h"

namespace gt {

namespace {

constexpr std::int64_t lock_protocol = 1;
constexpr std::size_t lock_bytes_max = 1U << 20U;
/// Where a lock file's first block must have room for it.
constexpr std::size_t short_message_bytes_max = 400;

std::string lock_path(const std::string& folder) { return join_path(folder, "lock"); }

struct flock whole_file(short type) {
  struct flock range{};
  range.l_type = type;
  range.l_whence = SEEK_SET;
  return range;
}

Result<bool> is_locked(int fd) {
  struct flock range = whole_file(F_RDLCK);
  if (::fcntl(fd, F_OFD_GETLK, &range) != 0) return errno_error(errno, "asking for the lock");
  return range.l_type != F_UNLCK;
}

Result<bool> try_lock(int fd) {
  struct flock range = whole_file(F_WRLCK);
  if (::fcntl(fd, F_OFD_SETLK, &range) == 0) return true;
  if (errno == EAGAIN || errno == EACCES) return false;
  return errno_error(errno, "locking");
}

Result<std::int64_t> size_of(int fd) {
  struct stat status{};
  if (::fstat(fd, &status) != 0) return errno_error(errno, "looking at the lock");
  return std::int64_t{status.st_size};
}

// Of this attempt and no other, though the file may once have been that of an earlier one.
Result<std::uint64_t> token_of(int fd, const std::string& folder) {
  struct stat status{};
  if (::fstat(fd, &status) != 0) return errno_error(errno, "looking at the lock");
  const Digest name = sha256(file_name(folder));
  std::uint64_t token = status.st_ino;
  for (std::size_t i = 0; i < sizeof token; ++i) token ^= std::uint64_t{name.bytes[i]} << (8 * i);
  return token;
}

// Whole lines only: what a full disk left of one is taken back.
Result<void> append(int fd, const std::string& line) {
  const off_t end = ::lseek(fd, 0, SEEK_END);
  if (end < 0) return errno_error(errno, "seeking in the lock file");
  char last = '\n';
  // A line that a machine lost its power over gets no other one glued to it.
  if (end > 0) (void)!::pread(fd, &last, 1, end - 1);
  auto written = write_all(fd, (last == '\n' ? "" : "\n") + line + "\n");
  if (written) return {};
  if (::ftruncate(fd, end) != 0) return errno_error(errno, "taking back a part of the lock file");
  return std::move(written).error().context("the lock file");
}

// nullopt when there is none.
Result<std::optional<UniqueFd>> open_lock(const std::string& folder, int flags) {
  auto opened = open_file(lock_path(folder), flags | O_NOFOLLOW | O_NONBLOCK);
  if (opened) return std::optional(*std::move(opened));
  if (opened.error().code == Errc::not_found) return std::optional<UniqueFd>();
  return std::move(opened).error();
}

std::optional<std::int64_t> integer_of(const Json& json, std::string_view key) {
  const Json* member = json.find(key);
  if (member == nullptr || member->integer() == nullptr) return std::nullopt;
  return *member->integer();
}

struct LockContent {
  bool is_taken = false;
  std::optional<ShimIdentity> shim = {};
  std::optional<ExitRecord> exit = {};
};

Result<ShimIdentity> parse_identity(std::string_view line) {
  const Json json = TRY(parse_json(line));
  const auto shim = integer_of(json, "shim");
  const Json* place = json.find("place");
  if (integer_of(json, "protocol") != lock_protocol || !shim || place == nullptr ||
      place->string() == nullptr)
    return error(Errc::invalid, "the lock file says nothing that this version understands");
  return ShimIdentity{.place = *place->string(), .shim = static_cast<pid_t>(*shim)};
}

Result<LockContent> parse_lock(std::string_view text) {
  LockContent content;
  if (text.empty()) return content;
  content.is_taken = true;
  auto lines = split(text, '\n');
  if (auto shim = parse_identity(lines[0])) content.shim = *std::move(shim);
  // After the last line end there is nothing, or a line that is being written just now.
  lines.pop_back();
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const auto json = parse_json(lines[i]);
    if (json && json->find("undertaker") != nullptr) {
      if (content.shim) content.shim->is_being_buried = true;
    } else {
      content.exit = TRY(parse_exit_record(lines[i]));
    }
  }
  return content;
}

Result<LockContent> read_lock(const std::string& folder) {
  const std::string path = lock_path(folder);
  const std::string text = TRY(read_regular_file(path, lock_bytes_max));
  return parse_lock(text).context("{}", printable(path));
}

}  // namespace

Result<ShimIdentity> read_shim_identity(const std::string& folder) {
  const LockContent content = TRY(read_lock(folder));
  if (!content.shim)
    return error(Errc::invalid, "{} says nothing that this version understands",
                 printable(lock_path(folder)));
  return *content.shim;
}

std::string place_of_processes() {
  struct stat status{};
  if (::stat("/proc/self/ns/pid", &status) != 0) status.st_ino = 0;
  return fmt::format("{} {}", boot_id(), status.st_ino);
}

Result<AttemptStatus> inspect_attempt(const std::string& folder) {
  const auto lock = TRY(open_lock(folder, O_RDONLY));
  if (!lock) return AttemptStatus{};
  // In this order: a shim writes its record before it lets go of the lock.
  const bool is_held = TRY(is_locked(lock->get()));
  LockContent content = TRY(read_lock(folder));
  if (content.exit) return AttemptStatus{AttemptPhase::ended, std::move(content.exit)};
  if (is_held) return AttemptStatus{AttemptPhase::running, std::nullopt};
  return AttemptStatus{content.is_taken ? AttemptPhase::lost : AttemptPhase::never_started,
                       std::nullopt};
}

Result<void> reset_attempt(const std::string& folder) {
  const UniqueFd lock = TRY(open_file(lock_path(folder), O_RDWR | O_NOFOLLOW));
  struct stat status{};
  if (::fstat(lock.get(), &status) != 0) return errno_error(errno, "looking at the lock");
  if (!S_ISREG(status.st_mode) || status.st_nlink != 1)
    return error(Errc::invalid, "the lock file has other names");
  if (!TRY(try_lock(lock.get()))) return error(Errc::conflict, "the attempt runs");
  if (::ftruncate(lock.get(), 0) != 0) return errno_error(errno, "emptying the lock file");
  return {};
}

Result<UniqueFd> open_shim(const std::string& folder) {
  const auto lock = TRY(open_lock(folder, O_RDONLY));
  if (!lock || !TRY(is_locked(lock->get())))
    return error(Errc::conflict, "the attempt does not run");
  const ShimIdentity identity = TRY(read_shim_identity(folder));
  if (identity.is_being_buried) return error(Errc::conflict, "the attempt does not run any more");
  if (identity.place != place_of_processes())
    return error(Errc::unavailable, "the attempt runs in another process namespace");
  UniqueFd shim(static_cast<int>(::syscall(SYS_pidfd_open, identity.shim, 0)));
  if (!shim && errno == ESRCH) return error(Errc::conflict, "the attempt does not run any more");
  if (!shim) return errno_error(errno, "opening the attempt's shim");
  // Held still: so the process that we opened is the holder, and not a later one of the same id.
  if (!TRY(is_locked(lock->get())))
    return error(Errc::conflict, "the attempt does not run any more");
  return shim;
}

Result<void> stop_attempt(const std::string& folder, StopSignal mode) {
  const UniqueFd shim = TRY(open_shim(folder));
  siginfo_t request{};
  request.si_signo = mode == StopSignal::kill ? SIGUSR2 : SIGUSR1;
  request.si_code = SI_QUEUE;
  request.si_pid = ::getpid();
  request.si_uid = ::getuid();
  const auto lock = TRY(open_lock(folder, O_RDONLY));
  if (!lock) return error(Errc::conflict, "the attempt does not run any more");
  request.si_value.sival_ptr = reinterpret_cast<void*>(TRY(token_of(lock->get(), folder)));
  if (::syscall(SYS_pidfd_send_signal, shim.get(), request.si_signo, &request, 0) == 0) {
    // One that is stopped hears it only when it goes on.
    (void)::syscall(SYS_pidfd_send_signal, shim.get(), SIGCONT, nullptr, 0);
    return {};
  }
  if (errno == ESRCH) return error(Errc::conflict, "the attempt does not run any more");
  return errno_error(errno, "signalling the attempt's shim");
}

Result<ExitRecord> bury_attempt(const std::string& folder, const std::string& name) {
  const auto lock = TRY(open_lock(folder, O_RDWR));
  // An empty lock is a shim's to take; if we took it, that shim would think that another one runs.
  if (!lock || TRY(size_of(lock->get())) == 0)
    return error(Errc::conflict, "the attempt was never started");
  if (!TRY(try_lock(lock->get()))) return error(Errc::conflict, "the attempt runs");
  auto content = read_lock(folder);
  if (content && content->exit) return *std::move(content->exit);
  // The lock is no sign any more that the process of that id is the shim.
  (void)append(lock->get(), fmt::format("{{\"undertaker\":{}}}", getpid())).ok();

  ExitRecord record{.name = name,
                    .cause = ExitCause::lost,
                    .message = "the process that supervised the attempt was killed"};
  const std::optional<ShimIdentity> identity = content ? content->shim : std::nullopt;
  // Before a reboot, or elsewhere, the same ids are other processes.
  if (!identity || identity->place == place_of_processes()) {
    const auto killed = kill_marked_processes("GEARTRAIN_ATTEMPT=" + name,
                                              identity ? identity->shim : 0, bury_seconds_max);
    if (!killed) record.message += "; " + killed.error().message;
  }
  SystemClock clock;
  record.ended_at = clock.now();
  if (auto written = append(lock->get(), to_json_text(record)); !written)
    record.message += "; its exit record was not written: " + written.error().message;
  return record;
}

Result<void> AttemptClaim::record_end(ExitRecord record) {
  auto written = append(lock_.get(), to_json_text(record));
  if (written) return {};
  // On a full disk the lock file still has the block that it got before the start.
  for (std::string* text : {&record.message, &record.log_problem})
    text->resize(std::min(text->size(), short_message_bytes_max));
  if (append(lock_.get(), to_json_text(record))) return {};
  return written;
}

Result<std::optional<AttemptClaim>> AttemptClaim::take(const std::string& folder,
                                                       const std::string& place) {
  TRY(make_directories(folder));
  UniqueFd opened = TRY(open_file(folder, O_PATH | O_DIRECTORY | O_NOFOLLOW));
  UniqueFd lock = TRY(open_file(lock_path(folder), O_RDWR | O_CREAT | O_NOFOLLOW));
  if (!TRY(try_lock(lock.get()))) return std::optional<AttemptClaim>();
  if (TRY(size_of(lock.get())) > 0) return std::optional<AttemptClaim>();
  const std::uint64_t token = TRY(token_of(lock.get(), folder));
  const std::string identity =
      compact_json(JsonObject{{"protocol", lock_protocol}, {"place", place}, {"shim", getpid()}});
  // A part of it would say that the command may have been started.
  TRY(append(lock.get(), identity).context("{}", printable(folder)));
  return std::optional(AttemptClaim(std::move(opened), std::move(lock), token));
}

std::string AttemptClaim::folder() const { return fmt::format("/proc/self/fd/{}", folder_.get()); }

}  // namespace gt
