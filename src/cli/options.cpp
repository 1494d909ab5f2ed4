#include "cli/options.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <functional>

#include "base/text.h"
#include "cli/wrapped_text.h"

namespace gt {

namespace {

std::string names_text(const OptionDescription& option) {
  return fmt::format("{}{}{}", fmt::join(option.names, ", "), option.placeholder.empty() ? "" : " ",
                     option.placeholder);
}

std::string range_text(std::int64_t minimum, std::int64_t maximum) {
  return maximum == std::numeric_limits<std::int64_t>::max()
             ? fmt::format("of at least {}", minimum)
             : fmt::format("from {} to {}", minimum, maximum);
}

}  // namespace

struct Options::State {
  explicit State(const CommandText& of) : text(of) {}

  const CommandText text;
  CLI::App app;
  CommonOptions common;
  OptionsDescription description;
  std::string usage;
  std::vector<std::string> names;
  std::vector<std::function<Result<void>()>> takers;
  std::vector<GivenFlag> flags;
  OutputForm* form = nullptr;
  bool is_form_given = false;
  std::vector<std::string>* rest = nullptr;  ///< where further arguments go

  void add(const char* option_names, const char* placeholder, std::string help,
           std::vector<std::string> choices = {}) {
    OptionDescription option{{}, placeholder, std::move(help), std::move(choices)};
    for (const auto name : split(option_names, ',')) option.names.emplace_back(name);
    names.insert(names.end(), option.names.begin(), option.names.end());
    description.options.push_back(std::move(option));
  }
  void add_flag(const char* option_names, bool& value, const char* help) {
    add(option_names, "", help);
    CLI::Option* const option = app.add_flag(option_names)->disable_flag_override();
    takers.push_back([option, &value] -> Result<void> {
      value = value || option->count() > 0;
      return {};
    });
  }
  /// What was given, once for each time.
  CLI::Option* add_option(const char* option_names, const char* placeholder, std::string help,
                          std::vector<std::string> choices = {}) {
    add(option_names, placeholder, std::move(help), std::move(choices));
    return raw_option(option_names);
  }
  CLI::Option* raw_option(const std::string& option_names) {
    CLI::Option* const option =
        app.add_option(option_names, [](const CLI::results_t&) { return true; });
    return option->expected(1)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  }
  Error wrong(std::string message, std::string advice = {}) const {
    const std::string help = fmt::format("`geartrain {} --help` describes it", text.name);
    return Error{Errc::invalid, std::move(message), advice.empty() ? help : advice + "; " + help};
  }
  /// What CLI11 knew no place for, with the "--" that it has heeded.
  Result<void> take_rest(const std::vector<std::string>& words) {
    bool is_option_possible = true;
    for (const std::string& word : words) {
      if (word == "--" && std::exchange(is_option_possible, false)) continue;
      const bool is_argument = !is_option_possible || !word.starts_with('-') || word == "-";
      if (!is_argument || rest == nullptr) return unexpected(word);
      rest->push_back(word);
    }
    return {};
  }
  Error unexpected(const std::string& word) const {
    if (!word.starts_with('-') || word == "-")
      return wrong(fmt::format("unexpected argument {}", shell_quoted(printable(word))));
    const std::string name = word.substr(0, word.find('='));
    const auto near = nearest(name, names);
    return wrong(fmt::format("{} has no option {}", text.name, printable(name)),
                 near ? fmt::format("did you mean {}?", *near) : std::string());
  }
};

Options::Options(const CommandText& text) : state_(std::make_unique<State>(text)) {
  // Its own help would end the parsing, and its names would be unknown to did-you-mean.
  state_->app.set_help_flag();
  state_->app.allow_extras();
}

Options::~Options() = default;

void Options::flag(const char* names, bool& value, const char* help) {
  state_->add_flag(names, value, help);
}

void Options::option(const char* names, const char* placeholder, std::optional<std::string>& value,
                     const char* help) {
  CLI::Option* const option = state_->add_option(names, placeholder, help);
  state_->takers.push_back([option, &value] -> Result<void> {
    if (option->count() > 0) value = option->results().back();
    return {};
  });
}

void Options::option(const char* names, const char* placeholder, std::optional<std::int64_t>& value,
                     std::int64_t minimum, const char* help, std::int64_t maximum) {
  CLI::Option* const option = state_->add_option(names, placeholder, help);
  state_->takers.push_back([this, option, &value, minimum, maximum] -> Result<void> {
    if (option->count() == 0) return {};
    const std::string& text = option->results().back();
    const auto number = parse_whole_number(text);
    if (!number || *number < minimum || *number > maximum)
      return state_->wrong(fmt::format("{} needs a whole number {}, not {}", option->get_name(),
                                       range_text(minimum, maximum),
                                       shell_quoted(printable(text))));
    value = number;
    return {};
  });
}

void Options::option(const char* names, const char* placeholder, std::vector<std::string>& values,
                     const char* help) {
  CLI::Option* const option = state_->add_option(names, placeholder, help);
  state_->takers.push_back([option, &values] -> Result<void> {
    if (option->count() > 0) values = option->results();
    return {};
  });
}

void Options::setting(SettingId id) {
  const Setting& described = gt::setting(id);
  GT_CHECK(*described.flag != '\0', "the table has a flag for it");
  std::string help(described.summary);
  if (!described.fallback_text.empty()) {
    help.back() = ';';
    help += fmt::format(" else {}.", described.fallback_text);
  }
  std::vector<std::string> choices(described.words.begin(), described.words.end());
  CLI::Option* const option = state_->add_option(described.flag, described.placeholder,
                                                 std::move(help), std::move(choices));
  state_->takers.push_back([this, option, id] -> Result<void> {
    if (option->count() == 0) return {};
    const std::string& text = option->results().back();
    if (const auto value = read_setting(gt::setting(id), text); !value)
      return state_->wrong(
          fmt::format("{} needs {}, not {}", option->get_name(), expected_text(gt::setting(id)),
                      shell_quoted(printable(text))),
          value.error().hint);
    state_->flags.push_back({id, option->get_name(), text});
    return {};
  });
}

void Options::output(OutputForm& chosen, const DataShape& shape) {
  chosen = OutputForm(shape);
  state_->form = &chosen;
  CLI::Option* const form =
      state_->add_option("-o,--output", "FORM", "As " + chosen.forms_text() + ".", chosen.forms());
  state_->add("--json", "", fmt::format("As -o json: {}", shape.text));
  CLI::Option* const json = state_->app.add_flag("--json")->disable_flag_override();
  state_->takers.push_back([this, form, json, &chosen] -> Result<void> {
    if (form->count() > 0) {
      auto choice = chosen.choose(form->results().back());
      if (!choice) return state_->wrong(choice.error().message, choice.error().hint);
    }
    state_->is_form_given = form->count() + json->count() > 0;
    if (json->count() == 0) return {};
    if (form->count() > 0 && !chosen.is("json"))
      return state_->wrong("--json is -o json, and another -o was given");
    return chosen.choose("json");
  });
}

void Options::argument(const char* name, std::optional<std::string>& value, Need need,
                       const char* help, std::vector<std::string> choices) {
  state_->description.arguments.push_back({name, help, false, std::move(choices)});
  state_->usage += need == Need::required ? fmt::format(" {}", name) : fmt::format(" [{}]", name);
  CLI::Option* const option = state_->raw_option(name);
  state_->takers.push_back([this, option, &value, need, name] -> Result<void> {
    if (option->count() > 0)
      value = option->results().back();
    else if (need == Need::required)
      return state_->wrong(fmt::format("{} needs {}", state_->text.name, name));
    return {};
  });
}

void Options::arguments(const char* name, std::vector<std::string>& values, const char* help) {
  state_->description.arguments.push_back({name, help, true});
  state_->usage += fmt::format(" [{}…]", name);
  state_->rest = &values;
}

Result<void> Options::parse(std::span<const std::string> words) {
  CommonOptions& common = state_->common;
  state_->add_flag("--no-color", common.no_color, "No colours, as with NO_COLOR set.");
  state_->add_flag("--no-pager", common.no_pager, "Long output goes to the terminal itself.");
  option("--server", "URL", common.server,
         "Let a geartrain server do it; else the variable GEARTRAIN_SERVER.");
  option("-C,--project", "FOLDER", common.project, "As if started in this folder.");
  state_->add_flag("-h,--help", common.help, "Show this.");
  std::vector<std::string> reversed(words.rbegin(), words.rend());
  try {
    state_->app.parse(std::move(reversed));
  } catch (const CLI::ParseError& problem) {
    return state_->wrong(problem.what());
  }
  common.help = state_->app.count("--help") > 0;
  if (common.help) return {};
  TRY(state_->take_rest(state_->app.remaining()));
  for (const auto& take : state_->takers) TRY(take());
  return {};
}

const OptionsDescription& Options::description() const { return state_->description; }

const CommonOptions& Options::common() const { return state_->common; }

std::span<const GivenFlag> Options::given_flags() const { return state_->flags; }

void Options::use_form(const std::string& form) {
  if (state_->form == nullptr || state_->is_form_given || !state_->form->heeds_setting()) return;
  // A form that this command does not have leaves its table.
  (void)state_->form->choose(form).ok();
}

std::string Options::help() const {
  const State& state = *state_;
  std::string text = fmt::format("geartrain {}: {}\n\nusage: geartrain {}{} [OPTION…]\n",
                                 state.text.name, state.text.summary, state.text.name, state.usage);
  if (*state.text.description != '\0') text += "\n" + wrapped(state.text.description, 0);
  if (!state.description.arguments.empty()) text += "\narguments\n";
  for (const ArgumentDescription& argument : state.description.arguments)
    text += two_columns(argument.name + (argument.repeats ? "…" : ""), argument.help);
  text += "\noptions\n";
  for (const OptionDescription& option : state.description.options)
    text += two_columns(names_text(option), option.help);
  if (!state.text.examples.empty()) text += "\nexamples\n";
  for (const Example& example : state.text.examples)
    text += fmt::format("  {}\n      {}\n", example.command, example.what);
  return text;
}

}  // namespace gt
