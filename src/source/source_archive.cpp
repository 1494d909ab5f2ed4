#include "source/source_archive.h"

#include <sys/stat.h>

#include "base/file.h"
#include "base/text.h"

namespace gt {

namespace {

/// "file src/train.py 5e88…": files and links; nullopt for any other line.
std::optional<std::pair<std::string, Digest>> content_of(std::string_view line) {
  const auto words = split(line, ' ');
  if (words.size() != 3 || (words[0] != "file" && words[0] != "link")) return std::nullopt;
  auto path = unescaped(words[1]);
  const auto digest = Digest::parse(words[2]);
  if (!path || !digest) return std::nullopt;
  return std::pair(*std::move(path), *digest);
}

SourceContents contents_of(std::string_view facts) {
  SourceContents contents;
  for (const auto line : split(facts, '\n'))
    if (auto content = content_of(line)) contents.insert(*std::move(content));
  return contents;
}

bool may_be_secret(const std::string& path, const struct stat& facts) {
  const std::string_view name = file_name(path);
  return (facts.st_mode & 077U) == 0 || name == ".env" || name.starts_with(".env.") ||
         name.ends_with(".pem") || name.ends_with(".key");
}

bool is_there(const std::string& path) {
  struct stat facts{};
  return ::lstat(path.c_str(), &facts) == 0;
}

}  // namespace

SourceArchive::SourceArchive(const std::string& home) : folder_(join_path(home, "sources")) {}

std::string SourceArchive::set_path(const std::string& digest) const {
  return folder_ + "/sets/" + digest;
}

std::string SourceArchive::text_path(const Digest& file) const {
  const std::string hex = file.hex();
  return folder_ + "/texts/" + hex.substr(0, 2) + "/" + hex;
}

Result<void> SourceArchive::keep_text(const std::string& path, const Digest& file,
                                      std::int64_t& room) {
  const std::string place = text_path(file);
  struct stat facts{};
  if (is_there(place) || ::lstat(path.c_str(), &facts) != 0 || !S_ISREG(facts.st_mode) ||
      may_be_secret(path, facts) || facts.st_size > std::min(archived_file_bytes_max, room))
    return {};
  const auto text = read_regular_file(path, static_cast<std::size_t>(archived_file_bytes_max));
  if (!text || sha256(*text) != file) return {};
  room -= std::ssize(*text);
  TRY(make_directories(parent_path(place)));
  return write_file_atomically(place, *text, Durability::none);
}

Result<void> SourceArchive::keep(const std::string& root, const Digest& digest,
                                 const std::string& facts) {
  const std::string place = set_path(digest.hex());
  if (is_there(place)) return {};
  std::int64_t room = archived_bytes_max;
  for (const auto& [path, file] : contents_of(facts))
    TRY(keep_text(join_path(root, path), file, room));
  // Last: whoever finds it need not look for the texts.
  TRY(make_directories(parent_path(place)));
  return write_file_atomically(place, facts, Durability::none);
}

std::optional<SourceContents> SourceArchive::contents(const std::string& digest) const {
  if (!Digest::parse(digest)) return std::nullopt;
  const auto facts = read_regular_file(set_path(digest));
  if (!facts) return std::nullopt;
  return contents_of(*facts);
}

std::optional<std::string> SourceArchive::text(const Digest& file) const {
  auto text = read_regular_file(text_path(file));
  if (!text || sha256(*text) != file) return std::nullopt;
  return *std::move(text);
}

Result<void> SourceArchive::collect(const std::unordered_set<std::string>& kept) {
  const std::string sets = folder_ + "/sets", texts = folder_ + "/texts";
  if (!is_there(sets)) return {};
  std::unordered_set<std::string> needed;
  for (const std::string& digest : TRY(list_directory(sets))) {
    if (!kept.contains(digest)) {
      TRY(remove_tree(set_path(digest)));
      continue;
    }
    if (const auto all = contents(digest))
      for (const auto& [path, file] : *all) needed.insert(file.hex());
  }
  if (!is_there(texts)) return {};
  for (const std::string& group : TRY(list_directory(texts)))
    for (const std::string& name : TRY(list_directory(join_path(texts, group))))
      if (!needed.contains(name)) TRY(remove_tree(join_path(join_path(texts, group), name)));
  return {};
}

}  // namespace gt
