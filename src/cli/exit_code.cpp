#include "cli/exit_code.h"

namespace gt {

ExitCode exit_code_of(Errc code) {
  switch (code) {
    case Errc::invalid:
      return ExitCode::usage;
    case Errc::not_found:
      return ExitCode::not_found;
    case Errc::conflict:
      return ExitCode::conflict;
    case Errc::denied:
      return ExitCode::denied;
    case Errc::cancelled:
      return ExitCode::interrupted;
    case Errc::unavailable:
    case Errc::exhausted:
    case Errc::internal:
      return ExitCode::failed;
  }
  return ExitCode::failed;
}

}  // namespace gt
