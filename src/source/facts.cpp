#include "source/facts.h"

#include <algorithm>
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

std::optional<SourceFacts> facts_of_files(const SourceFacts& all, std::vector<std::string> paths) {
  std::ranges::sort(paths);
  const auto same = std::ranges::unique(paths);
  paths.erase(same.begin(), same.end());
  SourceFacts found;
  found.made_at = all.made_at;
  for (const std::string& path : paths) {
    const auto fact = std::ranges::lower_bound(all.facts, path, {}, &Fact::path);
    if (fact == all.facts.end() || fact->path != path || fact->kind != FactKind::file)
      return std::nullopt;
    found.facts.push_back(*fact);
    found.stamps.push_back(all.stamps[static_cast<std::size_t>(fact - all.facts.begin())]);
  }
  found.digest = sha256(to_text(found));
  return found;
}

}  // namespace gt
