#include "tracking/artifact_store.h"

#include "base/text.h"
#include "tracking/names.h"

namespace gt {

namespace {

/// Paths below a folder are all that stand between both, by their bytes.
std::string below(const std::string& folder) { return folder.empty() ? "" : folder + "/"; }
std::string behind(const std::string& folder) {
  constexpr char after_slash = '/' + 1;
  // No byte of UTF-8 is above that.
  return folder.empty() ? "\xff" : folder + after_slash;
}

Result<void> check_place(Transaction& transaction, const std::string& path) {
  const auto inside = TRY(transaction.query_row<std::int64_t>(
      "SELECT 1 FROM tracking_artifact WHERE path >= :first AND path < :last LIMIT 1",
      {below(path), behind(path)}));
  if (inside) return error(Errc::invalid, "'{}' is a folder of artifacts", printable(path));
  for (std::size_t slash = path.find('/'); slash != std::string::npos;
       slash = path.find('/', slash + 1)) {
    const std::string above = path.substr(0, slash);
    const auto found = TRY(transaction.query_row<std::int64_t>(
        "SELECT 1 FROM tracking_artifact WHERE path = :path", {above}));
    if (found) return error(Errc::invalid, "'{}' is an artifact, not a folder", printable(above));
  }
  return {};
}

}  // namespace

Result<void> ArtifactStore::put(Transaction& transaction, const std::string& path,
                                const TrackedFile& file, Time now) {
  TRY(check_artifact_path(path));
  TRY(check_place(transaction, path));
  TRY(transaction.execute(
      "INSERT INTO tracking_artifact (path, digest, bytes, created_at) VALUES (:path, :digest, "
      ":bytes, :now) ON CONFLICT (path) DO UPDATE SET digest = excluded.digest, bytes = "
      "excluded.bytes, created_at = excluded.created_at",
      {path, file.digest.hex(), file.bytes, now}));
  return {};
}

Result<TrackedFile> ArtifactStore::get(Transaction& transaction, const std::string& path) {
  TRY(check_artifact_path(path));
  const auto row = TRY((transaction.query_row<std::string, std::int64_t>(
      "SELECT digest, bytes FROM tracking_artifact WHERE path = :path", {path})));
  if (!row) return error(Errc::not_found, "No such artifact: '{}'", printable(path));
  const auto digest = Digest::parse(std::get<0>(*row));
  if (!digest) return error(Errc::internal, "the digest of '{}' is damaged", printable(path));
  return TrackedFile{*digest, std::get<1>(*row)};
}

Result<std::vector<ArtifactEntry>> ArtifactStore::list(Transaction& transaction,
                                                       const std::string& folder) {
  if (!folder.empty()) TRY(check_artifact_path(folder));
  std::vector<ArtifactEntry> entries;
  const std::string begin = below(folder);
  TRY((transaction.query<std::string_view, std::int64_t>(
      "SELECT path, bytes FROM tracking_artifact WHERE path >= :first AND path < :last ORDER BY "
      "path",
      {begin, behind(folder)}, [&](std::string_view path, std::int64_t bytes) {
        path.remove_prefix(begin.size());
        const std::size_t slash = path.find('/');
        const std::string_view name = path.substr(0, slash);
        if (slash == std::string_view::npos)
          entries.push_back({std::string(name), false, bytes});
        else if (entries.empty() || entries.back().name != name)
          entries.push_back({std::string(name), true, 0});
      })));
  return entries;
}

Result<void> ArtifactStore::remove(Transaction& transaction, const std::string& path) {
  TRY(check_artifact_path(path));
  TRY(transaction.execute("DELETE FROM tracking_artifact WHERE path = :path", {path}));
  TRY(transaction.execute("DELETE FROM tracking_artifact WHERE path >= :first AND path < :last",
                          {below(path), behind(path)}));
  return {};
}

}  // namespace gt
