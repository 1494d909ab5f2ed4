#include "net/event_stream.h"

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace gt {

std::shared_ptr<EventStream> EventStream::create(EventStreamOptions options) {
  return std::shared_ptr<EventStream>(new EventStream(std::move(options)));
}

bool EventStream::push(std::string_view text) {
  const std::lock_guard lock(mutex_);
  if (!is_open_) return false;
  if (queue_.size() + bytes_in_flight_ + text.size() > options_.queue_bytes_max) {
    is_open_ = false;
    is_overfull_ = true;
    std::string().swap(queue_);
    // Also while the server writes, which may last.
    is_woken_ = false;
  } else {
    queue_ += text;
  }
  wake_server();
  return is_open_;
}

void EventStream::close() {
  const std::lock_guard lock(mutex_);
  if (!std::exchange(is_open_, false)) return;
  wake_server();
}

bool EventStream::is_open() const {
  const std::lock_guard lock(mutex_);
  return is_open_;
}

std::size_t EventStream::room() const {
  const std::lock_guard lock(mutex_);
  const std::size_t held = queue_.size() + bytes_in_flight_;
  return is_open_ && held < options_.queue_bytes_max ? options_.queue_bytes_max - held : 0;
}

void EventStream::attach(std::function<void()> wake) {
  const std::lock_guard lock(mutex_);
  wake_ = std::move(wake);
}

EventStream::Taken EventStream::take() {
  const std::lock_guard lock(mutex_);
  is_woken_ = false;
  bytes_in_flight_ += queue_.size();
  return {.text = std::exchange(queue_, {}), .is_last = !is_open_};
}

bool EventStream::is_overfull() const {
  const std::lock_guard lock(mutex_);
  return is_overfull_;
}

void EventStream::sent(std::size_t bytes) {
  const std::lock_guard lock(mutex_);
  bytes_in_flight_ -= bytes;
}

void EventStream::detach() {
  const std::lock_guard lock(mutex_);
  is_open_ = false;
  std::string().swap(queue_);
  wake_ = nullptr;
}

// Once until the next take(): many pushes in a row are one task for the server.
void EventStream::wake_server() {
  if (!wake_ || std::exchange(is_woken_, true)) return;
  wake_();
}

std::string to_text(const ServerSentEvent& event) {
  std::string text;
  if (!event.id.empty()) text += "id: " + event.id + "\n";
  if (!event.event.empty()) text += "event: " + event.event + "\n";
  // A reader takes each of CR LF, CR and LF for the end of a line.
  std::string data;
  for (std::size_t i = 0; i < event.data.size(); ++i) {
    if (event.data[i] != '\r')
      data += event.data[i];
    else if (i + 1 == event.data.size() || event.data[i + 1] != '\n')
      data += '\n';
  }
  for (const std::string_view line : split(data, '\n')) {
    text += "data: ";
    text += line;
    text += '\n';
  }
  return text + "\n";
}

}  // namespace gt
