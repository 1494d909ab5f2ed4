/// What can fail returns Result<T>; nothing of ours throws.
///
/// The code of an Error says what the *caller* can do about it; one table (cli/exit_code, later
/// api) maps it to exit codes and HTTP statuses. The message says what happened, in one sentence
/// without a full stop; context() puts the wider circumstance in front: "reading pipeline.yaml: no
/// such file". Libraries that throw are wrapped where they are called. A broken promise inside our
/// own code aborts by GT_CHECK: state is durable, a restart resumes.
#pragma once

#include <expected>
#include <fmt/format.h>
#include <string>
#include <utility>

namespace gt {

enum class Errc {
  invalid,      ///< what was given is wrong; the same call cannot succeed
  not_found,    ///< what was named does not exist
  conflict,     ///< another writer was first, or the state does not permit it; look again
  denied,       ///< not permitted
  unavailable,  ///< the outside world failed for now; trying again may succeed
  exhausted,    ///< a named limit is reached
  cancelled,    ///< somebody asked to stop
  internal,     ///< our own mistake
};

/// The word for a code, spelled as the enumerator.
const char* to_text(Errc code);

struct [[nodiscard]] Error {
  Errc code = Errc::internal;
  std::string message;
  /// What the user can do next (a command, a setting); empty when there is nothing to say.
  std::string hint = {};

  /// The same error with "circumstance: " in front of its message.
  template <typename... Args>
  Error context(fmt::format_string<Args...> format, Args&&... args) && {
    message = fmt::format(format, std::forward<Args>(args)...) + ": " + message;
    return std::move(*this);
  }
};

/// An Error with a formatted message.
template <typename... Args>
Error error(Errc code, fmt::format_string<Args...> format, Args&&... args) {
  return Error{code, fmt::format(format, std::forward<Args>(args)...)};
}

/// The Error for a failed system call: "<what>: <text of errno>". ENOENT is not_found, EACCES,
/// EPERM and EROFS are denied, ENOSPC, EDQUOT, EMFILE, ENFILE, EAGAIN and ENOMEM are exhausted,
/// EEXIST is conflict, the rest unavailable.
Error errno_error(int errno_value, std::string_view what);

template <typename T = void>
class [[nodiscard]] Result {
 public:
  Result(T value) : value_(std::move(value)) {}
  Result(Error error) : value_(std::unexpect, std::move(error)) {}

  explicit operator bool() const { return value_.has_value(); }
  bool ok() const { return value_.has_value(); }
  T& operator*() & { return *value_; }
  const T& operator*() const& { return *value_; }
  /// A value of its own, so that `for (x : *f())` walks over something that lives.
  T operator*() && { return *std::move(value_); }
  T* operator->() { return &*value_; }
  const T* operator->() const { return &*value_; }
  T value_or(T other) && { return ok() ? *std::move(value_) : std::move(other); }

  const Error& error() const& { return value_.error(); }
  Error error() && { return std::move(value_).error(); }

  /// The same result; if it is an error, with a circumstance in front of its message.
  template <typename... Args>
  Result context(fmt::format_string<Args...> format, Args&&... args) && {
    if (ok()) return std::move(*this);
    return std::move(value_.error()).context(format, std::forward<Args>(args)...);
  }

 private:
  std::expected<T, Error> value_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : value_(std::unexpect, std::move(error)) {}

  explicit operator bool() const { return value_.has_value(); }
  bool ok() const { return value_.has_value(); }
  const Error& error() const& { return value_.error(); }
  Error error() && { return std::move(value_).error(); }

  template <typename... Args>
  Result context(fmt::format_string<Args...> format, Args&&... args) && {
    if (ok()) return std::move(*this);
    return std::move(value_.error()).context(format, std::forward<Args>(args)...);
  }

 private:
  std::expected<void, Error> value_;
};

namespace detail {
template <typename T>
T unwrap(Result<T>&& result) {
  return *std::move(result);
}
inline void unwrap(Result<void>&&) {}

[[noreturn]] void check_failed(const char* condition, const char* why, const char* file, int line);
}  // namespace detail

}  // namespace gt

/// The value of a Result, or return its error from the calling function. Not within another TRY or
/// a co_await, nor beside other arguments or members of one expression: g++ leaves those
/// undestroyed.
#define TRY(...)                                                \
  __extension__({                                               \
    auto try_result = (__VA_ARGS__);                            \
    if (!try_result.ok()) return std::move(try_result).error(); \
    ::gt::detail::unwrap(std::move(try_result));                \
  })

/// A promise of our own code; a broken one aborts with both texts, in release builds too.
#define GT_CHECK(condition, why) \
  ((condition) ? void() : ::gt::detail::check_failed(#condition, why, __FILE__, __LINE__))
