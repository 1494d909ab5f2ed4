#include "tracking/dataset_store.h"

#include <algorithm>

#include "base/json.h"
#include "tracking/names.h"

namespace gt {

namespace {

constexpr std::string_view context_tag = "mlflow.data.context";

struct Limit {
  const char* what;
  std::size_t characters;
};

constexpr Limit name_limit{"name", 500}, digest_limit{"digest", 36}, type_limit{"source_type", 36},
    source_limit{"source", 65'535}, schema_limit{"schema", 1'048'575},
    profile_limit{"profile", 16'777'215};

Result<void> check_length(const Limit& limit, std::string_view text) {
  if (count_characters(text) > limit.characters)
    return error(Errc::invalid, "{} of a data set has more than {} characters", limit.what,
                 limit.characters);
  return {};
}

Result<void> check(const DatasetInput& input) {
  const Dataset& dataset = input.dataset;
  if (dataset.name.empty() || dataset.digest.empty())
    return error(Errc::invalid, "a data set needs a name and a digest");
  TRY(check_length(name_limit, dataset.name));
  TRY(check_length(digest_limit, dataset.digest));
  TRY(check_length(type_limit, dataset.source_type));
  TRY(check_length(source_limit, dataset.source));
  TRY(check_length(schema_limit, dataset.schema.value_or("")));
  TRY(check_length(profile_limit, dataset.profile.value_or("")));
  for (const TrackingTag& tag : input.tags) TRY(check_tracking_key("tag", tag.key));
  return {};
}

Result<std::int64_t> make_dataset(Transaction& transaction, std::int64_t experiment,
                                  const Dataset& wanted) {
  const auto there = TRY(transaction.query_row<std::int64_t>(
      "SELECT id FROM tracking_dataset WHERE experiment = :experiment AND name = :name AND digest "
      "= :digest",
      {experiment, wanted.name, wanted.digest}));
  if (there) return std::get<0>(*there);
  const auto last =
      TRY(transaction.query_row<std::int64_t>("SELECT coalesce(max(id), 0) FROM tracking_dataset"));
  const std::int64_t id = std::get<0>(*last) + 1;
  TRY(transaction.execute(
      "INSERT INTO tracking_dataset (id, experiment, name, digest, source_type, source, schema, "
      "profile) VALUES (:id, :experiment, :name, :digest, :source_type, :source, :schema, "
      ":profile)",
      {id, experiment, wanted.name, wanted.digest, wanted.source_type, wanted.source, wanted.schema,
       wanted.profile}));
  return id;
}

std::string tags_text(const std::vector<TrackingTag>& tags) {
  JsonList list;
  for (const TrackingTag& tag : tags)
    list.emplace_back(JsonObject{{"key", tag.key}, {"value", tag.value}});
  return compact_json(std::move(list));
}

Result<std::vector<TrackingTag>> read_tags(std::string_view text) {
  std::vector<TrackingTag> tags;
  const Json read = TRY(parse_json(text));
  if (read.list() == nullptr) return error(Errc::internal, "tags of a data set are damaged");
  for (const Json& one : *read.list()) {
    const Json *const key = one.find("key"), *const value = one.find("value");
    if (key == nullptr || value == nullptr || key->string() == nullptr ||
        value->string() == nullptr)
      return error(Errc::internal, "tags of a data set are damaged");
    tags.push_back({*key->string(), *value->string()});
  }
  return tags;
}

}  // namespace

Result<void> DatasetStore::add_inputs(Transaction& transaction, const TrackingRun& run,
                                      std::span<const DatasetInput> inputs) {
  for (const DatasetInput& input : inputs) {
    TRY(check(input));
    const std::int64_t dataset = TRY(make_dataset(transaction, run.experiment, input.dataset));
    const auto context = std::ranges::find(input.tags, context_tag, &TrackingTag::key);
    TRY(transaction.execute(
        "INSERT INTO tracking_input (run, dataset, context, tags) VALUES (:run, :dataset, "
        ":context, :tags) ON CONFLICT (run, dataset) DO NOTHING",
        {run.id, dataset,
         context == input.tags.end() ? std::optional<std::string>() : context->value,
         tags_text(input.tags)}));
  }
  return {};
}

Result<std::vector<DatasetInput>> DatasetStore::inputs(Transaction& transaction, std::int64_t run) {
  std::vector<DatasetInput> inputs;
  const auto take = [&](std::string name, std::string digest, std::string type, std::string source,
                        std::optional<std::string> schema, std::optional<std::string> profile,
                        std::string_view tags) -> Result<void> {
    DatasetInput input;
    input.dataset = {std::move(name),   std::move(digest), std::move(type),
                     std::move(source), std::move(schema), std::move(profile)};
    input.tags = TRY(read_tags(tags));
    inputs.push_back(std::move(input));
    return {};
  };
  TRY((transaction.query<std::string, std::string, std::string, std::string,
                         std::optional<std::string>, std::optional<std::string>, std::string_view>(
      "SELECT d.name, d.digest, d.source_type, d.source, d.schema, d.profile, i.tags FROM "
      "tracking_input i JOIN tracking_dataset d ON d.id = i.dataset WHERE i.run = :run ORDER BY "
      "d.id",
      {run}, take)));
  return inputs;
}

}  // namespace gt
