#include "run/heard_files.h"

namespace gt {

Result<std::optional<std::string>> HeardFiles::rule(Transaction& transaction) const {
  auto row = TRY(transaction.query_row<std::string>(
      "SELECT rule FROM file_trigger WHERE pipeline = :pipeline AND name = :name",
      {pipeline_, trigger_}));
  return row ? std::optional(std::move(std::get<0>(*row))) : std::nullopt;
}

Result<void> HeardFiles::set_rule(Transaction& transaction, const std::string& rule) const {
  TRY(
      transaction.execute("INSERT INTO file_trigger (pipeline, name, rule) VALUES (:pipeline, "
                          ":name, :rule) ON CONFLICT "
                          "(pipeline, name) DO UPDATE SET rule = excluded.rule",
                          {pipeline_, trigger_, rule}));
  TRY(transaction.execute(
      "DELETE FROM heard_file WHERE pipeline = :pipeline AND trigger = :trigger",
      {pipeline_, trigger_}));
  return {};
}

Result<std::map<std::string, std::string>> HeardFiles::list(Transaction& transaction) const {
  std::map<std::string, std::string> stamps;
  TRY((transaction.query<std::string, std::string>(
      "SELECT path, stamp FROM heard_file WHERE pipeline = :pipeline AND trigger = :trigger",
      {pipeline_, trigger_}, [&](std::string path, std::string stamp) {
        stamps.emplace(std::move(path), std::move(stamp));
      })));
  return stamps;
}

Result<void> HeardFiles::add(Transaction& transaction, const std::string& path,
                             const std::string& stamp) const {
  TRY(transaction.execute(
      "INSERT INTO heard_file (pipeline, trigger, path, stamp) VALUES (:pipeline, :trigger, :path, "
      ":stamp) ON CONFLICT (pipeline, trigger, path) DO UPDATE SET stamp = excluded.stamp",
      {pipeline_, trigger_, path, stamp}));
  return {};
}

Result<void> HeardFiles::remove(Transaction& transaction, const std::string& path) const {
  TRY(transaction.execute(
      "DELETE FROM heard_file WHERE pipeline = :pipeline AND trigger = :trigger AND path = :path",
      {pipeline_, trigger_, path}));
  return {};
}

}  // namespace gt
