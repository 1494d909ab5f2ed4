#include "cli/host_watcher.h"

#include <algorithm>
#include <mutex>
#include <optional>
#include <poll.h>
#include <set>
#include <thread>
#include <unordered_map>

#include "base/thread.h"
#include "cli/outside_calls.h"
#include "cli/wake.h"
#include "cli/watched_assets.h"
#include "cli/watched_files.h"
#include "cli/watched_runs.h"

namespace gt {

namespace {

/// Should a bell be lost, commits are heard this late.
constexpr Duration commits_interval = std::chrono::seconds(30);

}  // namespace

/// What stands above `entries_` is shared with the engine's thread, the rest is the loop's own.
class HostWatcher::Loop {
 public:
  Loop(HostWatcherParts parts, Wake wake)
      : parts_(std::move(parts)),
        wake_(std::move(wake)),
        files_(parts_.clock),
        runs_(parts_.database, parts_.runs, parts_.listener),
        assets_(parts_.database),
        calls_(parts_.ca_file, [this] { wake_.ring(); }) {}
  ~Loop() {
    thread_.request_stop();
    wake_.ring();
    if (thread_.joinable()) thread_.join();
  }
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  void order(WatchId watch, std::optional<OutsideCondition> condition);
  std::vector<WatchEvent> poll();

 private:
  /// To watch, or, without a condition, to forget.
  struct Order {
    WatchId watch = 0;
    std::optional<OutsideCondition> condition;
  };
  struct Entry {
    std::shared_ptr<const OutsideCondition> condition;
    /// By the steady clock; none while it is told of, asked for, or found.
    std::optional<Duration> look_at = {};
    /// Of a file: what was said last. The rest is compared by whoever judges.
    std::string said = {};
  };

  void run(const std::stop_token& stop);
  void take_orders();
  void begin(WatchId watch, OutsideCondition condition);
  void forget(WatchId watch);
  void plan(WatchId watch, Duration in);
  void hear_files();
  void hear_commits();
  bool waits_for_commits() const { return !runs_.empty() || !assets_.empty(); }
  void hear_answers();
  void look_at_due();
  void look(WatchId watch);
  void look_for_files(WatchId watch, Entry& entry);
  void look_in_home(WatchId watch, const Entry& entry);
  void publish();
  void wait();

  HostWatcherParts parts_;
  Wake wake_;
  std::mutex mutex_;
  std::vector<Order> orders_;
  std::vector<WatchEvent> events_;

  std::unordered_map<WatchId, Entry> entries_;
  std::set<std::pair<Duration, WatchId>> agenda_;
  std::vector<WatchEvent> found_;  ///< to be published
  WatchedFiles files_;
  WatchedRuns runs_;
  WatchedAssets assets_;
  bool has_rung_ = false;
  Duration commits_heard_at_{0};
  OutsideCalls calls_;
  std::jthread thread_;
};

void HostWatcher::Loop::order(WatchId watch, std::optional<OutsideCondition> condition) {
  {
    const std::lock_guard lock(mutex_);
    orders_.push_back({watch, std::move(condition)});
  }
  if (!thread_.joinable()) {
    auto started = start_thread([this](const std::stop_token& stop) { run(stop); });
    if (!started) {
      const std::lock_guard lock(mutex_);
      orders_.clear();
      events_.push_back({watch, NeverFound{{Cause::internal, started.error().message, {}, {}}}});
      return parts_.wake();
    }
    thread_ = *std::move(started);
  }
  wake_.ring();
}

std::vector<WatchEvent> HostWatcher::Loop::poll() {
  const std::lock_guard lock(mutex_);
  return std::exchange(events_, {});
}

void HostWatcher::Loop::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    take_orders();
    hear_files();
    hear_commits();
    hear_answers();
    look_at_due();
    publish();
    wait();
  }
}

void HostWatcher::Loop::take_orders() {
  std::vector<Order> orders;
  {
    const std::lock_guard lock(mutex_);
    orders.swap(orders_);
  }
  for (Order& order : orders) {
    if (order.condition)
      begin(order.watch, *std::move(order.condition));
    else
      forget(order.watch);
  }
}

void HostWatcher::Loop::begin(WatchId watch, OutsideCondition condition) {
  const Entry& entry =
      entries_.emplace(watch, Entry{std::make_shared<const OutsideCondition>(std::move(condition))})
          .first->second;
  const OutsideCondition& wanted = *entry.condition;
  if (const auto* run = std::get_if<RunWanted>(&wanted.what)) runs_.add(watch, *run);
  if (const auto* asset = std::get_if<AssetWanted>(&wanted.what)) {
    assets_.add(watch, *asset);
    runs_.listen();
  }
  if (const auto* files = std::get_if<FilesWanted>(&wanted.what))
    if (const auto added = files_.add(watch, wanted.root, *files); !added) {
      found_.push_back(
          {watch, NeverFound{{Cause::invalid_expression, added.error().message, {}, {}}}});
      return;
    }
  plan(watch, Duration(0));
}

void HostWatcher::Loop::forget(WatchId watch) {
  const auto entry = entries_.find(watch);
  if (entry == entries_.end()) return;
  files_.remove(watch);
  runs_.remove(watch);
  assets_.remove(watch);
  if (entry->second.look_at) agenda_.erase({*entry->second.look_at, watch});
  entries_.erase(entry);
}

