#include "expression/shell_words.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace gt {
namespace {

constexpr auto shells = std::to_array<std::string_view>({"bash", "sh", "dash", "zsh", "ksh"});
constexpr auto interpreters =
    std::to_array<std::string_view>({"python", "perl", "ruby", "node", "php", "R", "Rscript"});
// They take names of variables, and evaluate a subscript in one.
constexpr auto name_takers =
    std::to_array<std::string_view>({"read", "unset", "mapfile", "readarray", "getopts"});
constexpr auto settings_of_name_takers =
    std::to_array<std::string_view>({"-p", "-t", "-n", "-N", "-d", "-i", "-u", "-O", "-s", "-c"});
constexpr auto declarations =
    std::to_array<std::string_view>({"declare", "typeset", "local", "export", "readonly"});
// They run the command that follows them.
constexpr auto prefixes = std::to_array<std::string_view>({"builtin", "command", "exec", "time"});

constexpr auto wrappers = std::to_array<std::string_view>(
    {"sudo", "env", "docker", "podman", "kubectl", "timeout", "nice", "nohup", "srun", "uv"});

template <std::size_t size>
bool is_one_of(std::string_view text, const std::array<std::string_view, size>& words) {
  return std::ranges::find(words, text) != words.end();
}

std::string_view program_name(const ShellWord& word) {
  const std::string_view path = word.text;
  return path.substr(path.rfind('/') + 1);
}

// python3.11 is a python.
bool is_interpreter(std::string_view name) {
  while (!name.empty() &&
         (std::isdigit(static_cast<unsigned char>(name.back())) != 0 || name.back() == '.'))
    name.remove_suffix(1);
  return is_one_of(name, interpreters);
}

bool is_option(const ShellWord& word, std::string_view letters) {
  const std::string_view text = word.text;
  return text.size() > 1 && text[0] == '-' && text[1] != '-' &&
         text.find_first_of(letters) != std::string_view::npos;
}

void mark(const ShellWord& word, std::vector<ShellPlace>& places, CodeUse use,
          std::string program) {
  for (const std::size_t hole : word.holes) {
    places[hole].code_use = use;
    places[hole].program = program;
  }
}

using Words = std::vector<ShellWord>;

// `bash -c CODE`, `python -c CODE`, `perl -e CODE` anywhere: behind sudo, xargs, docker exec, …
void mark_program(const Words& words, std::size_t at, std::vector<ShellPlace>& places) {
  const std::string_view name = program_name(words[at]);
  const bool is_shell = is_one_of(name, shells);
  if (!is_shell && !is_interpreter(name)) return;
  const bool is_python = name.starts_with("python");
  for (std::size_t i = at + 1; i + 1 < words.size(); ++i) {
    // Behind a script or module, options are the script's own.
    if (!words[i].text.starts_with('-') || (is_python && is_option(words[i], "m"))) return;
    if (is_option(words[i], is_shell || is_python ? "c" : "eEr")) {
      mark(words[i + 1], places, is_shell ? CodeUse::shell : CodeUse::interpreter,
           std::string(name) + " " + words[i].text);
      return;
    }
    if (is_option(words[i], is_shell ? "oO" : "WX")) ++i;
  }
}

// The first word behind the options is the host, what follows is code for a shell over there.
void mark_remote(const Words& words, std::size_t at, std::vector<ShellPlace>& places) {
  constexpr std::string_view with_argument = "BbcDEeFIiJLlmOopQRSWw";
  bool has_host = false;
  for (std::size_t i = at + 1; i < words.size(); ++i) {
    const std::string_view text = words[i].text;
    if (!has_host && text.starts_with('-') && words[i].holes.empty()) {
      if (text.size() == 2 && with_argument.find(text[1]) != std::string_view::npos) ++i;
      continue;
    }
    if (has_host) mark(words[i], places, CodeUse::remote, "ssh");
    has_host = true;
  }
}

void mark_names(const Words& words, std::size_t at, std::vector<ShellPlace>& places) {
  const std::string& name = words[at].text;
  const bool takes_names = is_one_of(name, name_takers);
  const bool asks_by_v = name == "printf" || name == "test" || name == "[";
  for (std::size_t i = at + 1; i < words.size(); ++i) {
    const std::string_view before = words[i - 1].text;
    const bool is_setting = i > at + 1 && is_one_of(before, settings_of_name_takers);
    if (takes_names ? !is_setting : asks_by_v && (before == "-v" || before == "-R"))
      mark(words[i], places, CodeUse::name, name);
  }
}

void mark_declaration(const Words& words, std::size_t at, std::vector<ShellPlace>& places) {
  bool is_integer = false;
  for (std::size_t i = at + 1; i < words.size(); ++i) {
    const ShellWord& word = words[i];
    if (is_option(word, "i")) is_integer = true;
    const std::size_t equals = word.text.find('=');
    for (std::size_t k = 0; k < word.holes.size(); ++k) {
      ShellPlace& place = places[word.holes[k]];
      if (word.hole_offsets[k] <= equals && !place.is_arithmetic) {
        place.code_use = CodeUse::name;
        place.program = words[at].text;
      } else if (is_integer) {
        place.is_arithmetic = true;
      }
    }
  }
}

// Where the command's own name is, behind `command`, `exec` and the like.
std::size_t name_index(const Words& words) {
  std::size_t at = 0;
  while (at + 1 < words.size() && is_one_of(words[at].text, prefixes)) ++at;
  return at;
}

}  // namespace

