// A matrix that is entered again, with the combinations that it has now: equal ones keep their
// tasks and what these gave, others are new, and what has no place any more is removed.
#include "run/run_json.h"
#include "schedule/live_run.h"

namespace gt {

namespace {

using ItemKey = std::string;

/// nullopt for what cannot be compared.
std::optional<ItemKey> key_of(const MatrixItem& item) {
  auto text = values_text(item);
  return text ? std::optional(*std::move(text)) : std::nullopt;
}

/// Places of combinations by what they are, for one use each.
class KnownItems {
 public:
  void add(const MatrixItem& item, std::int32_t place) {
    if (auto key = key_of(item)) places_[*std::move(key)].push_back(place);
  }

  std::optional<std::int32_t> take(const MatrixItem& item) {
    const auto key = key_of(item);
    const auto found = key ? places_.find(*key) : places_.end();
    if (found == places_.end() || found->second.empty()) return std::nullopt;
    const std::int32_t place = found->second.front();
    found->second.pop_front();
    return place;
  }

 private:
  std::unordered_map<ItemKey, std::deque<std::int32_t>> places_;
};

}  // namespace

TaskIndex LiveRun::create_item(TaskIndex matrix, std::int32_t place) {
  Task item;
  item.step = tasks_[matrix].step;
  item.parent = matrix;
  item.item = place;
  item.kind = plan_->step(item.step).group() ? TaskKind::group : TaskKind::step;
  tasks_.push_back(item);
  return static_cast<TaskIndex>(tasks_.size() - 1);
}

void LiveRun::remove_item(TaskIndex index, Time now) {
  std::vector<TaskIndex> gone = tasks_below(index);
  gone.push_back(index);
  for (const TaskIndex task : gone) {
    // It ended when its last attempt did.
    move(task, TaskEvent::removed);
    if (tasks_[task].attempts == 0) touch(task).ended_at = now;
    outputs_.erase(task);
    failures_.erase(task);
  }
}

/// Of a matrix none of whose items runs. False if there is no room for the new ones.
bool LiveRun::replace_items(TaskIndex index, std::vector<MatrixItem> items, Time now) {
  std::unordered_map<std::int32_t, TaskIndex> tasks;
  std::vector<std::int32_t> before, order;
  KnownItems known;
  for (const TaskIndex child : children(index)) {
    const std::int32_t place = tasks_[child].item;
    tasks[place] = child;
    before.push_back(place);
    known.add(item_values(child), place);
  }
  auto next_place = static_cast<std::int32_t>(container(index).items.size());
  std::vector<std::pair<std::int32_t, std::size_t>> added;
  std::unordered_set<std::int32_t> kept;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const auto place = known.take(items[i]);
    if (place)
      kept.insert(*place);
    else
      added.emplace_back(next_place, i);
    order.push_back(place ? *place : next_place++);
  }
  if (order == before) return true;
  if (!has_room_for(added.size())) return false;

  for (const std::int32_t place : before)
    if (!kept.contains(place)) remove_item(tasks[place], now);
  for (const auto& [place, i] : added) {
    tasks[place] = create_item(index, place);
    container(index).items.push_back(std::move(items[i]));
  }
  Container& inside = container(index);
  inside.order = order;
  inside.child_count = static_cast<std::uint32_t>(order.size());
  inside.listed.clear();
  for (const std::int32_t place : order) inside.listed.push_back(tasks[place]);
  changes_.expansions.push_back({index, inside.items, std::move(order)});
  JsonObject details;
  details.set("items_before", static_cast<std::int64_t>(before.size()));
  details.set("items", static_cast<std::int64_t>(items.size()));
  add_event(now, "items_replaced", index, std::move(details));
  recount(index);
  return true;
}

/// The counters of a matrix that has other items, and of what follows it.
void LiveRun::recount(TaskIndex index) {
  Container& inside = container(index);
  inside.ended = {};
  inside.cancelled = inside.children_left = 0;
  for (const TaskIndex child : children(index)) {
    if (gt::is_ended(tasks_[child].state))
      count_ended(inside, child);
    else
      ++inside.children_left;
  }
  for (const StepIndex next : plan_->downstream(tasks_[index].step)) {
    UpstreamCounts& counts = tasks_[sibling(index, next)].counts;
    counts = {};
    counts.total = static_cast<std::uint32_t>(plan_->upstream(next).size());
    for (const StepIndex before : plan_->upstream(next))
      add_instances(counts, sibling(index, before));
  }
}

}  // namespace gt
