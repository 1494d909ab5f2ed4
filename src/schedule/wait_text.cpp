#include "schedule/wait_text.h"

#include "base/text.h"
#include "net/url.h"
#include "schedule/outside_condition.h"
#include "schedule/task_context.h"

namespace gt {

namespace {

Result<std::string> evaluated(const LiveRun& run, TaskIndex task, const Template& text) {
  return text.render(TaskContext(run, task, Viewpoint::settings));
}

std::string shown(const LiveRun& run, TaskIndex task, const Template& text) {
  const auto value = evaluated(run, task, text);
  return printable(value ? *value : text.source());
}

/// Without a user and a password.
std::string shown_url(const std::string& text) {
  const auto url = parse_url(text);
  return url ? printable(url->origin() + url->target) : printable(text);
}

/// On one line, so short that it can stand in a table.
std::string shown_query(const std::string& query) {
  constexpr std::size_t bytes_max = 60;
  std::string line;
  for (const char letter : query) {
    const bool is_blank = letter == ' ' || letter == '\n' || letter == '\t' || letter == '\r';
    if (!is_blank) line += letter;
    if (is_blank && !line.empty() && line.back() != ' ') line += ' ';
  }
  return printable(line.size() > bytes_max ? line.substr(0, bytes_max) + "…" : line);
}

std::string run_text(const LiveRun& run, TaskIndex task, const WaitRun& wait) {
  const auto wanted = run_wanted(run, task, wait);
  if (!wanted) return "waits for a run of " + printable(wait.pipeline.source());
  std::string text = "waits for a run of " + wanted->pipeline;
  if (wanted->logical_date) text += " for " + format_time(*wanted->logical_date);
  if (wanted->since) text += " that ends after " + format_time(*wanted->since);
  return text;
}

std::string asset_text(const LiveRun& run, TaskIndex task, const WaitAsset& wait) {
  const auto wanted = asset_wanted(run, task, wait);
  if (!wanted) return "waits for asset " + printable(wait.asset.source());
  std::string text = "waits for a version of " + wanted->asset;
  if (wanted->logical_date) text += " for " + format_time(*wanted->logical_date) + " or later";
  if (wanted->since) text += " that comes after " + format_time(*wanted->since);
  return text;
}

class WaitWords {
 public:
  WaitWords(const LiveRun& run, TaskIndex task) : run_(run), task_(task) {}
  std::string operator()(const WaitFor& wait) const {
    return "waits for " + shown(run_, task_, wait.duration);
  }
  std::string operator()(const WaitUntil& wait) const {
    return "waits until " + shown(run_, task_, wait.instant);
  }
  std::string operator()(const WaitFile& wait) const {
    return "waits for file " + shown(run_, task_, wait.glob);
  }
  std::string operator()(const WaitRun& wait) const { return run_text(run_, task_, wait); }
  std::string operator()(const WaitAsset& wait) const { return asset_text(run_, task_, wait); }
  std::string operator()(const WaitHttp& wait) const {
    const auto url = evaluated(run_, task_, wait.url);
    return "waits for " + (url ? shown_url(*url) : printable(wait.url.source()));
  }
  std::string operator()(const WaitSql& wait) const {
    const auto query = evaluated(run_, task_, wait.query);
    return fmt::format("waits for {} in {}", shown_query(query ? *query : wait.query.source()),
                       shown(run_, task_, wait.database));
  }

 private:
  const LiveRun& run_;
  TaskIndex task_;
};

}  // namespace

std::string wait_text(const LiveRun& run, TaskIndex task) {
  const Step& step = run.step_of(task);
  if (step.approval()) return "waits for approval: " + question_of(run, task);
  const Wait* const wait = step.wait();
  if (!wait) return {};
  const std::string text = std::visit(WaitWords(run, task), wait->condition);
  const std::string found = run.last_look(task);
  return found.empty() ? text : text + "; " + found;
}

std::string question_of(const LiveRun& run, TaskIndex task) {
  return shown(run, task, run.step_of(task).approval()->message);
}

Result<std::optional<Time>> end_of_wait(const LiveRun& run, TaskIndex task, Time now) {
  const Step& step = run.step_of(task);
  const Wait* const wait = step.wait();
  if (!wait || !wait->is_for_time()) {
    const auto& timeout = step.settings->timeout;
    return timeout ? std::optional(now + *timeout) : std::nullopt;
  }
  if (const auto* wanted = std::get_if<WaitFor>(&wait->condition)) {
    const std::string text = TRY(evaluated(run, task, wanted->duration).context("for"));
    return std::optional(now + TRY(parse_duration(text).context("for")));
  }
  const auto& instant = std::get<WaitUntil>(wait->condition).instant;
  const std::string text = TRY(evaluated(run, task, instant).context("until"));
  return std::optional(TRY(parse_instant("until", text)));
}

}  // namespace gt
