/// What may stand where somebody presses Tab, for the shells' completion.
///
/// Commands, options and their values are taken from the commands' own declarations, so nothing can
/// be forgotten. Nothing is said about what is wrong: then there is nothing to complete.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cli/options.h"

namespace gt {

struct Candidate {
  std::string word;
  std::string description;  ///< for shells that show it; may be empty
};

/// What the shell itself knows best.
enum class ShellHelp { none, files, folders };

struct Completion {
  std::vector<Candidate> candidates = {};
  ShellHelp help = ShellHelp::none;
  bool goes_on = false;  ///< no blank behind the word: NAME= wants a value
};

/// A value that is wanted: of an option or argument with this placeholder, behind these words.
struct WantedValue {
  std::string placeholder;               ///< "RUN", "STEP"
  std::string option;                    ///< its last name; empty for an argument
  std::vector<std::string> arguments;    ///< given before, without the command and options
  std::vector<std::string> choices;      ///< where they are fixed
  std::optional<std::string> file, run;  ///< values of --file and --run
};

struct CompletionSources {
  /// Names, of one word or two, and summaries.
  std::vector<Candidate> commands;
  /// nullopt for a command that there is not.
  std::function<std::optional<OptionsDescription>(const std::string& command)> describe;
  std::function<Completion(const WantedValue& wanted)> values;
};

/// `words`: all behind `geartrain` up to the cursor; the last is the one to be completed, perhaps
/// empty.
Completion complete(const std::vector<std::string>& words, const CompletionSources& sources);

}  // namespace gt
