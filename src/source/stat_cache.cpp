#include "source/stat_cache.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <type_traits>

#include "base/file.h"

namespace gt {

// header | records | paths | SHA-256 of all before; integers as this machine has them.
struct StatCache::Header {
  char magic[16];
  std::uint64_t records;
  std::uint64_t paths_bytes;
};

namespace {

constexpr char magic[16] = {'g', 't', ' ', 's', 't', 'a', 't', ' ',
                            'c', 'a', 'c', 'h', 'e', ' ', '1', '\n'};
constexpr std::size_t digest_bytes = sizeof(Digest);
constexpr std::size_t file_bytes_max = 1U << 30U;
// So many entries that nobody asked for may stay: other pipelines of the project may want them.
constexpr std::size_t unasked_max = 10'000;

template <typename T>
std::string_view bytes_of(const T* values, std::size_t count) {
  static_assert(std::is_trivially_copyable_v<T>);
  return {reinterpret_cast<const char*>(values), count * sizeof(T)};
}

}  // namespace

StatCache StatCache::load(std::string file) {
  static_assert(std::endian::native == std::endian::little, "the file is shared by machines");
  StatCache cache(std::move(file));
  auto bytes = read_file(cache.file_, file_bytes_max);
  if (bytes) cache.bytes_ = *std::move(bytes);
  if (!cache.unpack()) {
    cache.bytes_.clear();
    cache.records_.clear();
  }
  cache.asked_.resize(cache.records_.size());
  return cache;
}

bool StatCache::unpack() {
  Header header;
  if (bytes_.size() < sizeof header + digest_bytes) return false;
  std::memcpy(&header, bytes_.data(), sizeof header);
  if (std::memcmp(header.magic, magic, sizeof magic) != 0) return false;
  const std::string_view content(bytes_.data(), bytes_.size() - digest_bytes);
  const Digest digest = sha256(content);
  if (!bytes_.ends_with(bytes_of(&digest, 1))) return false;
  const std::size_t rest = content.size() - sizeof header;
  if (header.paths_bytes > rest || (rest - header.paths_bytes) / sizeof(Record) != header.records)
    return false;
  records_.resize(header.records);
  std::memcpy(records_.data(), bytes_.data() + sizeof header, header.records * sizeof(Record));
  return std::ranges::all_of(records_, [&](const Record& record) {
    return record.path_offset <= content.size() &&
           record.path_bytes <= content.size() - record.path_offset;
  });
}

std::string_view StatCache::path_of(const Record& record) const {
  return std::string_view(bytes_).substr(record.path_offset, record.path_bytes);
}

std::optional<Digest> StatCache::find(std::string_view path, const FileStamp& stamp) {
  if (!fresh_.empty()) {
    const auto found = fresh_.find(std::string(path));
    if (found != fresh_.end()) {
      if (found->second.stamp != stamp) return std::nullopt;
      return found->second.digest;
    }
  }
  if (next_ >= records_.size() || path_of(records_[next_]) != path) {
    const auto found = std::ranges::lower_bound(
        records_, path, {}, [&](const Record& record) { return path_of(record); });
    if (found == records_.end() || path_of(*found) != path) return std::nullopt;
    next_ = static_cast<std::size_t>(found - records_.begin());
  }
  const std::size_t index = next_++;
  if (!asked_[index]) ++asked_count_;
  asked_[index] = true;
  if (records_[index].stamp != stamp) return std::nullopt;
  return records_[index].digest;
}

void StatCache::put(std::string_view path, const FileStamp& stamp, const Digest& digest,
                    Time hashed_at) {
  if (is_well_older(stamp, hashed_at))
    fresh_.insert_or_assign(std::string(path), Entry{stamp, digest});
}

bool StatCache::is_kept(std::size_t index) const {
  if (fresh_.contains(std::string(path_of(records_[index])))) return false;
  return asked_[index] || records_.size() - asked_count_ <= asked_count_ + unasked_max;
}

std::string StatCache::pack() const {
  struct Item {
    std::string_view path;
    Entry entry;
  };
  std::vector<Item> items;
  for (const auto& [path, entry] : fresh_) items.push_back({path, entry});
  for (std::size_t i = 0; i < records_.size(); ++i)
    if (is_kept(i))
      items.push_back({path_of(records_[i]), {records_[i].stamp, records_[i].digest}});
  std::ranges::sort(items, {}, &Item::path);

  std::vector<Record> records;
  std::string paths;
  const std::size_t paths_offset = sizeof(Header) + items.size() * sizeof(Record);
  for (const Item& item : items) {
    records.push_back(
        {paths_offset + paths.size(), item.path.size(), item.entry.stamp, item.entry.digest});
    paths += item.path;
  }
  Header header{.magic = {}, .records = records.size(), .paths_bytes = paths.size()};
  std::memcpy(header.magic, magic, sizeof magic);
  std::string bytes;
  bytes += bytes_of(&header, 1);
  bytes += bytes_of(records.data(), records.size());
  bytes += paths;
  const Digest digest = sha256(bytes);
  bytes += bytes_of(&digest, 1);
  return bytes;
}

Result<void> StatCache::save() {
  if (fresh_.empty()) return {};
  std::string bytes = pack();
  TRY(write_file_atomically(file_, bytes, Durability::none));
  fresh_.clear();
  bytes_ = std::move(bytes);
  GT_CHECK(unpack(), "what was packed can be unpacked");
  asked_.assign(records_.size(), true);
  asked_count_ = records_.size();
  next_ = 0;
  return {};
}

}  // namespace gt
