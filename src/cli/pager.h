/// A program such as less, to which a person's long output goes instead of to the terminal.
#pragma once

#include <optional>
#include <string>
#include <sys/types.h>

#include "base/file.h"
#include "base/result.h"
#include "settings/setting.h"

namespace gt {

/// The command line of the pager: the setting, or without one `less -FRX` if it is on the path.
/// nullopt where there is none, or it is empty or `cat`.
std::optional<std::string> pager_command(const SettingValue* setting, const char* path);

/// As long as it runs, Ctrl-C is its own affair. Threads: one.
class Pager {
 public:
  /// By `sh -c`, on our terminal; with LESS=FRX unless that is set.
  static Result<Pager> start(const std::string& command);
  Pager(Pager&& other) noexcept;
  Pager& operator=(Pager&&) = delete;
  ~Pager() { finish(); }

  /// Where its input is written to.
  int fd() const { return input_.get(); }
  /// Ends its input and waits until the person has seen enough. False if it could not be run.
  bool finish();

 private:
  Pager(pid_t process, UniqueFd input);
  pid_t process_;
  UniqueFd input_;
  void (*old_interrupt_)(int);
  void (*old_quit_)(int);
};

}  // namespace gt