bool is_assignment(const ShellWord& word) {
  const std::string_view text = word.text;
  const auto is_part = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
  };
  std::size_t i = 0;
  while (i < text.size() && is_part(text[i])) ++i;
  if (i == 0 || std::isdigit(static_cast<unsigned char>(text[0])) != 0) return false;
  // A hole inside the name makes it none: bash sees a quoted word there.
  if (!word.hole_offsets.empty() && word.hole_offsets.front() < i) return false;
  if (i < text.size() && text[i] == '[') {
    i = text.find(']', i);
    if (i == std::string_view::npos) return false;
    ++i;
  }
  const std::size_t equals = i < text.size() && text[i] == '+' ? i + 1 : i;
  if (equals >= text.size() || text[equals] != '=') return false;
  const bool has_hole_before = std::ranges::any_of(
      word.hole_offsets, [&](std::size_t offset) { return offset >= i && offset <= equals; });
  return !has_hole_before;
}

bool is_declaration(const ShellWord& word) { return is_one_of(word.text, declarations); }

bool is_arithmetic_test(std::string_view text) {
  constexpr auto operators =
      std::to_array<std::string_view>({"-eq", "-ne", "-lt", "-le", "-gt", "-ge"});
  return is_one_of(text, operators);
}

void mark_code(const Words& words, std::vector<ShellPlace>& places) {
  if (words.empty()) return;
  const std::size_t at = name_index(words);
  const std::string& name = words[at].text;
  for (std::size_t i = at + 1; i < words.size(); ++i) {
    if (name == "eval") mark(words[i], places, CodeUse::eval, "eval");
    if (name == "trap" && i == at + 1) mark(words[i], places, CodeUse::eval, "trap");
    if (name == "let")
      for (const std::size_t hole : words[i].holes) places[hole].is_arithmetic = true;
  }
  mark_names(words, at, places);
  if (is_declaration(words[at])) mark_declaration(words, at, places);
  for (std::size_t i = 0; i < words.size(); ++i) {
    mark_program(words, i, places);
    if (program_name(words[i]) == "ssh") mark_remote(words, i, places);
  }
}

std::string reader_of_code(const Words& words) {
  if (words.empty()) return {};
  const std::size_t first = name_index(words);
  for (std::size_t i = first; i < words.size(); ++i) {
    const std::string_view name = program_name(words[i]);
    if (is_one_of(name, shells) || is_interpreter(name) || name == "ssh") {
      // With code of its own, or a host and a command, its input is data.
      const std::size_t own_words_max = name == "ssh" ? 1 : 0;
      std::size_t own_words = 0;
      for (std::size_t k = i + 1; k < words.size(); ++k)
        if (!words[k].text.starts_with('-') || is_option(words[k], "cemE")) ++own_words;
      return own_words > own_words_max ? std::string() : std::string(name);
    }
    if (!is_one_of(program_name(words[first]), wrappers)) return {};
  }
  return {};
}

}  // namespace gt