void HostWatcher::Loop::plan(WatchId watch, Duration in) {
  Entry& entry = entries_.at(watch);
  if (entry.look_at) agenda_.erase({*entry.look_at, watch});
  entry.look_at = parts_.clock.steady() + in;
  agenda_.emplace(*entry.look_at, watch);
}

void HostWatcher::Loop::hear_files() {
  for (const WatchId watch : files_.hear())
    // One that was found is not looked for again.
    if (entries_.at(watch).look_at) plan(watch, Duration(0));
}

void HostWatcher::Loop::hear_commits() {
  const Duration now = parts_.clock.steady();
  const bool has_rung = std::exchange(has_rung_, false);
  if (!waits_for_commits() || (!has_rung && now < commits_heard_at_ + commits_interval)) return;
  commits_heard_at_ = now;
  runs_.clear();
  // It may be that the disk is full, say; the next ring finds them.
  if (auto ended = runs_.hear()) std::ranges::move(*ended, std::back_inserter(found_));
  if (auto updated = assets_.hear()) std::ranges::move(*updated, std::back_inserter(found_));
}

void HostWatcher::Loop::hear_answers() {
  for (WatchEvent& answer : calls_.take()) {
    const auto entry = entries_.find(answer.watch);
    if (entry == entries_.end()) continue;
    plan(answer.watch, entry->second.condition->every);
    found_.push_back(std::move(answer));
  }
}

void HostWatcher::Loop::look_at_due() {
  const Duration now = parts_.clock.steady();
  while (!agenda_.empty() && agenda_.begin()->first <= now) {
    const WatchId watch = agenda_.begin()->second;
    agenda_.erase(agenda_.begin());
    entries_.at(watch).look_at.reset();
    look(watch);
  }
}

void HostWatcher::Loop::look(WatchId watch) {
  Entry& entry = entries_.at(watch);
  if (std::holds_alternative<FilesWanted>(entry.condition->what))
    look_for_files(watch, entry);
  else if (std::holds_alternative<RunWanted>(entry.condition->what) ||
           std::holds_alternative<AssetWanted>(entry.condition->what))
    look_in_home(watch, entry);
  else
    calls_.ask(watch, entry.condition);
}

void HostWatcher::Loop::look_for_files(WatchId watch, Entry& entry) {
  WatchedFiles::Found found = files_.look(watch);
  const auto* nothing = std::get_if<NothingFound>(&found.look);
  if (nothing == nullptr) return found_.push_back({watch, std::move(found.look)});
  const Duration every = entry.condition->every;
  plan(watch, std::min(every, found.again_in.value_or(every)));
  // What came and went again is told of, too.
  if (nothing->why == entry.said) return;
  entry.said = nothing->why;
  if (entry.said.empty()) found.look = NothingFound{"it is gone again"};
  found_.push_back({watch, std::move(found.look)});
}

void HostWatcher::Loop::look_in_home(WatchId watch, const Entry& entry) {
  const bool is_run = std::holds_alternative<RunWanted>(entry.condition->what);
  auto found = is_run ? runs_.look(watch) : assets_.look(watch);
  if (!found) return plan(watch, entry.condition->every);
  if (!std::holds_alternative<NothingFound>(*found)) found_.push_back({watch, *std::move(found)});
}

void HostWatcher::Loop::publish() {
  if (found_.empty()) return;
  {
    const std::lock_guard lock(mutex_);
    std::ranges::move(found_, std::back_inserter(events_));
  }
  found_.clear();
  parts_.wake();
}

void HostWatcher::Loop::wait() {
  std::optional<Duration> until;
  if (!agenda_.empty()) until = agenda_.begin()->first;
  if (waits_for_commits())
    until = std::min(until.value_or(Duration::max()), commits_heard_at_ + commits_interval);
  int milliseconds = -1;
  if (until) {
    const Duration left = std::max(Duration(0), *until - parts_.clock.steady());
    const auto rounded = std::chrono::ceil<std::chrono::milliseconds>(left).count();
    milliseconds = static_cast<int>(std::min<std::int64_t>(rounded, 60'000));
  }
  pollfd waiting[] = {{wake_.fd(), POLLIN, 0},
                      {files_.fd(), POLLIN, 0},
                      {waits_for_commits() ? runs_.fd() : -1, POLLIN, 0}};
  (void)::poll(waiting, std::size(waiting), milliseconds);
  if (waiting[0].revents != 0) wake_.clear();
  has_rung_ = waiting[2].revents != 0;
}

HostWatcher::HostWatcher(std::unique_ptr<Loop> loop) : loop_(std::move(loop)) {}
HostWatcher::~HostWatcher() = default;

Result<std::unique_ptr<HostWatcher>> HostWatcher::open(HostWatcherParts parts) {
  Wake wake = TRY(Wake::open());
  return std::unique_ptr<HostWatcher>(
      new HostWatcher(std::make_unique<Loop>(std::move(parts), std::move(wake))));
}

void HostWatcher::watch(WatchId watch, OutsideCondition condition) {
  loop_->order(watch, std::move(condition));
}
void HostWatcher::forget(WatchId watch) { loop_->order(watch, std::nullopt); }
std::vector<WatchEvent> HostWatcher::poll() { return loop_->poll(); }

}  // namespace gt
