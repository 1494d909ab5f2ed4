#include "tracking/experiment_store.h"

#include <algorithm>

#include "base/text.h"
#include "tracking/names.h"
#include "tracking/sql_text.h"

namespace gt {

namespace {

constexpr const char* experiment_columns =
    "SELECT e.id, e.name, e.artifact_location, e.lifecycle, e.created_ms, e.updated_ms FROM "
    "tracking_experiment e ";

Result<std::vector<Experiment>> read_experiments(Transaction& transaction, const std::string& rest,
                                                 Binds binds) {
  std::vector<Experiment> found;
  TRY((transaction
           .query<std::int64_t, std::string, std::string, std::string, std::int64_t, std::int64_t>(
               experiment_columns + rest, binds,
               [&](std::int64_t id, std::string name, std::string location, std::string lifecycle,
                   std::int64_t created, std::int64_t updated) {
                 found.push_back({.id = id,
                                  .name = std::move(name),
                                  .artifact_location = std::move(location),
                                  .is_deleted = lifecycle == "deleted",
                                  .created_ms = created,
                                  .updated_ms = updated});
               })));
  for (Experiment& experiment : found)
    TRY((transaction.query<std::string, std::string>(
        "SELECT name, value FROM tracking_experiment_tag WHERE experiment = :experiment",
        {experiment.id}, [&](std::string key, std::string value) {
          experiment.tags.push_back({std::move(key), std::move(value)});
        })));
  return found;
}

Result<void> check_tag(const TrackingTag& tag) {
  TRY(check_tracking_key("tag", tag.key));
  if (count_characters(tag.value) > experiment_tag_characters_max)
    return error(Errc::invalid, "the value of the tag '{}' has more than {} characters",
                 printable(tag.key), experiment_tag_characters_max);
  return {};
}

Result<void> write_tag(Transaction& transaction, std::int64_t id, const TrackingTag& tag) {
  TRY(check_tag(tag));
  TRY(transaction.execute(
      "INSERT INTO tracking_experiment_tag (experiment, name, value) VALUES (:experiment, :name, "
      ":value) ON CONFLICT (experiment, name) DO UPDATE SET value = excluded.value",
      {id, tag.key, tag.value}));
  return {};
}

Result<void> check_name_is_free(Transaction& transaction, const std::string& name,
                                std::int64_t own) {
  const auto taken = read_experiments(transaction, "WHERE e.name = :name", {name});
  const auto found = TRY(std::move(taken));
  if (found.empty() || found.front().id == own) return {};
  if (found.front().is_deleted)
    return Error{Errc::conflict,
                 fmt::format("Experiment '{}' already exists in deleted state", printable(name)),
                 "restore it, or take another name"};
  return error(Errc::conflict, "Experiment '{}' already exists", printable(name));
}

Result<void> touch(Transaction& transaction, std::int64_t id, Time now) {
  TRY(transaction.execute("UPDATE tracking_experiment SET updated_ms = :now WHERE id = :id",
                          {to_milliseconds(now), id}));
  return {};
}

void add_experiment_comparison(SqlText& sql, const Comparison& wanted) {
  if (wanted.key.subject == FilterSubject::tag) {
    const bool is_absent = wanted.comparison == FilterOperator::is_null;
    sql.add(is_absent ? "NOT EXISTS (" : "EXISTS (");
    sql.add("SELECT 1 FROM tracking_experiment_tag t WHERE t.experiment = e.id AND t.name = ");
    sql.add_value(wanted.key.name);
    if (!wanted.texts.empty()) {
      sql.add(" AND ");
      add_text_comparison(sql, "t.value", wanted);
    }
    return sql.add(")");
  }
  if (wanted.key.name == "creation_time") return add_number_comparison(sql, "e.created_ms", wanted);
  if (wanted.key.name == "last_update_time")
    return add_number_comparison(sql, "e.updated_ms", wanted);
  add_text_comparison(sql, wanted.key.name == "name" ? "e.name" : "CAST(e.id AS TEXT)", wanted);
}

Result<void> add_experiment_order(SqlText& sql, const std::vector<std::string>& order_by) {
  sql.add(" ORDER BY ");
  for (const OrderTerm& term : TRY(parse_order(order_by, experiment_search_words()))) {
    if (term.key.subject != FilterSubject::attribute)
      return error(Errc::invalid,
                   "order_by is wrong: experiments have an order by attributes only");
    const char* column = "e.name";
    if (term.key.name == "experiment_id") column = "e.id";
    if (term.key.name == "creation_time") column = "e.created_ms";
    if (term.key.name == "last_update_time") column = "e.updated_ms";
    sql.add(fmt::format("{}{}, ", column, term.is_descending ? " DESC" : ""));
  }
  sql.add("e.created_ms DESC, e.id DESC");
  return {};
}

}  // namespace

std::int64_t to_milliseconds(Time time) {
  constexpr std::int64_t microseconds_of_millisecond = 1000;
  return to_microseconds(time) / microseconds_of_millisecond;
}

Result<std::int64_t> ExperimentStore::create(Transaction& transaction, const NewExperiment& wanted,
                                             Time now) {
  TRY(check_experiment_name(wanted.name));
  TRY(check_artifact_location(wanted.artifact_location));
  TRY(check_name_is_free(transaction, wanted.name, -1));
  const auto last = TRY(
      transaction.query_row<std::int64_t>("SELECT coalesce(max(id), 0) FROM tracking_experiment"));
  const std::int64_t id = std::get<0>(*last) + 1, now_ms = to_milliseconds(now);
  std::string location = wanted.artifact_location;
  while (location.size() > 1 && location.ends_with('/')) location.pop_back();
  if (location.empty()) location = fmt::format("mlflow-artifacts:/{}", id);
  TRY(transaction.execute(
      "INSERT INTO tracking_experiment (id, name, artifact_location, lifecycle, created_ms, "
      "updated_ms) VALUES (:id, :name, :location, 'active', :created_ms, :updated_ms)",
      {id, wanted.name, location, now_ms, now_ms}));
  for (const TrackingTag& tag : wanted.tags) TRY(write_tag(transaction, id, tag));
  return id;
}

Result<Experiment> ExperimentStore::get(Transaction& transaction, std::int64_t id) {
  auto found = TRY(read_experiments(transaction, "WHERE e.id = :id", {id}));
  if (found.empty()) return error(Errc::not_found, "No Experiment with id={} exists", id);
  return std::move(found.front());
}

Result<Experiment> ExperimentStore::get_by_name(Transaction& transaction, const std::string& name) {
  auto found = TRY(read_experiments(transaction, "WHERE e.name = :name", {name}));
  if (found.empty())
    return error(Errc::not_found, "Could not find experiment with name '{}'", printable(name));
  return std::move(found.front());
}

Result<Experiment> ExperimentStore::get_active(Transaction& transaction, std::int64_t id) {
  Experiment experiment = TRY(get(transaction, id));
  if (experiment.is_deleted)
    return Error{Errc::invalid,
                 fmt::format("The experiment {} must be in the 'active' state. Current state is "
                             "deleted",
                             id),
                 "restore it first"};
  return experiment;
}

Result<void> ExperimentStore::rename(Transaction& transaction, std::int64_t id,
                                     const std::string& name, Time now) {
  TRY(check_experiment_name(name));
  TRY(get_active(transaction, id));
  TRY(check_name_is_free(transaction, name, id));
  TRY(transaction.execute(
      "UPDATE tracking_experiment SET name = :name, updated_ms = :now WHERE id = :id",
      {name, to_milliseconds(now), id}));
  return {};
}

Result<void> ExperimentStore::set_deleted(Transaction& transaction, std::int64_t id,
                                          bool is_deleted, Time now) {
  const Experiment experiment = TRY(get(transaction, id));
  if (experiment.is_deleted == is_deleted) return {};
  const char* const lifecycle = is_deleted ? "deleted" : "active";
  TRY(transaction.execute(
      "UPDATE tracking_experiment SET lifecycle = :lifecycle, updated_ms = :now WHERE id = :id",
      {lifecycle, to_milliseconds(now), id}));
  TRY(transaction.execute("UPDATE tracking_run SET lifecycle = :lifecycle WHERE experiment = :id",
                          {lifecycle, id}));
  return {};
}

Result<void> ExperimentStore::set_tag(Transaction& transaction, std::int64_t id,
                                      const TrackingTag& tag, Time now) {
  TRY(get_active(transaction, id));
  TRY(write_tag(transaction, id, tag));
  return touch(transaction, id, now);
}

Result<void> ExperimentStore::remove_tag(Transaction& transaction, std::int64_t id,
                                         const std::string& key, Time now) {
  TRY(get_active(transaction, id));
  const auto removed = TRY(transaction.execute(
      "DELETE FROM tracking_experiment_tag WHERE experiment = :id AND name = :name", {id, key}));
  if (removed == 0)
    return error(Errc::not_found, "No tag with name: {} in experiment with id {}", printable(key),
                 id);
  return touch(transaction, id, now);
}

Result<Page<Experiment>> ExperimentStore::search(Transaction& transaction,
                                                 const ExperimentSearch& wanted) {
  std::vector<std::string> parts = {"experiments", wanted.filter,
                                    std::to_string(static_cast<int>(wanted.view))};
  parts.insert(parts.end(), wanted.order_by.begin(), wanted.order_by.end());
  const std::string query = query_text(parts);
  const PagePosition position = TRY(page_position(query, wanted.page.token));
  SqlText sql;
  sql.add("WHERE ");
  if (wanted.view == LifecycleView::all)
    sql.add("1 = 1");
  else
    sql.add(wanted.view == LifecycleView::active ? "e.lifecycle = 'active'"
                                                 : "e.lifecycle = 'deleted'");
  for (const Comparison& one : TRY(parse_filter(wanted.filter, experiment_search_words()))) {
    sql.add(" AND ");
    add_experiment_comparison(sql, one);
  }
  TRY(add_experiment_order(sql, wanted.order_by));
  // One more tells whether there is another page.
  sql.add(" LIMIT ");
  sql.add_value(wanted.page.size + 1);
  sql.add(" OFFSET ");
  sql.add_value(position.offset);
  Page<Experiment> page;
  page.rows = TRY(read_experiments(transaction, sql.text(), sql.binds()));
  if (std::ssize(page.rows) > wanted.page.size) {
    page.rows.pop_back();
    page.next_token = page_token(query, {0, position.offset + wanted.page.size});
  }
  return page;
}

}  // namespace gt
