#include "cli/outside_calls.h"

#include "base/file.h"
#include "base/text.h"
#include "base/thread.h"
#include "db/outside_query.h"
#include "net/http_client.h"
#include "net/url.h"

namespace gt {

namespace {

constexpr Duration connect_time_max = std::chrono::seconds(10);

HttpMethod method_of(WaitMethod method) {
  switch (method) {
    case WaitMethod::get:
      return HttpMethod::get;
    case WaitMethod::head:
      return HttpMethod::head;
    case WaitMethod::post:
      return HttpMethod::post;
  }
  return HttpMethod::get;
}

std::string path_of(const RowWanted& wanted, const std::string& root) {
  return wanted.database.starts_with('/') ? wanted.database : join_path(root, wanted.database);
}

std::vector<OutsideValue> values_of(const RowWanted& wanted) {
  std::vector<OutsideValue> values;
  for (const Value& value : wanted.values) {
    if (const auto* integer = value.integer())
      values.emplace_back(*integer);
    else if (const auto* real = value.real())
      values.emplace_back(*real);
    else if (const auto* text = value.string())
      values.emplace_back(*text);
    else if (const auto* boolean = value.boolean())
      values.emplace_back(std::int64_t{*boolean ? 1 : 0});
    else
      values.emplace_back(nullptr);
  }
  return values;
}

std::string place_of(const OutsideCondition& condition) {
  if (const auto* row = std::get_if<RowWanted>(&condition.what))
    return path_of(*row, condition.root);
  const auto url = parse_url(std::get<HttpWanted>(condition.what).url);
  return url ? url->origin() : std::string();
}

NeverFound never(std::string why) { return {{Cause::invalid_expression, std::move(why), {}, {}}}; }

Look look_of(HttpReply reply) {
  HttpAnswered answer{.status = reply.status};
  if (auto json = parse_json(reply.body)) answer.json = value_from_json(*json);
  answer.text = is_utf8(reply.body) ? std::move(reply.body) : printable(reply.body);
  return answer;
}

Look look_of(std::optional<OutsideRow> row) {
  if (!row) return RowFound{};
  ValueObject object;
  for (OutsideCell& cell : *row)
    std::visit([&](auto& value) { object.set(std::move(cell.column), Value(std::move(value))); },
               cell.value);
  return RowFound{std::move(object)};
}

}  // namespace

OutsideCalls::~OutsideCalls() {
  for (auto& [watch, running] : running_) running.thread.request_stop();
}

void OutsideCalls::ask(WatchId watch, const std::shared_ptr<const OutsideCondition>& condition) {
  places_[place_of(*condition)].waiting.push_back({watch, condition});
  start_waiting();
}

std::vector<WatchEvent> OutsideCalls::take() {
  std::vector<WatchEvent> finished;
  {
    const std::lock_guard lock(mutex_);
    finished.swap(finished_);
  }
  for (const WatchEvent& event : finished) {
    const auto running = running_.find(event.watch);
    const auto place = places_.find(running->second.place);
    if (--place->second.running == 0 && place->second.waiting.empty()) places_.erase(place);
    running_.erase(running);
  }
  if (!finished.empty()) start_waiting();
  return finished;
}

/// One place after the other, so that much that is wanted of one is in nobody's way.
void OutsideCalls::start_waiting() {
  for (std::size_t passed = 0; passed <= places_.size() && running_.size() < calls_max;) {
    auto next = places_.upper_bound(last_place_);
    if (next == places_.end()) next = places_.begin();
    if (next == places_.end()) return;
    last_place_ = next->first;
    const bool has_started = start_one(next->first, next->second);
    passed = has_started ? 0 : passed + 1;
    if (next->second.running == 0 && next->second.waiting.empty()) places_.erase(next);
  }
}

bool OutsideCalls::start_one(const std::string& name, Place& place) {
  while (place.running < calls_per_place_max && !place.waiting.empty()) {
    const Waiting first = std::move(place.waiting.front());
    place.waiting.pop_front();
    auto condition = first.condition.lock();
    if (!condition) continue;
    ++place.running;
    Running& running = running_.emplace(first.watch, Running{name, {}}).first->second;
    auto thread = start_thread([this, watch = first.watch, condition](const std::stop_token& stop) {
      finish(watch, answer_of(*condition, stop));
    });
    if (thread)
      running.thread = *std::move(thread);
    else
      finish(first.watch, NothingFound{thread.error().message});
    return true;
  }
  return false;
}

void OutsideCalls::finish(WatchId watch, Look look) {
  {
    const std::lock_guard lock(mutex_);
    finished_.push_back({watch, std::move(look)});
  }
  wake_();
}

Look OutsideCalls::answer_of(const OutsideCondition& condition, const std::stop_token& stop) const {
  if (const auto* row = std::get_if<RowWanted>(&condition.what)) {
    auto answer = first_row_of({.path = path_of(*row, condition.root),
                                .query = row->query,
                                .values = values_of(*row),
                                .time_max = call_time_max,
                                .row_bytes_max = answer_bytes_max},
                               stop);
    if (answer) return look_of(*std::move(answer));
    if (answer.error().code == Errc::denied) return never("sql: " + answer.error().message);
    return NothingFound{answer.error().message};
  }
  const auto& wanted = std::get<HttpWanted>(condition.what);
  HttpCall call{.method = method_of(wanted.method),
                .url = wanted.url,
                .body = wanted.body,
                .connect_time_max = connect_time_max,
                .time_max = call_time_max,
                .body_bytes_max = answer_bytes_max,
                .ca_file = ca_file_};
  for (const auto& [name, value] : wanted.headers) call.headers.add(name, value);
  auto reply = http_call(call, stop);
  if (reply) return look_of(*std::move(reply));
  if (reply.error().code == Errc::invalid) return never("http: " + reply.error().message);
  return NothingFound{reply.error().message};
}

}  // namespace gt
