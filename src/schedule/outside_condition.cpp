#include "schedule/outside_condition.h"

#include "base/glob.h"
#include "base/text.h"
#include "calendar/written_time.h"
#include "definition/pushed_names.h"
#include "definition/wait_query.h"
#include "net/url.h"

namespace gt {

namespace {

class Evaluation {
 public:
  Evaluation(const LiveRun& run, TaskIndex task, const OutsideSource& outside)
      : run_(run), task_(task), outside_(outside) {}

  using What = Result<decltype(OutsideCondition::what)>;
  What operator()(const WaitFor&) const { return nothing_outside(); }
  What operator()(const WaitUntil&) const { return nothing_outside(); }
  What operator()(const WaitFile& wait) const;
  What operator()(const WaitRun& wait) const {
    RunWanted wanted = TRY(run_wanted(run_, task_, wait));
    return What(std::move(wanted));
  }
  What operator()(const WaitAsset& wait) const {
    AssetWanted wanted = TRY(asset_wanted(run_, task_, wait));
    return What(std::move(wanted));
  }
  What operator()(const WaitHttp& wait) const;
  What operator()(const WaitSql& wait) const;

 private:
  static Error nothing_outside() { return {Errc::internal, "it waits for a time", {}}; }
  Result<std::string> text_of(const char* field, const Template& text) const {
    return text.render(TaskContext(run_, task_, Viewpoint::settings)).context("{}", field);
  }
  Result<std::string> secret_text_of(const std::string& field, const Template& text) const {
    return text.render(TaskContext(run_, task_, Viewpoint::settings, nullptr, &outside_))
        .context("{}", field);
  }

  const LiveRun& run_;
  TaskIndex task_;
  const OutsideSource& outside_;
};

Evaluation::What Evaluation::operator()(const WaitFile& wait) const {
  std::string glob = TRY(text_of("file", wait.glob));
  const std::string_view path = std::string_view(glob).substr(glob.starts_with('/') ? 1 : 0);
  TRY(Glob::parse_selection(path).context("file"));
  return What(FilesWanted{std::move(glob), wait.stable});
}

Evaluation::What Evaluation::operator()(const WaitHttp& wait) const {
  HttpWanted wanted;
  wanted.method = wait.method;
  wanted.url = TRY(text_of("http", wait.url));
  TRY(parse_url(wanted.url).context("http"));
  for (const WaitHeader& header : wait.headers) {
    std::string value = TRY(secret_text_of("headers." + header.name, header.value));
    wanted.headers.emplace_back(header.name, std::move(value));
  }
  if (wait.body) wanted.body = TRY(secret_text_of("body", *wait.body));
  return What(std::move(wanted));
}

Evaluation::What Evaluation::operator()(const WaitSql& wait) const {
  WaitQuery query = TRY(parse_wait_query(wait.query).context("sql"));
  RowWanted wanted{.query = std::move(query.text)};
  for (const Expression& expression : query.values) {
    Value value =
        TRY(expression.evaluate(TaskContext(run_, task_, Viewpoint::settings)).context("sql"));
    const bool is_plain =
        value.is_null() || value.boolean() || value.integer() || value.real() || value.string();
    if (!is_plain)
      return error(Errc::invalid, "sql: {} cannot be a value of a query", type_name(value));
    wanted.values.push_back(std::move(value));
  }
  const std::string database = TRY(text_of("database", wait.database));
  wanted.database = TRY(check_sqlite_path(database).context("database"));
  return What(std::move(wanted));
}

/// Whether somebody or something has said what time the run is about: without that its logical date
/// is the moment at which it was recorded.
bool has_own_date(const RunRecord& run) {
  return !run.trigger.empty() || run.backfill || run.logical_date != run.created_at;
}

/// From when on something counts, as the step says, or else by the time that the run is about.
template <typename AnyWait, typename Wanted>
Result<void> set_times(const AnyWait& wait, const RunRecord& run, const TaskContext& context,
                       Wanted& wanted) {
  if (wait.logical_date) {
    const std::string text = TRY(wait.logical_date->render(context).context("logical_date"));
    wanted.logical_date = TRY(parse_instant("logical_date", text));
  }
  if (wait.since) {
    const std::string text = TRY(wait.since->render(context).context("since"));
    wanted.since = TRY(parse_instant("since", text));
  }
  if (wanted.logical_date || wanted.since) return {};
  if (has_own_date(run))
    wanted.logical_date = run.logical_date;
  else
    wanted.since = run.created_at;
  return {};
}

}  // namespace

Result<Time> parse_instant(const char* field, const std::string& text) {
  const auto written = parse_written_time(text);
  if (!written || !written->offset)
    return Error{Errc::invalid,
                 fmt::format("{}: {} is no date and time with its offset", field, printable(text)),
                 "as in 2026-11-23T06:00Z"};
  return Time(written->local.time_since_epoch() - *written->offset);
}

Result<RunWanted> run_wanted(const LiveRun& run, TaskIndex task, const WaitRun& wait) {
  const TaskContext context(run, task, Viewpoint::settings);
  const RunRecord& record = run.record();
  RunWanted wanted;
  wanted.pipeline = TRY(wait.pipeline.render(context).context("run"));
  if (!is_name(wanted.pipeline))
    return error(Errc::invalid, "run: {} is no name of a pipeline", printable(wanted.pipeline));
  // A pipeline of a pushed project means those beside it.
  wanted.pipeline = name_beside(record.pipeline, wanted.pipeline);
  wanted.in_any_state = wait.on_failure == RunFailure::fail;
  TRY(set_times(wait, record, context, wanted));
  return wanted;
}

Result<AssetWanted> asset_wanted(const LiveRun& run, TaskIndex task, const WaitAsset& wait) {
  const TaskContext context(run, task, Viewpoint::settings);
  const RunRecord& record = run.record();
  AssetWanted wanted;
  const std::string name = TRY(wait.asset.render(context).context("asset"));
  if (!is_name(name))
    return error(Errc::invalid, "asset: {} is no name of an asset", printable(name));
  wanted.asset = name_beside(record.pipeline, name);
  TRY(set_times(wait, record, context, wanted));
  return wanted;
}

Result<OutsideCondition> outside_condition(const LiveRun& run, TaskIndex task,
                                           const OutsideSource& outside) {
  const Wait* const wait = run.step_of(task).wait();
  GT_CHECK(wait != nullptr && !wait->is_for_time(), "only what waits for the outside is watched");
  OutsideCondition condition;
  condition.what = TRY(std::visit(Evaluation(run, task, outside), wait->condition));
  condition.every = wait->every;
  return condition;
}

}  // namespace gt
