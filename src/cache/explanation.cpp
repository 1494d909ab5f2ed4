#include "cache/explanation.h"

#include <fmt/format.h>
#include <map>
#include <optional>

#include "base/json.h"
#include "base/text.h"

namespace gt {

namespace {

constexpr std::size_t phrases_max = 3;
constexpr std::size_t value_bytes_max = 60;

/// In the order in which differences are told.
enum class Fact {
  source,
  listing,
  param,
  matrix,
  input,
  package,
  environment,
  variable,
  output,
  working_directory,
  command,
};

/// Facts by kind and name; what they say is compared as text.
using Facts = std::map<std::pair<Fact, std::string>, std::string>;

std::string_view take_word(std::string_view& rest) {
  const std::size_t end = std::min(rest.find(' '), rest.size());
  const std::string_view word = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return word;
}

/// The quoted text at the beginning of `rest`, without its quotes.
std::string take_quoted(std::string_view& rest) {
  std::size_t end = 1;
  while (end < rest.size() && rest[end] != '"') end += rest[end] == '\\' ? 2U : 1U;
  end = std::min(end + 1, rest.size());
  const Result<Json> json = parse_json(rest.substr(0, end));
  std::string text =
      json.ok() && json->string() ? *json->string() : std::string(rest.substr(0, end));
  rest.remove_prefix(end);
  if (rest.starts_with(' ')) rest.remove_prefix(1);
  return text;
}

void add_base_line(std::string_view line, Facts& facts) {
  static const std::map<std::string_view, Fact> named = {{"param", Fact::param},
                                                         {"matrix", Fact::matrix},
                                                         {"input", Fact::input},
                                                         {"variable", Fact::variable},
                                                         {"output", Fact::output}};
  std::string_view rest = line;
  const std::string_view word = take_word(rest);
  if (const auto fact = named.find(word); fact != named.end()) {
    std::string name = take_quoted(rest);
    facts[{fact->second, std::move(name)}] = take_quoted(rest);
  } else if (word == "environment" && rest.starts_with("package ")) {
    take_word(rest);
    const std::string_view name = take_word(rest);
    facts[{Fact::package, std::string(name)}] = rest;
  } else if (word == "environment") {
    const std::string_view kind = take_word(rest);
    facts[{Fact::environment, std::string(kind)}] += rest;
  } else if (word == "working_directory") {
    facts[{Fact::working_directory, ""}] = take_quoted(rest);
  } else if (word == "command") {
    facts[{Fact::command, ""}] = rest;
  }
}

void add_source_line(std::string_view line, Facts& facts) {
  std::string_view rest = line;
  const std::string_view kind = take_word(rest);
  const std::string_view path = take_word(rest);
  // An absent file is one without content: it becomes new when it appears.
  if (kind == "absent" || path.empty()) return;
  const Fact fact = kind == "listing" ? Fact::listing : Fact::source;
  facts[{fact, unescaped(path).value_or(std::string(path))}] = rest;
}

using AddLine = void (*)(std::string_view, Facts&);

Facts facts_of(std::string_view text, AddLine add_line) {
  Facts facts;
  for (const std::string_view line : split(text, '\n')) add_line(line, facts);
  return facts;
}

std::string clipped(std::string_view text) {
  std::string shown = printable(text);
  if (shown.size() <= value_bytes_max) return shown;
  std::size_t end = value_bytes_max;
  while (end > 0 && (static_cast<unsigned char>(shown[end]) & 0xc0U) == 0x80U) --end;
  return shown.substr(0, end) + "…";
}

using Said = std::optional<std::string>;

std::string from_to(std::string_view what, std::string_view name, const Said& before,
                    const Said& now) {
  const std::string subject = fmt::format("{} {}", what, printable(name));
  if (!before) return fmt::format("{} is new", subject);
  if (!now) return fmt::format("{} is gone", subject);
  return fmt::format("{}: {} → {}", subject, clipped(*before), clipped(*now));
}

std::string package_phrase(const std::string& name, const Said& before, const Said& now) {
  const auto version = [](const Said& said) {
    if (!said) return Said();
    std::string_view rest = *said;
    return Said(std::string(take_word(rest)));
  };
  if (before && now && version(before) == version(now))
    return fmt::format("package {} {}: other files", printable(name), *version(now));
  return from_to("package", name, version(before), version(now));
}

std::string input_phrase(const std::string& name, const Said& before, const Said& now) {
  const auto has_artifact = [](const Said& said) {
    return said && said->find("\"$artifact\"") != std::string::npos;
  };
  if (before && now && (has_artifact(before) || has_artifact(now)))
    return fmt::format("input {} has other content", printable(name));
  return from_to("input", name, before, now);
}

std::string phrase(Fact fact, const std::string& name, const Said& before, const Said& now) {
  switch (fact) {
    case Fact::source:
      return fmt::format("file {} {}", printable(name),
                         !before ? "is new" : (!now ? "is gone" : "changed"));
    case Fact::listing:
      return fmt::format("other files are selected by {}", printable(name));
    case Fact::param:
      return from_to("parameter", name, before, now);
    case Fact::matrix:
      return from_to("matrix", name, before, now);
    case Fact::input:
      return input_phrase(name, before, now);
    case Fact::package:
      return package_phrase(name, before, now);
    case Fact::environment:
      return from_to("environment", name, before, now);
    case Fact::variable:
      return from_to("environment variable", name, before, now);
    case Fact::output:
      return before && now ? fmt::format("output {} is declared otherwise", printable(name))
                           : from_to("output", name, before, now);
    case Fact::working_directory:
      return fmt::format("working directory: {} → {}", clipped(before.value_or("")),
                         clipped(now.value_or("")));
    case Fact::command:
      return "the command changed";
  }
  return {};
}

/// Facts that only follow from others need not be told.
class Telling {
 public:
  void tell(Fact fact, const std::string& name, const Said& before, const Said& now) {
    if (fact == Fact::listing && has_source_) return;
    // Their values stand in the command.
    if (fact == Fact::command && has_value_) return;
    has_source_ = has_source_ || fact == Fact::source;
    has_value_ = has_value_ || fact == Fact::param || fact == Fact::matrix || fact == Fact::input ||
                 fact == Fact::variable || fact == Fact::output;
    phrases_.push_back(phrase(fact, name, before, now));
  }
  std::vector<std::string> phrases() && { return std::move(phrases_); }

