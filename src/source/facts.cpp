#include "source/facts.h"

#include <fmt/format.h>

#include "base/text.h"

namespace gt {

const char* to_text(FactKind kind) {
  switch (kind) {
    case FactKind::file:
      return "file";
    case FactKind::absent:
      return "absent";
    case FactKind::listing:
      return "listing";
    case FactKind::link:
      return "link";
  }
  return "file";
}

namespace {

void append_line(std::string& text, const Fact& fact) {
  text += to_text(fact.kind);
  text += ' ';
  text += escaped(fact.path);
  if (fact.kind != FactKind::absent) {
    text += ' ';
    text += fact.digest.hex();
  }
}

}  // namespace

std::string to_text(const Fact& fact) {
  std::string text;
  append_line(text, fact);
  return text;
}

std::string to_text(const SourceFacts& facts) {
  constexpr std::size_t line_bytes_usual = 120;
  std::string text;
  text.reserve(facts.facts.size() * line_bytes_usual);
  for (const Fact& fact : facts.facts) {
    append_line(text, fact);
    text += '\n';
  }
  return text;
}

}  // namespace gt
