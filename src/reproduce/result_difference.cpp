#include "reproduce/result_difference.h"

#include <algorithm>
#include <fcntl.h>
#include <map>
#include <sys/stat.h>
#include <tuple>
#include <unistd.h>
#include <utility>

#include "base/file.h"
#include "base/text.h"
#include "blob/tree_manifest.h"
#include "reproduce/clues.h"
#include "run/run_json.h"

namespace gt {

namespace {

/// Of larger files only the part around the first difference is looked at.
constexpr std::size_t whole_bytes_max = 8U << 20U;
constexpr std::size_t part_bytes = 64U << 10U;

struct Bytes {
  std::string text;
  std::size_t offset = 0;  ///< of its beginning in the file
};

Result<std::string> read_part(int fd, std::size_t offset) {
  std::string part(part_bytes, '\0');
  const ssize_t count = ::pread(fd, part.data(), part.size(), static_cast<off_t>(offset));
  if (count < 0) return errno_error(errno, "reading an artifact");
  part.resize(static_cast<std::size_t>(count));
  return part;
}

/// Both at the same offset.
Result<std::pair<Bytes, Bytes>> read_both(const std::string& before, const std::string& now) {
  const UniqueFd a = TRY(open_regular_file(before)), b = TRY(open_regular_file(now));
  struct stat facts_a{}, facts_b{};
  if (::fstat(a.get(), &facts_a) != 0 || ::fstat(b.get(), &facts_b) != 0)
    return errno_error(errno, "looking at an artifact");
  if (std::max(facts_a.st_size, facts_b.st_size) <= static_cast<off_t>(whole_bytes_max)) {
    std::string text_a = TRY(read_all(a.get()));
    std::string text_b = TRY(read_all(b.get()));
    return std::pair(Bytes{std::move(text_a), 0}, Bytes{std::move(text_b), 0});
  }
  for (std::size_t offset = 0;; offset += part_bytes) {
    std::string part_a = TRY(read_part(a.get(), offset));
    std::string part_b = TRY(read_part(b.get(), offset));
    if (part_a != part_b || part_a.empty())
      return std::pair(Bytes{std::move(part_a), offset}, Bytes{std::move(part_b), offset});
  }
}

void describe(const Bytes& before, const Bytes& now, ResultDifference& difference) {
  const auto at = first_difference(before.text, now.text);
  difference.before = before.text;
  difference.now = now.text;
  if (!at) return;
  const bool is_text = before.offset == 0 && !before.text.contains('\0');
  difference.what = is_text ? fmt::format("line {} differs", line_of(before.text, *at))
                            : fmt::format("byte {} differs", before.offset + *at + 1);
}

Result<void> compare_files(const std::string& before, const std::string& now,
                           ResultDifference& difference) {
  const auto [a, b] = TRY(read_both(before, now));
  describe(a, b, difference);
  return {};
}

Result<std::map<std::string, TreeEntry>> entries_of(const std::string& folder) {
  const std::string manifest = TRY(read_file(folder + ".manifest"));
  std::map<std::string, TreeEntry> entries;
  for (TreeEntry& entry : TRY(parse_tree(manifest))) {
    const std::string path = entry.path;
    entries.emplace(path, std::move(entry));
  }
  return entries;
}

Result<void> compare_folders(const std::string& before, const std::string& now,
                             ResultDifference& difference) {
  const auto entries_before = TRY(entries_of(before));
  const auto entries_now = TRY(entries_of(now));
  for (const auto& [path, entry] : entries_before) {
    const auto found = entries_now.find(path);
    if (found != entries_now.end() && found->second == entry) continue;
    difference.file = path;
    if (found == entries_now.end()) {
      difference.what = "is only in the recorded one";
    } else if (!entry.is_file() || !found->second.is_file()) {
      difference.what = "is of another kind";
    } else {
      difference.what = "differs in its permissions";
      if (entry.digest != found->second.digest)
        TRY(compare_files(join_path(before, path), join_path(now, path), difference));
    }
    return {};
  }
  for (const auto& [path, entry] : entries_now) {
    if (entries_before.contains(path)) continue;
    difference.file = path;
    difference.what = "is only in the new one";
    return {};
  }
  return {};
}

Result<std::string> text_of(const OutputValue& value) {
  const Json record = TRY(to_record(value));
  return canonical_json(record);
}

}  // namespace

Result<std::string> result_text(const std::vector<OutputValue>& outputs) {
  return values_text(outputs);
}

Result<std::optional<ResultDifference>> find_difference(const KeptResult& before,
                                                        const KeptResult& now) {
  for (std::size_t i = 0; i < std::max(before.outputs.size(), now.outputs.size()); ++i) {
    const OutputValue none;
    const OutputValue& a = i < before.outputs.size() ? before.outputs[i] : none;
    const OutputValue& b = i < now.outputs.size() ? now.outputs[i] : none;
    std::string text_a = TRY(text_of(a));
    std::string text_b = TRY(text_of(b));
    if (text_a == text_b) continue;
    ResultDifference difference;
    difference.output = i;
    const Artifact* const from = a.artifact();
    const Artifact* const to = b.artifact();
    if (from == nullptr || to == nullptr || from->is_folder != to->is_folder) {
      // A text by its own lines, not by those of JSON.
      if (a.string() && b.string()) std::tie(text_a, text_b) = std::pair(*a.string(), *b.string());
      describe({std::move(text_a), 0}, {std::move(text_b), 0}, difference);
      difference.what =
          from != nullptr || to != nullptr ? "is there in only one of them" : "the value differs";
      return std::optional(std::move(difference));
    }
    const std::string path_a = before.path_of({from->digest, from->is_folder});
    const std::string path_b = now.path_of({to->digest, to->is_folder});
    TRY(from->is_folder ? compare_folders(path_a, path_b, difference)
                        : compare_files(path_a, path_b, difference));
    return std::optional(std::move(difference));
  }
  return std::optional<ResultDifference>();
}

}  // namespace gt
