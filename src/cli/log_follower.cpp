#include "cli/log_follower.h"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/log_text.h"

namespace gt {

namespace {

constexpr std::size_t block_bytes = 64U << 10U;

}  // namespace

Result<void> LogPrinter::print_new() {
  if (!log_) {
    auto opened = open_regular_file(join_path(folder_, "log"));
    if (!opened && opened.error().code == Errc::not_found) return {};
    if (!opened) return std::move(opened).error();
    log_ = *std::move(opened);
  }
  std::string block(block_bytes, '\0');
  while (!console_.is_output_closed()) {
    const ssize_t count = ::read(log_.get(), block.data(), block.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return errno_error(errno, "reading the log");
    if (count == 0) break;
    TRY(print(std::string_view(block).substr(0, static_cast<std::size_t>(count))));
  }
  return console_.flush();
}

Result<void> LogPrinter::print_rest() {
  TRY(print_new());
  if (rest_.empty()) return {};
  TRY(print("\n"));
  return console_.flush();
}

Result<void> LogPrinter::print(std::string_view bytes) {
  const bool is_terminal = console_.facts().output.is_terminal;
  if (times_ == Times::none) {
    console_.print(is_terminal ? terminal_safe(bytes) : std::string(bytes));
    return {};
  }
  rest_ += bytes;
  const std::size_t whole = rest_.rfind('\n') + 1;
  if (whole == 0) return {};
  const auto index = read_regular_file(join_path(folder_, "log.index"));
  const auto marks = index ? parse_log_index(*index) : std::vector<LogMark>();
  for (const LogLine& line :
       timed_lines(std::string_view(rest_).substr(0, whole), offset_, marks, began_at_))
    console_.print(console_.painted(Tone::faint, format_time(line.at)) + " " +
                   (is_terminal ? terminal_safe(line.text) : line.text) + "\n");
  offset_ += static_cast<std::int64_t>(whole);
  rest_.erase(0, whole);
  return {};
}

Result<FolderWatch> FolderWatch::open(std::string folder) {
  UniqueFd fd(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
  if (!fd) return errno_error(errno, "watching the log");
  FolderWatch watch(std::move(fd), std::move(folder));
  watch.watch();
  return watch;
}

void FolderWatch::watch() {
  constexpr std::uint32_t changes = IN_MODIFY | IN_CREATE | IN_MOVED_TO;
  // The parent first: a folder that appears in between is then noticed.
  (void)::inotify_add_watch(fd_.get(), parent_path(folder_).c_str(), IN_CREATE | IN_MOVED_TO);
  (void)::inotify_add_watch(fd_.get(), folder_.c_str(), changes);
}

void FolderWatch::clear() {
  alignas(inotify_event) std::array<char, 4096> events{};
  while (::read(fd_.get(), events.data(), events.size()) > 0) {
  }
  watch();
}

}  // namespace gt
