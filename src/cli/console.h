/// The two streams of a command: data goes to standard output, talk to standard error.
///
/// Colours only where a person looks: on a terminal, without NO_COLOR, TERM=dumb and --no-color.
/// What is longer than the terminal goes through a pager, if one is set; talk then waits for its
/// end. Nobody reading any more (a closed pipe or window) is no error: what is printed after that
/// is dropped. Threads: one.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "cli/pager.h"

namespace gt {

enum class Tone { plain, good, bad, warning, faint, strong };

/// Facts about one stream.
struct StreamFacts {
  bool is_terminal = false;
  bool has_colors = false;
};

struct ConsoleFacts {
  StreamFacts output, talk;
  /// TERM=dumb or none: nothing may move the cursor.
  bool can_move_cursor = false;
};

/// Looks at the descriptors and at NO_COLOR and TERM (nullptr: not set).
ConsoleFacts look_at_console(int output_fd, int talk_fd, const char* no_color, const char* term);

class Console {
 public:
  /// The descriptors stay the caller's.
  Console(int output_fd, int talk_fd, ConsoleFacts facts);
  /// Writes what is left; errors of that are told by flush() only.
  ~Console();
  Console(const Console&) = delete;
  Console& operator=(const Console&) = delete;

  /// Data, kept until flush() or a few KiB.
  void print(std::string_view data);
  /// One line of talk; data printed so far comes first.
  void say(std::string_view line);
  /// Talk as it is: progress that redraws itself.
  void draw(std::string_view text);
  /// Errors of all writing so far: a full disk, but no closed pipe.
  Result<void> flush();

  /// Nobody reads the output any more.
  bool is_output_closed() const { return is_output_closed_; }
  /// "auto", "always" or "never".
  void choose_colors(std::string_view when);
  /// For data from now on, as long as the output is a terminal on which the cursor can move.
  void set_pager(std::optional<std::string> command);
  const ConsoleFacts& facts() const { return facts_; }
  /// Columns of the terminal behind `talk`, as it is now; 80 where it is none.
  unsigned width() const;

  /// Text in a tone, for print().
  std::string painted(Tone tone, std::string_view text) const;
  /// The same in one of some colours that tell things apart, the same for the same number.
  std::string tagged(std::size_t number, std::string_view text) const;
  /// Text in a tone, for say() and draw().
  std::string talk_painted(Tone tone, std::string_view text) const;

 private:
  void write_output();
  bool needs_pager() const;
  void start_pager();
  void end_pager();

  int output_fd_, talk_fd_;
  ConsoleFacts facts_;
  std::string output_;
  bool is_output_closed_ = false;
  Result<void> trouble_;
  std::optional<std::string> pager_command_;
  std::optional<Pager> pager_;
  std::string talk_after_pager_;
};

}  // namespace gt
