#include "server/mlflow_answers.h"
#include "server/mlflow_handlers.h"

namespace gt {

namespace {

constexpr std::int64_t page_size_max = 50'000;
constexpr std::int64_t page_size_usual = 1'000;

HttpResponse experiment_answer(const Experiment& experiment) {
  MlflowText text;
  text.open();
  add_experiment(text, "experiment", experiment);
  text.close();
  return std::move(text).answer();
}

MlflowAnswer set_deleted(const MlflowCall& call, bool is_deleted) {
  const std::int64_t id = TRY(call.fields.experiment_id());
  TRY(call.parts().commits.write([&](Transaction& transaction) {
    return ExperimentStore().set_deleted(transaction, id, is_deleted, call.parts().clock.now());
  }));
  return mlflow_done();
}

}  // namespace

MlflowAnswer mlflow_create_experiment(const MlflowCall& call) {
  NewExperiment wanted;
  wanted.name = TRY(call.fields.required_text("name"));
  wanted.artifact_location = TRY(call.fields.text("artifact_location")).value_or("");
  wanted.tags = TRY(mlflow_pairs(call.fields, "tags"));
  std::int64_t id = 0;
  const auto create = [&](Transaction& transaction) -> Result<void> {
    id = TRY(ExperimentStore().create(transaction, wanted, call.parts().clock.now()));
    return {};
  };
  TRY(call.parts().commits.write(create));
  MlflowText text;
  text.open();
  text.add("experiment_id", std::to_string(id));
  text.close();
  return std::move(text).answer();
}

MlflowAnswer mlflow_get_experiment(const MlflowCall& call) {
  const std::int64_t id = TRY(call.fields.experiment_id());
  auto reader = TRY(call.parts().database.begin_read());
  return experiment_answer(TRY(ExperimentStore().get(reader, id)));
}

MlflowAnswer mlflow_get_experiment_by_name(const MlflowCall& call) {
  const std::string name = TRY(call.fields.required_text("experiment_name"));
  auto reader = TRY(call.parts().database.begin_read());
  return experiment_answer(TRY(ExperimentStore().get_by_name(reader, name)));
}

MlflowAnswer mlflow_search_experiments(const MlflowCall& call) {
  ExperimentSearch wanted;
  wanted.filter = TRY(call.fields.text("filter")).value_or("");
  wanted.order_by = TRY(call.fields.texts("order_by"));
  wanted.view = TRY(mlflow_view(call.fields, "view_type"));
  wanted.page.size = TRY(call.fields.page_size(page_size_usual, page_size_max));
  wanted.page.token = TRY(call.fields.text("page_token")).value_or("");
  auto reader = TRY(call.parts().database.begin_read());
  const auto page = TRY(ExperimentStore().search(reader, wanted));
  MlflowText text;
  text.open();
  if (!page.rows.empty()) {
    text.open_list("experiments");
    for (const Experiment& experiment : page.rows) add_experiment(text, "", experiment);
    text.close_list();
  }
  if (!page.next_token.empty()) text.add("next_page_token", page.next_token);
  text.close();
  return std::move(text).answer();
}

MlflowAnswer mlflow_update_experiment(const MlflowCall& call) {
  const std::int64_t id = TRY(call.fields.experiment_id());
  const std::string name = TRY(call.fields.required_text("new_name"));
  TRY(call.parts().commits.write([&](Transaction& transaction) {
    return ExperimentStore().rename(transaction, id, name, call.parts().clock.now());
  }));
  return mlflow_done();
}

MlflowAnswer mlflow_delete_experiment(const MlflowCall& call) { return set_deleted(call, true); }

MlflowAnswer mlflow_restore_experiment(const MlflowCall& call) { return set_deleted(call, false); }

MlflowAnswer mlflow_set_experiment_tag(const MlflowCall& call) {
  const std::int64_t id = TRY(call.fields.experiment_id());
  TrackingTag tag;
  tag.key = TRY(call.fields.required_text("key"));
  tag.value = TRY(call.fields.text("value")).value_or("");
  TRY(call.parts().commits.write([&](Transaction& transaction) {
    return ExperimentStore().set_tag(transaction, id, tag, call.parts().clock.now());
  }));
  return mlflow_done();
}

MlflowAnswer mlflow_delete_experiment_tag(const MlflowCall& call) {
  const std::int64_t id = TRY(call.fields.experiment_id());
  const std::string key = TRY(call.fields.required_text("key"));
  TRY(call.parts().commits.write([&](Transaction& transaction) {
    return ExperimentStore().remove_tag(transaction, id, key, call.parts().clock.now());
  }));
  return mlflow_done();
}

}  // namespace gt
