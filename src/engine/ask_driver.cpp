#include "engine/ask_driver.h"

#include <poll.h>

#include "base/id.h"
#include "base/text.h"

namespace gt {

namespace {

/// Nobody rings for an engine that died.
constexpr int presence_milliseconds = 1000;

struct Heard {
  std::optional<std::string> answer;
  bool is_withdrawn = false;
};

/// Withdrawn in the transaction that saw nobody: whoever takes the run over later must not obey
/// what its asker does otherwise then.
Result<Heard> look(const AskParts& parts, RunId run, std::int64_t id) {
  auto writer = TRY(parts.database.begin_write());
  auto answer = parts.runs.take_answer(writer, id);
  if (!answer && answer.error().code == Errc::not_found) return Heard{{}, true};
  Heard heard{TRY(std::move(answer)), false};
  if (!heard.answer) {
    const RunRecord now = TRY(parts.runs.get(writer, run));
    heard.is_withdrawn = !TRY(is_driven(parts.database, now));
    if (heard.is_withdrawn) TRY(parts.runs.withdraw_request(writer, id));
  }
  TRY(writer.commit());
  return heard;
}

}  // namespace

Result<bool> ask_driver(const AskParts& parts, const RunRecord& run, const DriverRequest& request) {
  Bell bell =
      TRY(parts.database.listen(Listener::follower, make_uuid(parts.clock.now(), parts.entropy)));
  std::int64_t id = 0;
  {
    auto writer = TRY(parts.database.begin_write());
    id = TRY(parts.runs.request(writer, run.id, request, parts.clock.now()));
    TRY(writer.commit());
  }
  parts.database.ring(run.owner_engine);
  parts.asked();
  const Duration begun = parts.clock.steady();
  for (;;) {
    bell.clear();
    const Heard heard = TRY(look(parts, run.id, id));
    if (heard.answer && !heard.answer->empty())
      return Error{Errc::conflict, *heard.answer,
                   fmt::format("`geartrain attach {}` follows the run", run.name())};
    if (heard.answer) return true;
    if (heard.is_withdrawn) return false;
    if (parts.wait_max && parts.clock.steady() - begun > *parts.wait_max)
      return error(Errc::unavailable, "the geartrain that drives {} does not answer", run.name());
    pollfd waiting = {bell.fd(), POLLIN, 0};
    (void)::poll(&waiting, 1, presence_milliseconds);
  }
}

}  // namespace gt
