#include "cache/cache_entries.h"

#include <algorithm>
#include <map>

namespace gt {

namespace {

/// So many keys are asked for by one statement.
constexpr std::size_t keys_at_once = 128;

constexpr const char* columns =
    "SELECT base_key, task, number, outputs, created_at, expires_at FROM cache_entry ";

const std::string& many_statement() {
  static const std::string statement = [] {
    std::string text = std::string(columns) + "WHERE source_set = :source AND base_key IN (";
    for (std::size_t i = 0; i < keys_at_once; ++i)
      text += fmt::format("{}:k{}", i == 0 ? "" : ", ", i);
    return text + ")";
  }();
  return statement;
}

class Reader {
 public:
  Reader(Transaction& transaction, std::vector<std::optional<CacheEntry>>& entries)
      : transaction_(transaction), entries_(entries) {}

  /// `wanted`: base key and position, sorted by key.
  Result<void> read(const std::string& sql, Binds binds,
                    std::span<const std::pair<std::string, std::size_t>> wanted) {
    return transaction_.query<std::string_view, std::int64_t, std::int64_t, std::string, Time,
                              std::optional<Time>>(
        sql, binds,
        [&](std::string_view base, std::int64_t task, std::int64_t number, std::string outputs,
            Time created_at, std::optional<Time> expires_at) {
          const CacheEntry entry{{run_of(task), index_of(task), static_cast<std::uint32_t>(number)},
                                 std::move(outputs),
                                 created_at,
                                 expires_at};
          const auto less = [](const auto& pair, std::string_view key) { return pair.first < key; };
          for (auto at = std::lower_bound(wanted.begin(), wanted.end(), base, less);
               at != wanted.end() && at->first == base; ++at)
            entries_[at->second] = entry;
        });
  }

 private:
  Transaction& transaction_;
  std::vector<std::optional<CacheEntry>>& entries_;
};

}  // namespace

Result<std::vector<std::optional<CacheEntry>>> read_entries(Transaction& transaction,
                                                            std::span<const StepKey> keys) {
  std::vector<std::optional<CacheEntry>> entries(keys.size());
  std::map<Digest, std::vector<std::pair<std::string, std::size_t>>> by_source;
  for (std::size_t i = 0; i < keys.size(); ++i)
    by_source[keys[i].source].emplace_back(keys[i].base.hex(), i);

  static const std::string one =
      std::string(columns) + "WHERE source_set = :source AND base_key = :base";
  Reader reader(transaction, entries);
  for (auto& [source, wanted] : by_source) {
    const std::string source_hex = source.hex();
    // In the order of the table, so that neighbours lie on the same pages.
    std::ranges::sort(wanted);
    for (std::size_t first = 0; first < wanted.size(); first += keys_at_once) {
      const auto part = std::span(wanted).subspan(first);
      if (part.size() < keys_at_once / 4) {
        for (const auto& pair : part)
          TRY(reader.read(one, {source_hex, pair.first}, std::span(&pair, 1)));
        break;
      }
      std::vector<Bind> binds = {source_hex};
      // The last one fills up what is left of the statement.
      for (std::size_t i = 0; i < keys_at_once; ++i)
        binds.emplace_back(part[std::min(i, part.size() - 1)].first);
      TRY(reader.read(many_statement(), binds, part.first(std::min(keys_at_once, part.size()))));
    }
  }
  return entries;
}

}  // namespace gt
