#include "base/result.h"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace gt {

const char* to_text(Errc code) {
  switch (code) {
    case Errc::invalid:
      return "invalid";
    case Errc::not_found:
      return "not_found";
    case Errc::conflict:
      return "conflict";
    case Errc::denied:
      return "denied";
    case Errc::unavailable:
      return "unavailable";
    case Errc::exhausted:
      return "exhausted";
    case Errc::cancelled:
      return "cancelled";
    case Errc::internal:
      return "internal";
  }
  return "internal";
}

Error errno_error(int errno_value, std::string_view what) {
  Errc code = Errc::unavailable;
  switch (errno_value) {
    case ENOENT:
    case ENOTDIR:
      code = Errc::not_found;
      break;
    case EACCES:
    case EPERM:
    case EROFS:
      code = Errc::denied;
      break;
    case ENOSPC:
    case EDQUOT:
    case EMFILE:
    case ENFILE:
    case EAGAIN:
    case ENOMEM:
      code = Errc::exhausted;
      break;
    case EEXIST:
      code = Errc::conflict;
      break;
    default:
      break;
  }
  return Error{code, fmt::format("{}: {}", what, std::strerror(errno_value))};
}

namespace detail {

void check_failed(const char* condition, const char* why, const char* file, int line) {
  std::fprintf(stderr, "geartrain: internal error at %s:%d: %s (%s)\n", file, line, why, condition);
  std::abort();
}

}  // namespace detail

}  // namespace gt
