#include "server/mlflow_answers.h"
#include "server/mlflow_handlers.h"
#include "tracking/run_search.h"

namespace gt {

namespace {

constexpr std::int64_t page_size_max = 50'000;
constexpr std::int64_t page_size_usual = 1'000;
constexpr std::size_t experiments_max = 10'000;

MlflowAnswer run_answer(Transaction& reader, TrackingRun run) {
  const RunInFull full = TRY(run_in_full(reader, std::move(run)));
  MlflowText text;
  text.open();
  add_run(text, "run", full);
  text.close();
  return std::move(text).answer();
}

MlflowAnswer set_deleted(const MlflowCall& call, bool is_deleted) {
  const std::string uuid = TRY(call.fields.run_id());
  TRY(call.parts().commits.write([&](Transaction& transaction) -> Result<void> {
    const auto run = TrackingRunStore().get(transaction, uuid);
    if (!run) return run.error();
    return TrackingRunStore().set_deleted(transaction, *run, is_deleted);
  }));
  return mlflow_done();
}

Result<RunSearch> wanted_search(const MlflowFields& fields) {
  RunSearch wanted;
  for (const std::string& id : TRY(fields.texts("experiment_ids")))
    wanted.experiments.push_back(TRY(parse_experiment_id(id)));
  if (wanted.experiments.size() > experiments_max)
    return error(Errc::invalid, "experiment_ids has more than {} experiments", experiments_max);
  wanted.filter = TRY(fields.text("filter")).value_or("");
  wanted.order_by = TRY(fields.texts("order_by"));
  wanted.view = TRY(mlflow_view(fields, "run_view_type"));
  wanted.page.size = TRY(fields.page_size(page_size_usual, page_size_max));
  wanted.page.token = TRY(fields.text("page_token")).value_or("");
  return wanted;
}

}  // namespace

MlflowAnswer mlflow_create_run(const MlflowCall& call) {
  NewTrackingRun wanted;
  wanted.experiment = TRY(call.fields.experiment_id());
  wanted.name = TRY(call.fields.text("run_name")).value_or("");
  wanted.user_id = TRY(call.fields.text("user_id")).value_or("");
  wanted.start_ms = TRY(call.fields.integer("start_time"));
  wanted.tags = TRY(mlflow_pairs(call.fields, "tags"));
  RunInFull made;
  const auto create = [&](Transaction& transaction) -> Result<void> {
    TrackingRun run = TRY(TrackingRunStore().create(transaction, wanted, call.parts().clock.now(),
                                                    call.parts().entropy));
    made = TRY(run_in_full(transaction, std::move(run)));
    return {};
  };
  TRY(call.parts().commits.write(create));
  MlflowText text;
  text.open();
  add_run(text, "run", made);
  text.close();
  return std::move(text).answer();
}

MlflowAnswer mlflow_get_run(const MlflowCall& call) {
  const std::string uuid = TRY(call.fields.run_id());
  auto reader = TRY(call.parts().database.begin_read());
  TrackingRun run = TRY(TrackingRunStore().get(reader, uuid));
  return run_answer(reader, std::move(run));
}

MlflowAnswer mlflow_search_runs(const MlflowCall& call) {
  const RunSearch wanted = TRY(wanted_search(call.fields));
  auto reader = TRY(call.parts().database.begin_read());
  const auto page = TRY(search_runs(reader, wanted));
  MlflowText text;
  text.open();
  if (!page.rows.empty()) {
    text.open_list("runs");
    for (const std::int64_t id : page.rows) {
      TrackingRun run = TRY(TrackingRunStore().get_by_id(reader, id));
      const RunInFull full = TRY(run_in_full(reader, std::move(run)));
      add_run(text, "", full);
    }
    text.close_list();
  }
  if (!page.next_token.empty()) text.add("next_page_token", page.next_token);
  text.close();
  return std::move(text).answer();
}

MlflowAnswer mlflow_update_run(const MlflowCall& call) {
  TrackingRunChange change;
  change.status = TRY(call.fields.text("status"));
  change.end_ms = TRY(call.fields.integer("end_time"));
  change.name = TRY(call.fields.text("run_name"));
  TrackingRun changed;
  const auto update = [&](Transaction& transaction, const TrackingRun& run) -> Result<void> {
    TRY(TrackingRunStore().update(transaction, run, change));
    changed = TRY(TrackingRunStore().get(transaction, run.uuid));
    return {};
  };
  TRY(change_active_run(call, update));
  MlflowText text;
  text.open();
  add_run_info(text, "run_info", changed);
  text.close();
  return std::move(text).answer();
}

MlflowAnswer mlflow_delete_run(const MlflowCall& call) { return set_deleted(call, true); }

MlflowAnswer mlflow_restore_run(const MlflowCall& call) { return set_deleted(call, false); }

MlflowAnswer mlflow_search_logged_models(const MlflowCall& call) {
  TRY(call.fields.texts("experiment_ids"));
  return mlflow_done();
}

}  // namespace gt
