#include <limits>

#include "base/text.h"
#include "process/log_file.h"
#include "server/answers.h"
#include "server/api_handlers.h"
#include "server/byte_range.h"
#include "view/attempt_choice.h"

namespace gt {

namespace {

/// As much as an answer holds; the rest is asked for by further ranges.
constexpr std::int64_t log_bytes_max = 16 << 20U;
constexpr std::int64_t attempts_max = 1'000'000;

Result<std::optional<ChosenAttempt>> find_attempt(const ApiCall& call) {
  std::optional<std::int64_t> number;
  if (call.request.target.parameter("attempt") != nullptr)
    number = TRY(number_parameter(call.request, "attempt", 1, 1, attempts_max));
  auto reader = TRY(call.parts.database.begin_read());
  const RunRecord run = TRY(run_of_path(call, reader));
  RunStore runs;
  const RunView view = TRY(RunView::load(runs, reader, run));
  const TaskRecord* const task = TRY(view.find(call.name(1)));
  return choose_attempt(runs, call.parts.home, reader, view, *task, number);
}

/// From where a range says, to the end of the attempt.
Answer follow_log(const ApiCall& call, const ChosenAttempt& attempt) {
  ByteRange range;
  (void)range_of(call.request.headers.find("Range"), std::numeric_limits<std::int64_t>::max(),
                 range);
  RunId id = 0;
  {
    auto reader = TRY(call.parts.database.begin_read());
    id = TRY(run_of_path(call, reader)).id;
  }
  auto stream = TRY(
      call.parts.logs.follow(attempt.folder, range.first, [&database = call.parts.database, id] {
        auto reader = database.begin_read();
        if (!reader) return false;
        const auto run = RunStore().get(*reader, id);
        return !run || is_ended(run->state);
      }));
  return HttpResponse{.status = 200,
                      .headers = {{"Content-Type", stream->options().content_type},
                                  {"Cache-Control", "no-store"},
                                  {"X-Accel-Buffering", "no"}},
                      .body = std::move(stream)};
}

}  // namespace

Answer get_log(const ApiCall& call) {
  TRY(check_query(call.request, {"attempt", "follow"}));
  const auto attempt = TRY(find_attempt(call));
  if (TRY(flag_parameter(call.request, "follow")) && attempt) return follow_log(call, *attempt);
  HttpResponse answer{.status = 200,
                      .headers = {{"Content-Type", "text/plain; charset=utf-8"},
                                  {"Accept-Ranges", "bytes"},
                                  {"Cache-Control", "no-store"}},
                      .body = {}};
  if (!attempt) return answer;
  auto log = LogFile::open(attempt->folder);
  if (!log && log.error().code == Errc::not_found) return answer;
  LogFile file = TRY(std::move(log));
  const std::int64_t bytes = TRY(file.bytes());
  ByteRange range;
  const RangeKind kind = range_of(call.request.headers.find("Range"), bytes, range);
  if (kind == RangeKind::none_there) {
    HttpResponse none = problem_of(error(Errc::invalid, "the log has {} bytes", bytes), 416);
    none.headers.add("Content-Range", fmt::format("bytes */{}", bytes));
    return none;
  }
  if (range.end - range.first > log_bytes_max) range.end = range.first + log_bytes_max;
  answer.body = TRY(file.read(range.first, static_cast<std::size_t>(range.end - range.first)));
  if (kind == RangeKind::part || range.end < bytes) {
    answer.status = 206;
    answer.headers.add("Content-Range",
                       fmt::format("bytes {}-{}/{}", range.first, range.end - 1, bytes));
  }
  return answer;
}

}  // namespace gt
