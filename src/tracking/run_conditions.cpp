#include "tracking/run_conditions.h"

#include "tracking/key_store.h"

namespace gt {

namespace {

void add_metric_comparison(SqlText& sql, const Comparison& wanted) {
  // NaN, which is NULL, differs from each number, and compares with none.
  if (wanted.comparison == FilterOperator::not_equal) sql.add("(o.value IS NULL OR ");
  add_number_comparison(sql, "o.value", wanted);
  if (wanted.comparison == FilterOperator::not_equal) sql.add(")");
}

void add_dataset_condition(SqlText& sql, const Comparison& wanted) {
  sql.add(
      "EXISTS (SELECT 1 FROM tracking_input i JOIN tracking_dataset d ON d.id = i.dataset WHERE "
      "i.run = r.id AND ");
  const std::string& name = wanted.key.name;
  add_text_comparison(sql,
                      name == "name"     ? "d.name"
                      : name == "digest" ? "d.digest"
                                         : "i.context",
                      wanted);
  sql.add(")");
}

void add_attribute_condition(SqlText& sql, const Comparison& wanted) {
  const char* const column = column_of(wanted.key.name);
  if (wanted.texts.empty())
    add_number_comparison(sql, column, wanted);
  else
    add_text_comparison(sql, column, wanted);
}

}  // namespace

Result<void> SearchKeys::look_up(Transaction& transaction, const FilterKey& key) {
  if (key.subject == FilterSubject::attribute || key.subject == FilterSubject::dataset) return {};
  ids_[key.name] = TRY(find_key(transaction, key.name)).value_or(-1);
  return {};
}

const char* table_of(FilterSubject subject) {
  if (subject == FilterSubject::metric) return "tracking_metric";
  return subject == FilterSubject::param ? "tracking_param" : "tracking_tag";
}

const char* column_of(const std::string& attribute) {
  if (attribute == "run_id") return "r.uuid";
  if (attribute == "run_name") return "r.name";
  if (attribute == "status") return "r.status";
  if (attribute == "artifact_uri") return "r.artifact_uri";
  if (attribute == "user_id") return "r.user_id";
  if (attribute == "start_time") return "r.start_ms";
  if (attribute == "end_time") return "r.end_ms";
  return "CAST(r.experiment AS TEXT)";
}

void add_run_condition(SqlText& sql, const Comparison& wanted, const SearchKeys& keys) {
  const FilterSubject subject = wanted.key.subject;
  if (subject == FilterSubject::attribute) return add_attribute_condition(sql, wanted);
  if (subject == FilterSubject::dataset) return add_dataset_condition(sql, wanted);
  if (wanted.comparison == FilterOperator::is_null) sql.add("NOT ");
  sql.add(
      fmt::format("EXISTS (SELECT 1 FROM {} o WHERE o.run = r.id AND o.key = ", table_of(subject)));
  sql.add_value(keys.of(wanted.key));
  if (subject == FilterSubject::metric || !wanted.texts.empty()) sql.add(" AND ");
  if (subject == FilterSubject::metric)
    add_metric_comparison(sql, wanted);
  else if (!wanted.texts.empty())
    add_text_comparison(sql, "o.value", wanted);
  sql.add(")");
}

bool add_matching_runs(SqlText& sql, const Comparison& wanted, const SearchKeys& keys) {
  const FilterSubject subject = wanted.key.subject;
  if (subject == FilterSubject::attribute || subject == FilterSubject::dataset) return false;
  const bool is_metric = subject == FilterSubject::metric;
  if (wanted.comparison == FilterOperator::not_equal ||
      (!is_metric && wanted.comparison != FilterOperator::equal &&
       wanted.comparison != FilterOperator::is_not_null))
    return false;
  sql.add(fmt::format("SELECT o.run FROM {} o WHERE o.key = ", table_of(subject)));
  sql.add_value(keys.of(wanted.key));
  if (wanted.comparison == FilterOperator::is_not_null) return true;
  sql.add(" AND ");
  if (is_metric)
    add_metric_comparison(sql, wanted);
  else
    add_text_comparison(sql, "o.value", wanted);
  return true;
}

}  // namespace gt
