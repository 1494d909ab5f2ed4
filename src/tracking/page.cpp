#include "tracking/page.h"

#include <limits>

#include "base/digest.h"
#include "base/json.h"
#include "base/text.h"

namespace gt {

namespace {

constexpr std::size_t digest_digits = 16;

std::string mark_of(std::string_view query) { return sha256(query).hex().substr(0, digest_digits); }

}  // namespace

std::string page_token(std::string_view query, const PagePosition& position) {
  return fmt::format("{}.{}.{}", mark_of(query), position.stretch, position.offset);
}

Result<PagePosition> page_position(std::string_view query, std::string_view token) {
  if (token.empty()) return PagePosition();
  const auto parts = split(token, '.');
  const auto stretch = parts.size() == 3 ? parse_whole_number(parts[1]) : std::nullopt;
  const auto offset = parts.size() == 3 ? parse_whole_number(parts[2]) : std::nullopt;
  constexpr std::int64_t most = std::numeric_limits<std::int32_t>::max();
  if (!stretch || !offset || *stretch < 0 || *stretch > most || *offset < 0 || *offset > most)
    return error(Errc::invalid, "page_token is none of this server");
  if (parts[0] != mark_of(query))
    return error(Errc::invalid,
                 "page_token belongs to another search: its filter, order and what "
                 "it searches must be the same from page to page");
  return PagePosition{*stretch, *offset};
}

std::string query_text(const std::vector<std::string>& parts) {
  JsonList list;
  for (const std::string& part : parts) list.emplace_back(part);
  return canonical_json(std::move(list));
}

}  // namespace gt
