#include "process/attempt_folder.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <signal.h>
#include <span>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/json.h"
#include "base/text.h"
#include "process/process_table.h"

namespace gt {

namespace {

constexpr std::int64_t lock_protocol = 1;
constexpr std::size_t exit_record_bytes_max = 1U << 20U;
/// Where a lock file's first block must have room for it.
constexpr std::size_t short_message_bytes_max = 400;
constexpr std::size_t lock_bytes_max = 16U << 10U;

std::string lock_path(const std::string& folder) { return join_path(folder, "lock"); }
std::string exit_path(const std::string& folder) { return join_path(folder, "exit.json"); }

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

Result<std::uint64_t> token_of(int fd) {
  struct stat status{};
  if (::fstat(fd, &status) != 0) return errno_error(errno, "looking at the lock");
  return std::uint64_t{status.st_ino};
}

Result<void> append(int fd, const std::string& line) {
  if (::lseek(fd, 0, SEEK_END) < 0) return errno_error(errno, "seeking in the lock file");
  return write_all(fd, line).context("the lock file");
}

// nullopt when there is none.
Result<std::optional<UniqueFd>> open_lock(const std::string& folder, int flags) {
  auto opened = open_file(lock_path(folder), flags | O_NOFOLLOW | O_NONBLOCK);
  if (opened) return std::optional(*std::move(opened));
  if (opened.error().code == Errc::not_found) return std::optional<UniqueFd>();
  return std::move(opened).error();
}

Result<std::optional<ExitRecord>> read_exit_record(const std::string& folder) {
  auto text = read_regular_file(exit_path(folder), exit_record_bytes_max);
  if (!text && text.error().code == Errc::not_found) return std::optional<ExitRecord>();
  if (!text) return std::move(text).error();
  return std::optional(TRY(parse_exit_record(*text).context("{}", printable(exit_path(folder)))));
}

/// See keep_in_lock().
std::optional<ExitRecord> read_exit_from_lock(const std::string& folder) {
  const auto text = read_regular_file(lock_path(folder), lock_bytes_max);
  if (!text) return std::nullopt;
  for (const auto line : split(*text, '\n')) {
    const auto json = parse_json(line);
    const Json* exit = json ? json->find("exit") : nullptr;
    if (exit == nullptr) continue;
    if (auto record = parse_exit_record(compact_json(*exit))) return *std::move(record);
  }
  return std::nullopt;
}

Result<void> write_exit_file(const std::string& folder, const ExitRecord& record) {
  // The lock makes us the only writer, so the name needs no chance in it. What is there was left by
  // one that died, or put there by the command: perhaps a link to what is not to be written.
  const std::string partial = join_path(folder, "exit.json.partial");
  constexpr int flags = O_WRONLY | O_CREAT | O_EXCL;
  auto made = open_file(partial, flags);
  if (!made && made.error().code == Errc::conflict && ::unlink(partial.c_str()) == 0)
    made = open_file(partial, flags);
  const UniqueFd fd = TRY(std::move(made));
  TRY(write_all(fd.get(), to_json_text(record)).context("{}", printable(partial)));
  return rename_path(partial, exit_path(folder));
}

/// On a full disk no file can be made, but the lock file has a block since before the start, and
/// most of it is free.
Result<void> keep_in_lock(const std::string& folder, ExitRecord record) {
  for (std::string* text : {&record.message, &record.log_problem})
    text->resize(std::min(text->size(), short_message_bytes_max));
  const Json json = TRY(parse_json(to_json_text(record)));
  const UniqueFd lock = TRY(open_file(lock_path(folder), O_WRONLY | O_NOFOLLOW));
  const std::int64_t size = TRY(size_of(lock.get()));
  auto written = append(lock.get(), compact_json(JsonObject{{"exit", json}}) + "\n");
  // A part of a line would hide what is written after it.
  if (!written && ::ftruncate(lock.get(), size) != 0) return errno_error(errno, "the lock file");
  return written;
}

std::optional<std::int64_t> integer_of(const Json& json, std::string_view key) {
  const Json* member = json.find(key);
  if (member == nullptr || member->integer() == nullptr) return std::nullopt;
  return *member->integer();
}

Result<ShimIdentity> parse_identity(std::string_view text) {
  const auto lines = split(text, '\n');
  const Json first = TRY(parse_json(lines[0]));
  const auto shim = integer_of(first, "shim");
  const Json* place = first.find("place");
  if (integer_of(first, "protocol") != lock_protocol || !shim || place == nullptr ||
      place->string() == nullptr)
    return error(Errc::invalid, "the lock file says nothing that this version understands");
  ShimIdentity identity{.place = *place->string(), .shim = static_cast<pid_t>(*shim)};
  for (const auto line : std::span(lines).subspan(1)) {
    const auto json = parse_json(line);
    if (!json) break;  // being written just now
    identity.is_being_buried = identity.is_being_buried || json->find("undertaker") != nullptr;
  }
  return identity;
}

}  // namespace

Result<ShimIdentity> read_shim_identity(const std::string& folder) {
  return parse_identity(TRY(read_regular_file(lock_path(folder), lock_bytes_max)));
}

std::string place_of_processes() {
  const std::string boot = read_file("/proc/sys/kernel/random/boot_id", 100).value_or("");
  struct stat status{};
  if (::stat("/proc/self/ns/pid", &status) != 0) status.st_ino = 0;
  return fmt::format("{} {}", trim(boot), status.st_ino);
}

Result<AttemptStatus> inspect_attempt(const std::string& folder) {
  const auto lock = TRY(open_lock(folder, O_RDONLY));
  // In this order: a shim writes its record before it lets go of the lock.
  const bool is_held = lock && TRY(is_locked(lock->get()));
  if (auto exit = TRY(read_exit_record(folder))) return AttemptStatus{AttemptPhase::ended, exit};
  if (is_held) return AttemptStatus{AttemptPhase::running, std::nullopt};
  if (auto exit = read_exit_from_lock(folder)) return AttemptStatus{AttemptPhase::ended, exit};
  const bool was_taken = lock && TRY(size_of(lock->get())) > 0;
  return AttemptStatus{was_taken ? AttemptPhase::lost : AttemptPhase::never_started, std::nullopt};
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
  request.si_value.sival_ptr = reinterpret_cast<void*>(TRY(token_of(lock->get())));
  if (::syscall(SYS_pidfd_send_signal, shim.get(), request.si_signo, &request, 0) == 0) return {};
  if (errno == ESRCH) return error(Errc::conflict, "the attempt does not run any more");
  return errno_error(errno, "signalling the attempt's shim");
}

Result<ExitRecord> bury_attempt(const std::string& folder, const std::string& name) {
  const auto lock = TRY(open_lock(folder, O_RDWR));
  // An empty lock is a shim's to take; if we took it, that shim would think that another one runs.
  if (!lock || TRY(size_of(lock->get())) == 0)
    return error(Errc::conflict, "the attempt was never started");
  if (!TRY(try_lock(lock->get()))) return error(Errc::conflict, "the attempt runs");
  if (auto exit = TRY(read_exit_record(folder))) return *std::move(exit);
  if (auto exit = read_exit_from_lock(folder)) return *std::move(exit);
  // The lock is no sign any more that the process of that id is the shim.
  (void)append(lock->get(), fmt::format("{{\"undertaker\":{}}}\n", getpid())).ok();

  ExitRecord record{.name = name,
                    .cause = ExitCause::lost,
                    .message = "the process that supervised the attempt was killed"};
  const auto identity = read_shim_identity(folder);
  // Before a reboot, or elsewhere, the same ids are other processes.
  if (!identity || identity->place == place_of_processes()) {
    const auto killed = kill_marked_processes("GEARTRAIN_ATTEMPT=" + name,
                                              identity ? identity->shim : 0, bury_seconds_max);
    if (!killed) record.message += "; " + killed.error().message;
  }
  SystemClock clock;
  record.ended_at = clock.now();
  if (auto written = write_exit_record(folder, record); !written)
    record.message += "; its exit record was not written: " + written.error().message;
  return record;
}

Result<void> write_exit_record(const std::string& folder, const ExitRecord& record) {
  auto written = write_exit_file(folder, record);
  if (written || keep_in_lock(folder, record)) return {};
  return written;
}

Result<std::optional<AttemptClaim>> AttemptClaim::take(const std::string& folder,
                                                       const std::string& place) {
  TRY(make_directories(folder));
  UniqueFd opened = TRY(open_file(folder, O_PATH | O_DIRECTORY | O_NOFOLLOW));
  UniqueFd lock = TRY(open_file(lock_path(folder), O_RDWR | O_CREAT | O_NOFOLLOW));
  if (!TRY(try_lock(lock.get()))) return std::optional<AttemptClaim>();
  if (TRY(size_of(lock.get())) > 0) return std::optional<AttemptClaim>();
  const std::uint64_t token = TRY(token_of(lock.get()));
  const std::string identity =
      compact_json(JsonObject{{"protocol", lock_protocol}, {"place", place}, {"shim", getpid()}});
  if (auto written = write_all(lock.get(), identity + "\n"); !written) {
    // A part of it would say that the command may have been started.
    if (::ftruncate(lock.get(), 0) != 0) return errno_error(errno, "emptying the lock file");
    return std::move(written).error().context("{}", printable(lock_path(folder)));
  }
  return std::optional(AttemptClaim(std::move(opened), std::move(lock), token));
}

std::string AttemptClaim::folder() const { return fmt::format("/proc/self/fd/{}", folder_.get()); }

}  // namespace gt
