#include "blob/pins.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "process/chores.h"

namespace gt {

namespace {

Result<void> lock_fd(int fd, int operation, const char* what) {
  while (::flock(fd, operation) != 0)
    if (errno != EINTR) return errno_error(errno, fmt::format("locking {}", what));
  return {};
}

Result<UniqueFd> open_gate(const Home& home) {
  return open_file(home.at("gc.lock"), O_RDWR | O_CREAT, 0600);
}

/// A file that others' sweeps cannot have removed between opening and locking it.
Result<UniqueFd> lock_new_file(const std::string& path) {
  while (true) {
    UniqueFd fd = TRY(open_file(path, O_RDWR | O_CREAT | O_APPEND, 0600));
    TRY(lock_fd(fd.get(), LOCK_EX, "the list of pins"));
    struct stat facts{};
    if (::fstat(fd.get(), &facts) != 0) return errno_error(errno, "looking at the list of pins");
    if (facts.st_nlink > 0) return fd;
  }
}

void remove_temporaries_of(const Home& home, const std::string& owner) {
  const Result<std::vector<std::string>> names = list_directory(home.at("tmp"));
  if (!names.ok()) return;
  // Under a gate that others wait at: what takes long is done later.
  Chores chores(home.path());
  for (const std::string& name : *names)
    if (name.starts_with(owner + "-"))
      static_cast<void>(chores.remove(home.at("tmp/" + name)).ok());
}

Result<void> read_pins(const std::string& path, std::unordered_set<Digest>& digests) {
  const std::string text = TRY(read_file(path));
  // The last line may be half written by one that died; it then found nothing yet.
  for (const std::string_view line : split(text, '\n'))
    if (const auto digest = Digest::parse(line)) digests.insert(*digest);
  return {};
}

}  // namespace

Result<std::unique_ptr<Pins>> Pins::open(const Home& home, Entropy& entropy) {
  std::string owner = fmt::format("{:016x}", entropy.next64());
  TRY(make_directories(home.at("pins")));
  UniqueFd file = TRY(lock_new_file(home.at("pins/" + owner)));
  UniqueFd gate = TRY(open_gate(home));
  return std::unique_ptr<Pins>(new Pins(home, std::move(owner), std::move(file), std::move(gate)));
}

Pins::~Pins() {
  remove_temporaries_of(home_, owner_);
  ::unlink(home_.at("pins/" + owner_).c_str());
}

Pins::Guard::~Guard() {
  if (lock_.owns_lock()) ::flock(fd_, LOCK_UN);
}

Result<Pins::Guard> Pins::guard() {
  // The lock belongs to the open file: a second thread's unlocking would end the first one's too.
  std::unique_lock lock(mutex_);
  TRY(lock_fd(gate_.get(), LOCK_SH, "gc.lock"));
  return Guard(std::move(lock), gate_.get());
}

Result<void> Pins::add(const std::vector<Digest>& digests) {
  std::string lines;
  for (const Digest& digest : digests) lines += digest.hex() + "\n";
  return write_all(file_.get(), lines).context("pinning");
}

Result<void> Pins::clear() {
  const Guard held = TRY(guard());
  if (::ftruncate(file_.get(), 0) != 0) return errno_error(errno, "unpinning");
  return {};
}

std::string Pins::temporary_path() {
  return home_.at(fmt::format("tmp/{}-{}", owner_, next_temporary_++));
}

Result<PinnedByOthers> close_gate(const Home& home) {
  PinnedByOthers result{.gate = TRY(open_gate(home)), .digests = {}};
  TRY(lock_fd(result.gate.get(), LOCK_EX, "gc.lock"));
  TRY(make_directories(home.at("pins")));
  for (const std::string& owner : TRY(list_directory(home.at("pins")))) {
    const std::string path = home.at("pins/" + owner);
    const Result<UniqueFd> fd = open_file(path, O_RDONLY);
    if (!fd.ok() && fd.error().code == Errc::not_found) continue;
    if (!fd.ok()) return fd.error();
    if (::flock(fd->get(), LOCK_EX | LOCK_NB) == 0) {
      remove_temporaries_of(home, owner);
      ::unlink(path.c_str());
    } else {
      TRY(read_pins(path, result.digests));
    }
  }
  return result;
}

Result<std::unordered_set<Digest>> look_at_pins(const Home& home) {
  std::unordered_set<Digest> digests;
  const Result<std::vector<std::string>> owners = list_directory(home.at("pins"));
  if (!owners.ok() && owners.error().code == Errc::not_found) return digests;
  if (!owners.ok()) return owners.error();
  for (const std::string& owner : *owners) {
    const std::string path = home.at("pins/" + owner);
    const Result<UniqueFd> fd = open_file(path, O_RDONLY);
    if (!fd.ok() && fd.error().code == Errc::not_found) continue;
    if (!fd.ok()) return fd.error();
    if (::flock(fd->get(), LOCK_SH | LOCK_NB) != 0) TRY(read_pins(path, digests));
  }
  return digests;
}

}  // namespace gt
