/// Secrets of the person who runs: from GEARTRAIN_SECRET_<NAME>, or from a file of NAME=value lines
/// that nobody else can read. Never from the command line, which everybody can see.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "expression/value.h"

namespace gt {

/// Threads: any, once opened.
class Secrets {
 public:
  using Variable = std::function<const char*(const char* name)>;
  static constexpr std::size_t file_bytes_max = 1U << 20U;

  /// `file` is absolute. Errors: not_found; denied for a file of another person or with a mode that
  /// lets others in; invalid with the line that is no NAME=value.
  static Result<Secrets> open(Variable variable, const std::optional<std::string>& file);

  /// The variable counts more than the file. Errc::not_found says where to put it.
  Result<Secret> find(std::string_view name) const;

 private:
  explicit Secrets(Variable variable) : variable_(std::move(variable)) {}

  Variable variable_;
  std::map<std::string, std::string, std::less<>> from_file_;
};

}  // namespace gt
