/// A `run: |` script for `bash -euo pipefail` with `${{ }}` in it. A value never becomes bash text:
/// each `${{ }}` is compiled to a reference to a variable, and instantiate() puts assignments of
/// those variables (unexported, in single quotes) in front of the script.
///
/// Bare, "…", '…' and unquoted here-document places all give the same one word; a bare list, alone
/// as a word, gives one word per element. In arithmetic, [[ -eq ]], ${x:…} and subscripts only
/// integers and booleans (1 and 0) are accepted. docs/reference/expressions.md has the rules in
/// full.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "expression/template.h"
#include "expression/type.h"

namespace gt {

/// Immutable; copies share the compiled form. Threads: any.
class ShellScript {
 public:
  /// Appends a problem for each place where no value can stand safely; nullopt if there is one. A
  /// script without `${{` is taken as it is: bash is its judge.
  static std::optional<ShellScript> compile(std::string_view script, const TextOrigin& origin,
                                            Problems& problems);

  /// The text for bash. All assignments stand on the script's own first line, so that the line
  /// numbers in bash's messages are the script's. Error messages start with "line:column: ".
  Result<std::string> instantiate(const Context& context) const;

  /// What the types tell about the places: no object as a word, only integers in arithmetic. Also
  /// warns of values that become code after all, since they go to `eval`, `bash -c`, `python -c`,
  /// `ssh` and the like; not of numbers and booleans, which cannot harm.
  void check_types(const TypeContext& context, Problems& problems) const;

  /// Those in comments are left out: they are never evaluated.
  void for_each_reference(const std::function<void(const Reference&)>& visit) const;

  const Template& source() const { return source_; }

 private:
  struct Compiled;
  Result<std::string> put_together(const Context& context) const;

  Template source_;
  // Null for a script without expressions. Shared because it never changes once compiled.
  std::shared_ptr<const Compiled> compiled_;
};

}  // namespace gt
