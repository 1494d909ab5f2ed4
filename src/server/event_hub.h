/// What happens in runs, for those who listen.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "net/event_stream.h"

namespace gt {

/// "run": a run has another state; `data` is the run without its tasks. "task": a task has another
/// state. "deadline_missed": a run, or a task of it, is late.
struct HubEvent {
  std::string name;
  std::string run;  ///< its id
  Json data;
};

/// Keeps the last events, so that a listener that was cut off goes on where it was. Threads: any.
class EventHub {
 public:
  static constexpr std::size_t kept_max = 10'000;
  static constexpr std::size_t listeners_max = 12'000;

  /// `epoch` tells this hub's ids from those of another one, before a restart.
  explicit EventHub(std::string epoch, std::size_t kept = kept_max)
      : epoch_(std::move(epoch)), kept_max_(kept) {}

  void publish(HubEvent event);

  /// What comes from now on, of all runs or of one; before it, what came after `last_id`. If that
  /// is not known any more, an event "reset" says that others may have been missed.
  /// Errc::exhausted: there are too many listeners.
  Result<std::shared_ptr<EventStream>> listen(const std::optional<std::string>& run,
                                              const std::optional<std::string>& last_id);
  /// Somebody listens: what nobody hears need not be made.
  bool has_listeners() const;
  std::size_t listeners() const;
  /// All get what was published, and the end.
  void close();

 private:
  struct Kept {
    std::int64_t number;
    std::string run;
    std::string text;
  };
  struct Listener {
    std::optional<std::string> run;
    std::shared_ptr<EventStream> stream;
  };

  std::string id_of(std::int64_t number) const;
  std::optional<std::int64_t> number_of(std::string_view id) const;
  void drop_closed();

  const std::string epoch_;
  const std::size_t kept_max_;
  mutable std::mutex mutex_;
  std::int64_t last_ = 0;
  std::deque<Kept> kept_;
  std::vector<Listener> listeners_;
  bool is_closed_ = false;
};

}  // namespace gt
