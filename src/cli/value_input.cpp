#include "cli/value_input.h"

#include <algorithm>
#include <cerrno>
#include <termios.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "cli/project.h"

namespace gt {

namespace {

/// What is typed is not shown as long as it lives.
class HiddenTyping {
 public:
  HiddenTyping() : is_hidden_(::tcgetattr(STDIN_FILENO, &before_) == 0) {
    if (!is_hidden_) return;
    termios hidden = before_;
    hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    (void)::tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
  }
  ~HiddenTyping() {
    if (is_hidden_) (void)::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
  }
  HiddenTyping(const HiddenTyping&) = delete;
  HiddenTyping& operator=(const HiddenTyping&) = delete;

 private:
  termios before_{};
  bool is_hidden_;
};

Result<std::string> typed_line() {
  std::string line;
  char c = 0;
  for (;;) {
    const ssize_t count = ::read(STDIN_FILENO, &c, 1);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return errno_error(errno, "reading from the terminal");
    if (count == 0 || c == '\n' || line.size() > value_input_bytes_max) return line;
    line += c;
  }
}

Result<std::string> checked(Result<std::string> read) {
  if (!read && read.error().code == Errc::exhausted)
    return Error{Errc::invalid, "standard input is longer than 512 KiB", ""};
  if (read && !is_utf8(*read)) return error(Errc::invalid, "what was read is no UTF-8 text");
  return read;
}

bool takes_file(const std::string& name) {
  return name == "connection import" || name == "variable import";
}

/// Whether a word says that standard input has the value: `-`, or an option with it.
bool names_input(std::string_view word) { return word == "-" || word.ends_with("=-"); }

}  // namespace

Result<std::string> read_value(Session& session, const std::string& what) {
  std::string text;
  if (::isatty(STDIN_FILENO) != 0) {
    session.console.say(fmt::format("{} (not shown), then Enter:", what));
    const HiddenTyping hidden;
    text = TRY(checked(typed_line()));
  } else {
    text = TRY(checked(read_all(STDIN_FILENO, value_input_bytes_max)));
  }
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  return text;
}

Result<std::string> read_import(Session& session, const std::string& path) {
  if (path == "-") return checked(read_all(STDIN_FILENO, value_input_bytes_max));
  auto text = read_file(absolute_path(session, path), value_input_bytes_max);
  if (!text && text.error().code == Errc::exhausted)
    return error(Errc::invalid, "{} is longer than 512 KiB", printable(path));
  return checked(std::move(text));
}

Result<std::vector<std::pair<std::string, Json>>> read_named(const std::string& text) {
  std::vector<std::pair<std::string, Json>> named;
  if (trim(text).starts_with('{')) {
    const Json json = TRY(parse_json(text));
    for (const auto& [name, value] : *json.object()) named.emplace_back(name, value);
    return named;
  }
  std::size_t number = 0;
  for (std::string_view line : split(text, '\n')) {
    ++number;
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (trim(line).empty() || trim(line).starts_with('#')) continue;
    const std::size_t equals = line.find('=');
    const std::string name(trim(line.substr(0, std::min(equals, line.size()))));
    if (equals == std::string_view::npos || !is_name(name))
      return Error{Errc::invalid, fmt::format("line {}: expected NAME=value", number),
                   "or all of it is one JSON object"};
    if (std::ranges::find(named, name, &std::pair<std::string, Json>::first) != named.end())
      return error(Errc::invalid, "line {}: {} stands there twice", number, name);
    named.emplace_back(name, Json(line.substr(equals + 1)));
  }
  return named;
}

Result<InputForServer> input_for_server(Session& session, const std::string& name,
                                        std::vector<std::string> words) {
  InputForServer input{.words = std::move(words)};
  const auto own = static_cast<std::ptrdiff_t>(std::ranges::count(name, ' ') + 1);
  const auto first = input.words.begin() + std::min<std::ptrdiff_t>(own, std::ssize(input.words));
  if (takes_file(name)) {
    // The value of an option is no file.
    bool is_value = false;
    for (auto word = first; word != input.words.end(); ++word) {
      const bool is_file = !is_value && (*word == "-" || !word->starts_with('-'));
      is_value = *word == "--pushed" || *word == "-o" || *word == "--output";
      if (!is_file) continue;
      input.text = TRY(read_import(session, *word));
      *word = "-";
      break;
    }
  } else if (name == "connection set" || name == "variable set") {
    if (std::any_of(first, input.words.end(), names_input)) {
      std::string text = TRY(read_value(session, "the value"));
      input.text = std::move(text);
    }
  }
  return input;
}

}  // namespace gt
