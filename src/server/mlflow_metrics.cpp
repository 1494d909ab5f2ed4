#include <algorithm>

#include "server/mlflow_answers.h"
#include "server/mlflow_handlers.h"
#include "tracking/page.h"

namespace gt {

namespace {

constexpr std::int64_t page_size_max = 25'000;
constexpr std::size_t runs_max = 100;
constexpr std::int64_t sampled_points_max = 2'500;

struct History {
  std::string run;
  std::vector<MetricPoint> points;
};

Result<std::vector<History>> histories_of(const MlflowCall& call, const StepRange& steps) {
  std::vector<std::string> runs = TRY(call.fields.texts("run_ids"));
  if (runs.empty()) runs = TRY(call.fields.texts("run_id"));
  const std::string key = TRY(call.fields.required_text("metric_key"));
  if (runs.empty() || runs.size() > runs_max)
    return error(Errc::invalid, "histories are asked for of 1 to {} runs by run_ids, not of {}",
                 runs_max, runs.size());
  auto reader = TRY(call.parts().database.begin_read());
  std::vector<History> histories;
  for (std::string& uuid : runs) {
    const TrackingRun run = TRY(TrackingRunStore().get(reader, uuid));
    History history{.run = std::move(uuid), .points = {}};
    history.points = TRY(MetricStore().history(reader, run.id, key, steps));
    histories.push_back(std::move(history));
  }
  return histories;
}

void add_history(MlflowText& text, const std::string& key, const std::string& run,
                 std::span<const MetricPoint> points) {
  for (const MetricPoint& point : points) {
    text.open();
    add_point(text, key, point);
    text.add("run_id", run);
    text.close();
  }
}

}  // namespace

MlflowAnswer mlflow_metric_history(const MlflowCall& call) {
  const std::string uuid = TRY(call.fields.run_id());
  const std::string key = TRY(call.fields.required_text("metric_key"));
  const std::int64_t size = TRY(call.fields.page_size(page_size_max, page_size_max));
  const bool is_paged = TRY(call.fields.integer("max_results")).has_value();
  const std::string token = TRY(call.fields.text("page_token")).value_or("");
  const std::string query = query_text({"history", uuid, key});
  const PagePosition position = TRY(page_position(query, token));
  auto reader = TRY(call.parts().database.begin_read());
  const TrackingRun run = TRY(TrackingRunStore().get(reader, uuid));
  const auto points = TRY(MetricStore().history(reader, run.id, key));
  const std::int64_t begin = std::min<std::int64_t>(position.offset, std::ssize(points));
  // Clients of before there were pages ask for none.
  const std::int64_t end =
      is_paged ? std::min<std::int64_t>(begin + size, std::ssize(points)) : std::ssize(points);
  MlflowText text;
  text.open();
  if (begin < end) {
    text.open_list("metrics");
    for (std::int64_t i = begin; i < end; ++i) {
      text.open();
      add_point(text, key, points[static_cast<std::size_t>(i)]);
      text.close();
    }
    text.close_list();
  }
  if (end < std::ssize(points)) text.add("next_page_token", page_token(query, {0, end}));
  text.close();
  return std::move(text).answer();
}

MlflowAnswer mlflow_metric_histories(const MlflowCall& call) {
  const std::string key = TRY(call.fields.required_text("metric_key"));
  const std::int64_t asked = TRY(call.fields.integer("max_results")).value_or(page_size_max);
  if (asked < 1) return error(Errc::invalid, "max_results is below 1");
  auto left = static_cast<std::size_t>(std::min(asked, page_size_max));
  MlflowText text;
  text.open();
  text.open_list("metrics");
  for (const History& history : TRY(histories_of(call, {}))) {
    const std::size_t count = std::min(left, history.points.size());
    add_history(text, key, history.run, std::span(history.points).first(count));
    left -= count;
  }
  text.close_list();
  text.close();
  return std::move(text).answer();
}

MlflowAnswer mlflow_sampled_histories(const MlflowCall& call) {
  const std::string key = TRY(call.fields.required_text("metric_key"));
  const std::int64_t most = TRY(call.fields.page_size(sampled_points_max, sampled_points_max));
  StepRange steps;
  steps.first = TRY(call.fields.integer("start_step"));
  steps.last = TRY(call.fields.integer("end_step"));
  if (steps.first.has_value() != steps.last.has_value() ||
      (steps.first && *steps.first > *steps.last))
    return error(Errc::invalid, "start_step and end_step come both, and in their order");
  auto histories = TRY(histories_of(call, steps));
  std::vector<std::vector<MetricPoint>> all;
  for (History& history : histories) all.push_back(std::move(history.points));
  const auto chosen = sampled_steps(all, static_cast<std::size_t>(most));
  MlflowText text;
  text.open();
  if (!chosen.empty()) {
    text.open_list("metrics");
    for (std::size_t i = 0; i < histories.size(); ++i) {
      std::erase_if(all[i], [&](const MetricPoint& point) {
        return !std::ranges::binary_search(chosen, point.step);
      });
      add_history(text, key, histories[i].run, all[i]);
    }
    text.close_list();
  }
  text.close();
  return std::move(text).answer();
}

}  // namespace gt
