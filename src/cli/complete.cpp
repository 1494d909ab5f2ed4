#include "cli/complete.h"

#include <algorithm>

namespace gt {

namespace {

const OptionDescription* find_option(const OptionsDescription& options, const std::string& name) {
  const auto found = std::ranges::find_if(options.options, [&](const OptionDescription& option) {
    return std::ranges::find(option.names, name) != option.names.end();
  });
  return found == options.options.end() ? nullptr : &*found;
}

/// Options that may stand before the command.
bool takes_value_before_command(const std::string& word) {
  return word == "-C" || word == "--project";
}

class Completer {
 public:
  Completer(const OptionsDescription& options, const CompletionSources& sources)
      : options_(options), sources_(sources) {}

  Completion complete(const std::vector<std::string>& words) {
    for (std::size_t i = 0; i + 1 < words.size(); ++i) pass(words[i]);
    const std::string& last = words.back();
    if (waiting_ != nullptr) return value_of(*waiting_);
    const std::size_t equals = last.find('=');
    if (may_be_option_ && last.starts_with("--") && equals != std::string::npos) {
      const OptionDescription* const option = find_option(options_, last.substr(0, equals));
      if (option == nullptr || option->placeholder.empty()) return {};
      Completion completion = value_of(*option);
      for (Candidate& one : completion.candidates) one.word = last.substr(0, equals + 1) + one.word;
      return completion;
    }
    if (may_be_option_ && last.starts_with('-')) return option_names();
    return argument();
  }

 private:
  void pass(const std::string& word) {
    if (waiting_ != nullptr) {
      note(*waiting_, word);
      waiting_ = nullptr;
    } else if (may_be_option_ && word == "--") {
      may_be_option_ = false;
    } else if (may_be_option_ && word.starts_with('-') && word != "-") {
      const std::size_t equals = word.find('=');
      const OptionDescription* const option = find_option(options_, word.substr(0, equals));
      if (option == nullptr || option->placeholder.empty()) return;
      if (equals == std::string::npos)
        waiting_ = option;
      else
        note(*option, word.substr(equals + 1));
    } else {
      wanted_.arguments.push_back(word);
    }
  }

  void note(const OptionDescription& option, const std::string& value) {
    if (option.names.back() == "--file") wanted_.file = value;
    if (option.names.back() == "--run") wanted_.run = value;
  }

  Completion value_of(const OptionDescription& option) {
    wanted_.placeholder = option.placeholder;
    wanted_.option = option.names.back();
    wanted_.choices = option.choices;
    return sources_.values(wanted_);
  }

  Completion argument() {
    const std::size_t position = wanted_.arguments.size();
    if (options_.arguments.empty()) return {};
    const bool is_there = position < options_.arguments.size();
    if (!is_there && !options_.arguments.back().repeats) return {};
    const ArgumentDescription& argument =
        is_there ? options_.arguments[position] : options_.arguments.back();
    wanted_.placeholder = argument.name;
    wanted_.choices = argument.choices;
    return sources_.values(wanted_);
  }

  Completion option_names() const {
    Completion completion;
    for (const OptionDescription& option : options_.options)
      for (const std::string& name : option.names)
        if (name.starts_with("--")) completion.candidates.push_back({name, option.help});
    return completion;
  }

  const OptionsDescription& options_;
  const CompletionSources& sources_;
  const OptionDescription* waiting_ = nullptr;
  bool may_be_option_ = true;
  WantedValue wanted_;
};

/// Of commands with two words only the first, once.
Completion first_words(const CompletionSources& sources) {
  Completion completion;
  for (const Candidate& command : sources.commands) {
    const std::size_t blank = command.word.find(' ');
    if (blank == std::string::npos) {
      completion.candidates.push_back(command);
      continue;
    }
    const std::string word = command.word.substr(0, blank);
    if (std::ranges::find(completion.candidates, word, &Candidate::word) ==
        completion.candidates.end())
      completion.candidates.push_back({word, ""});
  }
  return completion;
}

/// None for a command of one word.
Completion second_words(const CompletionSources& sources, const std::string& first) {
  Completion completion;
  for (const Candidate& command : sources.commands)
    if (command.word.starts_with(first + " "))
      completion.candidates.push_back({command.word.substr(first.size() + 1), command.description});
  return completion;
}

Completion command_names(const CompletionSources& sources, const std::string& last) {
  if (last.starts_with('-'))
    return {.candidates = {{"--help", "Show the commands."}, {"--version", "Show the version."}}};
  return first_words(sources);
}

Completion all_completions(const std::vector<std::string>& words,
                           const CompletionSources& sources) {
  std::size_t at = 0;
  std::vector<std::string> rest;  // without the command, options before it among them
  while (at + 1 < words.size() && words[at].starts_with('-')) {
    const bool takes_value = takes_value_before_command(words[at]);
    rest.push_back(words[at++]);
    if (!takes_value) continue;
    if (at + 1 >= words.size()) return {.candidates = {}, .help = ShellHelp::folders};
    rest.push_back(words[at++]);
  }
  if (at + 1 >= words.size()) return command_names(sources, words.back());
  if (words[at] == "help")
    return at + 2 >= words.size() ? first_words(sources) : second_words(sources, words[at + 1]);
  std::string name = words[at];
  Completion members = second_words(sources, name);
  if (!members.candidates.empty()) {
    const bool is_command = sources.describe(name).has_value();
    const bool is_last = at + 2 >= words.size();
    if (is_last && !is_command) return members;
    const bool is_member =
        !is_last && std::ranges::find(members.candidates, words[at + 1], &Candidate::word) !=
                        members.candidates.end();
    if (is_member || !is_command) name += " " + words[++at];
    if (!is_last || words.back().starts_with('-')) members = {};
  }
  const auto options = sources.describe(name);
  if (!options) return {};
  rest.insert(rest.end(), words.begin() + static_cast<std::ptrdiff_t>(at) + 1, words.end());
  Completion completion = Completer(*options, sources).complete(rest);
  // `backfill` is a command, and the first word of others.
  completion.candidates.insert(completion.candidates.begin(), members.candidates.begin(),
                               members.candidates.end());
  return completion;
}

}  // namespace

Completion complete(const std::vector<std::string>& words, const CompletionSources& sources) {
  if (words.empty()) return {};
  Completion completion = all_completions(words, sources);
  std::erase_if(completion.candidates, [&](const Candidate& candidate) {
    return !candidate.word.starts_with(words.back());
  });
  return completion;
}

}  // namespace gt
