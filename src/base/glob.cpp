#include "base/glob.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "base/text.h"

namespace gt {

class Glob::Parser {
 public:
  Parser(std::string_view text, GlobDialect dialect, Glob& glob)
      : text_(text), dialect_(dialect), glob_(glob) {}

  Result<void> parse() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '*')
        take_stars();
      else if (c == '?')
        take(Token{Kind::one}, 1);
      else if (c == '[')
        TRY(take_set());
      else if (c == '\\' && at_ + 1 == text_.size())
        return error(Errc::invalid, "'\\' ends the pattern '{}'", printable(text_));
      else if (c == '\\')
        take_character(text_[at_ + 1], 2);
      else
        take_character(c, 1);
    }
    return {};
  }

 private:
  void take(Token token, std::size_t bytes) {
    glob_.tokens_.push_back(token);
    at_ += bytes;
  }

  void take_character(char c, std::size_t bytes) {
    if (glob_.tokens_.empty()) {
      glob_.prefix_ += c;
      at_ += bytes;
    } else {
      take(Token{Kind::character, c}, bytes);
    }
  }

  void take_stars() {
    const auto end = std::min(text_.find_first_not_of('*', at_), text_.size());
    const std::size_t stars = end - at_;
    const bool opens = at_ == 0 || text_[at_ - 1] == '/';
    const bool closes = end == text_.size() || text_[end] == '/';
    if (stars == 1) return take(Token{Kind::run}, 1);
    if (stars >= 2 && opens && closes && end < text_.size()) {
      glob_.tokens_.push_back(Token{Kind::some_folders});
      return take(Token{Kind::until_slash}, stars + 1);
    }
    if (stars >= 2 && opens && closes) {
      // "a/**" is what is below a, so at least one character.
      if (dialect_ == GlobDialect::ignore || at_ > 0) glob_.tokens_.push_back(Token{Kind::one});
      return take(Token{Kind::deep_run}, stars);
    }
    take(Token{dialect_ == GlobDialect::plain ? Kind::deep_run : Kind::run}, stars);
  }

  Error unclosed() const {
    return Error{Errc::invalid,
                 fmt::format("'[' without ']' in the pattern '{}'", printable(text_)),
                 "write \\[ for the character itself"};
  }

  Result<void> take_set() {
    std::bitset<256> set;
    std::size_t i = at_ + 1;
    const bool negated = i < text_.size() && (text_[i] == '!' || text_[i] == '^');
    if (negated) ++i;
    for (bool first = true;; first = false) {
      if (i >= text_.size()) return unclosed();
      if (text_[i] == ']' && !first) break;
      if (text_.substr(i, 2) == "[:") {
        const auto end = text_.find(":]", i + 2);
        if (end == std::string_view::npos) return unclosed();
        TRY(add_class(text_.substr(i + 2, end - i - 2), set));
        i = end + 2;
        continue;
      }
      const unsigned low = TRY(set_character(i));
      unsigned high = low;
      if (i + 1 < text_.size() && text_[i] == '-' && text_[i + 1] != ']') {
        ++i;
        high = TRY(set_character(i));
      }
      for (unsigned c = low; c <= high; ++c) set.set(c);
    }
    if (negated) set.flip();
    set.reset('/');  // a set never crosses folders
    glob_.sets_.push_back(set);
    take(Token{Kind::set, 0, static_cast<std::uint32_t>(glob_.sets_.size() - 1)}, i + 1 - at_);
    return {};
  }

  Result<unsigned> set_character(std::size_t& i) {
    if (text_[i] == '\\') ++i;
    if (i >= text_.size()) return unclosed();
    return static_cast<unsigned>(static_cast<unsigned char>(text_[i++]));
  }

  Result<void> add_class(std::string_view name, std::bitset<256>& set) const {
    struct Class {
      std::string_view name;
      int (*has)(int);
    };
    constexpr std::array classes = {
        Class{"alnum", std::isalnum}, Class{"alpha", std::isalpha}, Class{"blank", std::isblank},
        Class{"cntrl", std::iscntrl}, Class{"digit", std::isdigit}, Class{"graph", std::isgraph},
        Class{"lower", std::islower}, Class{"print", std::isprint}, Class{"punct", std::ispunct},
        Class{"space", std::isspace}, Class{"upper", std::isupper}, Class{"xdigit", std::isxdigit}};
    const auto found = std::ranges::find(classes, name, &Class::name);
    if (found == classes.end())
      return error(Errc::invalid, "no character class '[:{}:]' in the pattern '{}'",
                   printable(name), printable(text_));
    // ASCII only, so that a match does not depend on the locale.
    for (int c = 0; c < 128; ++c)
      if (found->has(c) != 0) set.set(static_cast<std::size_t>(c));
    return {};
  }

  std::string_view text_;
  GlobDialect dialect_;
  Glob& glob_;
  std::size_t at_ = 0;
};

