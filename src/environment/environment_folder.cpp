#include "environment/environment_folder.h"

#include <algorithm>
#include <filesystem>
#include <sys/stat.h>

#include "base/file.h"
#include "base/file_lock.h"
#include "base/json.h"
#include "base/text.h"
#include "environment/resolution.h"

namespace gt {

namespace {

constexpr std::string_view removed_prefix = ".removed-";
constexpr std::size_t key_digits = 20;

std::string base_of(std::string_view key) { return std::string(key.substr(0, key_digits)); }

/// "<20 hex digits>", and "-<n>" of an update.
bool is_key(std::string_view name) {
  if (name.size() < key_digits ||
      name.substr(0, key_digits).find_first_not_of("0123456789abcdef") != name.npos)
    return false;
  const std::string_view rest = name.substr(key_digits);
  return rest.empty() || (rest.size() > 1 && rest[0] == '-' &&
                          rest.substr(1).find_first_not_of("0123456789") == rest.npos);
}

std::int64_t generation_of(std::string_view key) {
  std::int64_t number = 0;
  for (const char digit : key.substr(std::min(key.size(), key_digits + 1)))
    number = number * 10 + (digit - '0');
  return number;
}

std::optional<Time> time_of(const std::string& path) {
  struct stat facts{};
  if (::stat(path.c_str(), &facts) != 0) return std::nullopt;
  return Time(
      std::chrono::duration_cast<Duration>(std::chrono::seconds(facts.st_mtim.tv_sec) +
                                           std::chrono::nanoseconds(facts.st_mtim.tv_nsec)));
}

std::string text_of(const Json& json, std::string_view name) {
  const Json* const member = json.find(name);
  return member != nullptr && member->string() != nullptr ? *member->string() : std::string();
}

Json json_of(const std::string& file) {
  const auto text = read_file(file);
  auto json = text ? parse_json(*text) : Result<Json>(text.error());
  return json ? *std::move(json) : Json(JsonObject());
}

}  // namespace

EnvironmentRecord EnvironmentFolder::look(const std::string& key) const {
  const std::string folder = join_path(folder_, key);
  EnvironmentRecord record{.key = key,
                           .folder = folder + "/venv",
                           .requirements = {},
                           .interpreter = {},
                           .version = {},
                           .architecture = {},
                           .packages = {},
                           .made_at = time_of(folder + "/venv/pyvenv.cfg"),
                           .used_at = time_of(folder + ".use")};
  if (!record.used_at) record.used_at = time_of(folder + "/ready");
  const auto resolution = read_resolution(join_path(folder_, base_of(key)) + ".resolution");
  record.is_current = (resolution ? resolution->generation : 0) == generation_of(key);
  const Json origin = json_of(folder + "/origin");
  record.requirements = text_of(origin, "requirements");
  record.interpreter = text_of(origin, "interpreter");
  const Json ready = json_of(folder + "/ready");
  record.version = text_of(ready, "version");
  record.architecture = text_of(ready, "architecture");
  record.is_whole = !record.version.empty();
  if (auto packages = read_packages(record.folder); packages && record.is_whole)
    record.packages = *std::move(packages);
  return record;
}

Result<std::vector<EnvironmentRecord>> EnvironmentFolder::list() const {
  std::vector<EnvironmentRecord> records;
  if (TRY(kind_of(folder_)) == PathKind::nothing) return records;
  for (const std::string& name : TRY(list_directory(folder_)))
    if (is_key(name)) records.push_back(look(name));
  return records;
}

std::int64_t EnvironmentFolder::bytes(std::string_view key) const {
  namespace files = std::filesystem;
  std::int64_t total = 0;
  std::error_code problem;
  for (files::recursive_directory_iterator at(join_path(folder_, key), problem), end;
       !problem && at != end; at.increment(problem)) {
    std::error_code unseen;
    if (at->is_symlink(unseen) || !at->is_regular_file(unseen)) continue;
    const auto size = at->file_size(unseen);
    if (!unseen) total += static_cast<std::int64_t>(size);
  }
  return total;
}

/// While it lives nobody makes the environment, and nobody begins to use it.
struct EnvironmentFolder::Hold {
  FileLock building, use;
};

Result<std::optional<EnvironmentFolder::Hold>> EnvironmentFolder::hold(
    const std::string& key, const std::function<Result<bool>()>& is_used) const {
  const std::string path = join_path(folder_, key);
  if (TRY(kind_of(path)) != PathKind::directory) return std::optional<Hold>();
  auto building = TRY(FileLock::try_take(join_path(folder_, base_of(key)) + ".lock"));
  if (!building) return std::optional<Hold>();
  auto use = TRY(FileLock::try_take(path + ".use"));
  if (!use || TRY(is_used())) return std::optional<Hold>();
  return std::optional(Hold{*std::move(building), *std::move(use)});
}

Result<bool> EnvironmentFolder::may_go(const std::string& key,
                                       const std::function<Result<bool>()>& is_used) const {
  return TRY(hold(key, is_used)).has_value();
}

Result<bool> EnvironmentFolder::remove(const std::string& key,
                                       const std::function<Result<bool>()>& is_used) const {
  const std::string removed = join_path(folder_, std::string(removed_prefix) + key);
  {
    const auto held = TRY(hold(key, is_used));
    if (!held) return false;
    TRY(remove_tree(removed));
    TRY(rename_path(join_path(folder_, key), removed));
  }
  TRY(remove_tree(removed));
  return true;
}

Result<void> EnvironmentFolder::remove_rest() const {
  if (TRY(kind_of(folder_)) == PathKind::nothing) return {};
  for (const std::string& name : TRY(list_directory(folder_)))
    if (name.starts_with(removed_prefix)) TRY(remove_tree(join_path(folder_, name)));
  return {};
}

}  // namespace gt
