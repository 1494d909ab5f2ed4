#include "reproduce/rehearsal.h"

#include <array>

namespace gt {

Result<AttemptEnded> rehearse(Executor& executor, Launch launch,
                              const std::function<bool()>& wait) {
  const AttemptId id = launch.attempt;
  executor.start(std::move(launch));
  bool is_given_up = false;
  for (;;) {
    for (AttemptEvent& event : executor.poll()) {
      auto* const ended = std::get_if<AttemptEnded>(&event.what);
      if (event.attempt != id || ended == nullptr) continue;
      const std::array done = {id};
      executor.acknowledge(done);
      if (is_given_up) return error(Errc::cancelled, "cancelled");
      return std::move(*ended);
    }
    if (auto trouble = executor.trouble(); trouble && is_given_up) return *std::move(trouble);
    if (!wait() && !is_given_up) {
      is_given_up = true;
      executor.stop(id, StopMode::kill);
    }
  }
}

}  // namespace gt
