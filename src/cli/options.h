/// The options and arguments of one command: declared by the command, parsed by CLI11 behind, shown
/// by --help and in docs/reference/cli.md.
///
/// Every command has -h/--help, -C/--project, --no-color and --no-pager. Threads: one.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/output_form.h"
#include "settings/settings.h"

namespace gt {

struct Example {
  const char* command;
  const char* what;
};

/// What a command tells about itself.
struct CommandText {
  const char* name;
  const char* summary;      ///< one line for the list of commands
  const char* description;  ///< more, for --help; may be empty
  std::span<const Example> examples;
};

/// Options that every command has.
struct CommonOptions {
  bool help = false;
  bool no_color = false;
  bool no_pager = false;
  std::optional<std::string> project;  ///< -C
  std::optional<std::string> server;
};

struct OptionDescription {
  std::vector<std::string> names;  ///< "-j", "--jobs"
  std::string placeholder;         ///< empty for a flag
  std::string help;
  std::vector<std::string> choices;  ///< all values that there are; empty where they are not fixed
};

struct ArgumentDescription {
  std::string name;
  std::string help;
  bool repeats = false;
  std::vector<std::string> choices = {};  ///< empty where they are not fixed
};

/// All that a command can be given.
struct OptionsDescription {
  std::vector<OptionDescription> options;
  std::vector<ArgumentDescription> arguments;
};

enum class Need { required, optional };

class Options {
 public:
  explicit Options(const CommandText& text);
  ~Options();
  Options(const Options&) = delete;
  Options& operator=(const Options&) = delete;

  /// `names` as "-j,--jobs". The variables must outlive parse(), which sets those that were given.
  void flag(const char* names, bool& value, const char* help);
  /// The last one given counts.
  void option(const char* names, const char* placeholder, std::optional<std::string>& value,
              const char* help);
  /// A whole number of at least `minimum`.
  void option(const char* names, const char* placeholder, std::optional<std::int64_t>& value,
              std::int64_t minimum, const char* help,
              std::int64_t maximum = std::numeric_limits<std::int64_t>::max());
  /// May be given several times.
  void option(const char* names, const char* placeholder, std::vector<std::string>& values,
              const char* help);
  /// The flag of a setting, as the table of settings describes it.
  void setting(SettingId id);
  /// -o/--output and --json.
  void output(OutputForm& chosen, const DataShape& shape);
  /// `choices` are offered by completion; the command itself refuses others.
  void argument(const char* name, std::optional<std::string>& value, Need need, const char* help,
                std::vector<std::string> choices = {});
  /// All that is left; at most one such, the last.
  void arguments(const char* name, std::vector<std::string>& values, const char* help);

  /// Errc::invalid with the command's --help as a hint.
  Result<void> parse(std::span<const std::string> words);
  const CommonOptions& common() const;
  std::span<const GivenFlag> given_flags() const;
  /// Without -o and --json, if the command has the form.
  void use_form(const std::string& form);
  std::string help() const;
  /// With the common options once parse() was called.
  const OptionsDescription& description() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace gt
