#include "cli/console.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace gt {

namespace {

constexpr std::size_t output_bytes_kept = 64U << 10U;

const char* code_of(Tone tone) {
  switch (tone) {
    case Tone::plain:
      return "";
    case Tone::good:
      return "\x1b[32m";
    case Tone::bad:
      return "\x1b[31m";
    case Tone::warning:
      return "\x1b[33m";
    case Tone::faint:
      return "\x1b[2m";
    case Tone::strong:
      return "\x1b[1m";
  }
  return "";
}

std::string painted_if(bool has_colors, Tone tone, std::string_view text) {
  if (!has_colors || tone == Tone::plain || text.empty()) return std::string(text);
  return code_of(tone) + std::string(text) + "\x1b[0m";
}

// 0, or the errno of the write that failed.
int write_whole(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(fd, bytes.data(), bytes.size());
    if (count >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(count));
    } else if (errno == EAGAIN) {
      // Somebody who shares the pipe made it non-blocking.
      pollfd waiting{fd, POLLOUT, 0};
      (void)::poll(&waiting, 1, -1);
    } else if (errno != EINTR) {
      return errno;
    }
  }
  return 0;
}

}  // namespace

ConsoleFacts look_at_console(int output_fd, int talk_fd, const char* no_color, const char* term) {
  const bool is_dumb = term == nullptr || *term == '\0' || std::strcmp(term, "dumb") == 0;
  const bool wants_colors = !is_dumb && (no_color == nullptr || *no_color == '\0');
  const auto facts_of = [&](int fd) {
    const bool is_terminal = isatty(fd) == 1;
    return StreamFacts{is_terminal, is_terminal && wants_colors};
  };
  return {facts_of(output_fd), facts_of(talk_fd), !is_dumb};
}

Console::Console(int output_fd, int talk_fd, ConsoleFacts facts)
    : output_fd_(output_fd), talk_fd_(talk_fd), facts_(facts) {}

Console::~Console() {
  write_output();
  end_pager();
}

void Console::print(std::string_view data) {
  if (is_output_closed_) return;
  output_ += data;
  if (output_.size() >= output_bytes_kept) write_output();
}

void Console::say(std::string_view line) { draw(std::string(line) + "\n"); }

void Console::draw(std::string_view text) {
  write_output();
  if (pager_) {
    talk_after_pager_ += text;
    return;
  }
  // Whoever does not listen to talk misses nothing that the exit code does not say.
  (void)write_whole(talk_fd_, text);
}

void Console::write_output() {
  if (output_.empty()) return;
  if (needs_pager()) start_pager();
  const std::string bytes = std::exchange(output_, {});
  if (is_output_closed_) return;
  const int problem = write_whole(pager_ ? pager_->fd() : output_fd_, bytes);
  if (problem == 0) return;
  is_output_closed_ = true;
  // A terminal whose window was closed says EIO.
  const bool is_unread = problem == EPIPE || (problem == EIO && facts_.output.is_terminal);
  if (!is_unread) trouble_ = errno_error(problem, "writing the output");
}

void Console::set_pager(std::optional<std::string> command) {
  const bool is_possible = facts_.output.is_terminal && facts_.can_move_cursor;
  pager_command_ = is_possible ? std::move(command) : std::nullopt;
}

/// Lines that the terminal breaks are not counted twice: a pager such as less leaves at once when
/// it finds that all fits, so one too many does no harm, and a few lines more do neither.
bool Console::needs_pager() const {
  if (!pager_command_ || pager_) return false;
  winsize size{};
  const bool is_known = ioctl(output_fd_, TIOCGWINSZ, &size) == 0 && size.ws_row > 0;
  return std::ranges::count(output_, '\n') >= (is_known ? size.ws_row : 24);
}

void Console::start_pager() {
  auto pager = Pager::start(*pager_command_);
  // Without one the data is shown all the same.
  if (pager) pager_.emplace(*std::move(pager));
}

void Console::end_pager() {
  if (!pager_) return;
  const bool was_run = pager_->finish();
  pager_.reset();
  const std::string talk = std::exchange(talk_after_pager_, {});
  if (!was_run)
    draw("geartrain: the pager could not be run: " + *pager_command_ +
         "\nhint: --no-pager shows the output without it\n");
  if (!talk.empty()) draw(talk);
}

Result<void> Console::flush() {
  write_output();
  end_pager();
  return std::exchange(trouble_, {});
}

void Console::choose_colors(std::string_view when) {
  for (StreamFacts* stream : {&facts_.output, &facts_.talk}) {
    const bool is_sensible = stream->is_terminal && facts_.can_move_cursor;
    stream->has_colors = when == "always" || (when == "auto" && is_sensible);
  }
}

unsigned Console::width() const {
  winsize size{};
  if (ioctl(talk_fd_, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return 80;
}

std::string Console::painted(Tone tone, std::string_view text) const {
  return painted_if(facts_.output.has_colors, tone, text);
}

std::string Console::tagged(std::size_t number, std::string_view text) const {
  // Without red and yellow, which say something.
  constexpr int colors[] = {36, 35, 32, 34, 96, 95, 92, 94};
  if (!facts_.output.has_colors) return std::string(text);
  return fmt::format("\x1b[{}m{}\x1b[0m", colors[number % std::size(colors)], text);
}

std::string Console::talk_painted(Tone tone, std::string_view text) const {
  return painted_if(facts_.talk.has_colors, tone, text);
}

}  // namespace gt