 private:
  bool has_source_ = false;
  bool has_value_ = false;
  std::vector<std::string> phrases_;
};

std::vector<std::string> differences(const Facts& old_facts, const Facts& new_facts) {
  Telling telling;
  auto old_fact = old_facts.begin();
  auto new_fact = new_facts.begin();
  while (old_fact != old_facts.end() || new_fact != new_facts.end()) {
    const bool only_old = new_fact == new_facts.end() ||
                          (old_fact != old_facts.end() && old_fact->first < new_fact->first);
    const bool only_new =
        !only_old && (old_fact == old_facts.end() || new_fact->first < old_fact->first);
    const auto& [fact, name] = only_new ? new_fact->first : old_fact->first;
    if (only_old) {
      telling.tell(fact, name, old_fact->second, std::nullopt);
    } else if (only_new) {
      telling.tell(fact, name, std::nullopt, new_fact->second);
    } else if (old_fact->second != new_fact->second) {
      telling.tell(fact, name, old_fact->second, new_fact->second);
    }
    if (!only_new) ++old_fact;
    if (!only_old) ++new_fact;
  }
  return std::move(telling).phrases();
}

}  // namespace

std::vector<std::string> base_differences(std::string_view before, std::string_view now) {
  return differences(facts_of(before, add_base_line), facts_of(now, add_base_line));
}

std::vector<std::string> source_differences(std::string_view before, std::string_view now) {
  return differences(facts_of(before, add_source_line), facts_of(now, add_source_line));
}

std::string in_words(const std::vector<std::string>& differences) {
  std::string words;
  for (std::size_t i = 0; i < std::min(differences.size(), phrases_max); ++i)
    words += (i == 0 ? "" : "; ") + differences[i];
  if (differences.size() > phrases_max)
    words += fmt::format("; and {} more", differences.size() - phrases_max);
  return words;
}

}  // namespace gt
