#include "server/event_hub.h"

#include <algorithm>

#include "base/text.h"

namespace gt {

std::string EventHub::id_of(std::int64_t number) const {
  return fmt::format("{}-{}", epoch_, number);
}

std::optional<std::int64_t> EventHub::number_of(std::string_view id) const {
  if (!id.starts_with(epoch_) || id.size() <= epoch_.size() || id[epoch_.size()] != '-')
    return std::nullopt;
  id.remove_prefix(epoch_.size() + 1);
  const auto number = parse_whole_number(id);
  const auto oldest = last_ - static_cast<std::int64_t>(kept_.size());
  return number && *number >= oldest && *number <= last_ ? number : std::nullopt;
}

void EventHub::publish(HubEvent event) {
  const std::lock_guard lock(mutex_);
  const std::int64_t number = ++last_;
  Kept kept{
      number, std::move(event.run),
      to_text(ServerSentEvent{std::move(event.name), compact_json(event.data), id_of(number)})};
  bool has_closed = false;
  for (const Listener& one : listeners_)
    if (!one.run || *one.run == kept.run) has_closed |= !one.stream->push(kept.text);
  if (has_closed) drop_closed();
  kept_.push_back(std::move(kept));
  if (kept_.size() > kept_max_) kept_.pop_front();
}

Result<std::shared_ptr<EventStream>> EventHub::listen(const std::optional<std::string>& run,
                                                      const std::optional<std::string>& last_id) {
  const std::lock_guard lock(mutex_);
  drop_closed();
  if (listeners_.size() >= listeners_max)
    return error(Errc::exhausted, "{} listen already", listeners_max);
  auto stream = EventStream::create();
  if (last_id) {
    const auto number = number_of(*last_id);
    if (!number) (void)stream->push(to_text(ServerSentEvent{"reset", "{}", id_of(last_)}));
    for (const Kept& kept : kept_)
      if (number && kept.number > *number && (!run || *run == kept.run))
        (void)stream->push(kept.text);
  } else {
    // So that a listener that is cut off before the first event has a place to go on from.
    (void)stream->push(to_text(ServerSentEvent{"open", "{}", id_of(last_)}));
  }
  if (is_closed_)
    stream->close();
  else
    listeners_.push_back({run, stream});
  return stream;
}

void EventHub::drop_closed() {
  std::erase_if(listeners_, [](const Listener& one) { return !one.stream->is_open(); });
}

bool EventHub::has_listeners() const {
  const std::lock_guard lock(mutex_);
  return !listeners_.empty();
}

std::size_t EventHub::listeners() const {
  const std::lock_guard lock(mutex_);
  return static_cast<std::size_t>(
      std::ranges::count_if(listeners_, [](const Listener& one) { return one.stream->is_open(); }));
}

void EventHub::close() {
  const std::lock_guard lock(mutex_);
  is_closed_ = true;
  for (const Listener& one : listeners_) one.stream->close();
  listeners_.clear();
}

}  // namespace gt