Result<Glob> Glob::parse(std::string_view text, GlobDialect dialect) {
  constexpr std::size_t pattern_bytes_max = 4096;
  if (text.empty()) return error(Errc::invalid, "the pattern is empty");
  if (text.size() > pattern_bytes_max)
    return error(Errc::invalid, "the pattern has {} bytes, more than {}", text.size(),
                 pattern_bytes_max);
  Glob glob;
  glob.text_ = text;
  TRY(Parser(text, dialect, glob).parse());
  for (const Token& token : glob.tokens_) {
    if (token.kind == Kind::character)
      glob.suffix_ += token.character;
    else
      glob.suffix_.clear();
  }
  return glob;
}

Result<Glob> Glob::parse_selection(std::string_view text) {
  const std::string_view given = text;
  if (text.contains('\0')) return error(Errc::invalid, "the pattern contains a NUL character");
  if (text.starts_with('/'))
    return Error{Errc::invalid, fmt::format("'{}' is an absolute path", printable(given)),
                 "write it relative to the project's folder"};
  while (text.starts_with("./"))
    text.remove_prefix(std::min(text.find_first_not_of('/', 1), text.size()));
  while (text.ends_with('/')) text.remove_suffix(1);
  for (const auto segment : split(text, '/')) {
    if (segment == "..")
      return error(Errc::invalid, "'{}' leaves the project's folder by '..'", printable(given));
    if (segment == "." || segment.empty())
      return error(Errc::invalid, "'{}' has an empty or '.' segment", printable(given));
  }
  const auto brace = text.find('{');
  if (brace != std::string_view::npos && (brace == 0 || text[brace - 1] != '\\') &&
      text.find(',', brace) < text.find('}', brace) && text.contains('}'))
    return Error{Errc::invalid,
                 fmt::format("'{}' has braces, which are not expanded", printable(given)),
                 "write one pattern for each alternative, or \\{ for the character itself"};
  return parse(text, GlobDialect::plain);
}

std::string Glob::fixed_folder() const {
  const auto slash = prefix_.rfind('/');
  return slash == std::string::npos ? std::string() : prefix_.substr(0, slash);
}

// The tokens that can take the next character once everything before `token` is matched.
void Glob::follow(std::size_t token, std::vector<std::uint32_t>& active) const {
  if (std::ranges::find(active, token) != active.end()) return;
  active.push_back(static_cast<std::uint32_t>(token));
  if (token == tokens_.size()) return;
  const Kind kind = tokens_[token].kind;
  if (kind == Kind::run || kind == Kind::deep_run) follow(token + 1, active);
  if (kind == Kind::some_folders) {
    follow(token + 1, active);
    follow(token + 2, active);
  }
}

// All ways to match are followed at once; going back and trying again would take exponential time
// for some patterns.
bool Glob::run(std::string_view path, bool or_folder) const {
  if (!path.starts_with(prefix_)) return false;
  path.remove_prefix(prefix_.size());
  if (tokens_.empty()) return path.empty() || (or_folder && path.starts_with('/'));
  std::vector<std::uint32_t> active;
  std::vector<std::uint32_t> next;
  follow(0, active);
  const auto complete = [&] { return std::ranges::find(active, tokens_.size()) != active.end(); };
  for (const char c : path) {
    if (or_folder && c == '/' && complete()) return true;
    next.clear();
    for (const std::uint32_t at : active) {
      if (at == tokens_.size()) continue;
      const Token& token = tokens_[at];
      switch (token.kind) {
        case Kind::character:
          if (c == token.character) follow(at + 1, next);
          break;
        case Kind::set:
          if (sets_[token.set][static_cast<unsigned char>(c)]) follow(at + 1, next);
          break;
        case Kind::one:
          if (c != '/') follow(at + 1, next);
          break;
        case Kind::run:
          if (c != '/') follow(at, next);
          break;
        case Kind::deep_run:
          follow(at, next);
          break;
        case Kind::some_folders:
          break;
        case Kind::until_slash:
          follow(at, next);
          if (c == '/') follow(at + 1, next);
          break;
      }
    }
    if (next.empty()) return false;
    active.swap(next);
  }
  return complete();
}

bool Glob::matches(std::string_view path) const {
  return path.ends_with(suffix_) && run(path, false);
}

bool Glob::selects(std::string_view path) const { return run(path, true); }

}  // namespace gt
