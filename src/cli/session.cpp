#include "cli/session.h"

#include <cerrno>
#include <cstdlib>
#include <unistd.h>

#include "base/text.h"

namespace gt {

std::string current_folder() {
  char* const path = ::getcwd(nullptr, 0);
  std::string text = path == nullptr ? "" : path;
  std::free(path);
  return text;
}

Result<void> enter_folder(Session& session, const std::string& folder) {
  if (::chdir(folder.c_str()) != 0)
    return errno_error(errno, fmt::format("entering the folder {}", printable(folder)));
  session.working_directory = current_folder();
  return {};
}

Result<bool> begin_command(Session& session, Options& options, Words words) {
  auto parsed = options.parse(words);
  if (session.describes != nullptr) {
    *session.describes = options.description();
    return false;
  }
  TRY(std::move(parsed));
  if (options.common().no_color) session.console.disable_colors();
  if (!options.common().no_pager && !session.executes_steps)
    session.console.set_pager(pager_command(session.variable));
  if (options.common().help) {
    session.console.print(options.help());
    return false;
  }
  if (options.common().project) TRY(enter_folder(session, *options.common().project));
  return true;
}

}  // namespace gt
