/// The watcher of this machine: one thread for all that is waited for, whatever the number, and a
/// few more while servers and databases are asked. A wait costs its condition and an entry in a
/// table.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/clock.h"
#include "db/database.h"
#include "engine/watcher.h"
#include "run/run_store.h"

namespace gt {

struct HostWatcherParts {
  Database& database;
  RunStore& runs;
  Clock& clock;
  std::string listener;      ///< an id of our own ([0-9a-f]+)
  std::string ca_file = {};  ///< authorities (PEM) that count besides the system's
  std::function<void()> wake;
};

class HostWatcher final : public Watcher {
 public:
  static Result<std::unique_ptr<HostWatcher>> open(HostWatcherParts parts);
  /// Ends what goes on.
  ~HostWatcher() override;

  /// The first one begins the thread.
  void watch(WatchId watch, OutsideCondition condition) override;
  void forget(WatchId watch) override;
  std::vector<WatchEvent> poll() override;

 private:
  class Loop;
  explicit HostWatcher(std::unique_ptr<Loop> loop);

  std::unique_ptr<Loop> loop_;
};

}  // namespace gt
