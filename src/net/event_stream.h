/// An answer that stays open: server-sent events, the lines of a log as they come.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace gt {

struct EventStreamOptions {
  std::string content_type = "text/event-stream";
  /// What has been pushed and not yet been taken by the kernel; a client that lets more gather is
  /// closed.
  std::size_t queue_bytes_max = 256U << 10U;
  /// Sent when nothing was for so long, so that a dead peer is noticed.
  double heartbeat_seconds = 15;
  /// A comment for server-sent events; empty for content that has none, such as a log.
  std::string heartbeat = ":\n\n";
};

/// A handler makes one, gives it away in its answer, and keeps it for who pushes. It costs neither
/// a thread nor a buffer while nothing is pushed. Threads: any.
class EventStream {
 public:
  static std::shared_ptr<EventStream> create(EventStreamOptions options = {});

  /// Never waits. False if the stream is closed: by close(), by the client, by the server's stop,
  /// or because the client does not read what is pushed.
  bool push(std::string_view text);
  /// The client gets what was pushed before, and then the end.
  void close();
  bool is_open() const;
  /// How much may be pushed now without the client being cut off.
  std::size_t room() const;
  const EventStreamOptions& options() const { return options_; }

 private:
  friend class HttpSession;

  struct Taken {
    std::string text;
    bool is_last = false;
  };

  explicit EventStream(EventStreamOptions options) : options_(std::move(options)) {}

  // `wake` is called, with the lock held, when there is something to take().
  void attach(std::function<void()> wake);
  Taken take();
  bool is_overfull() const;
  // What was taken has been sent.
  void sent(std::size_t bytes);
  // The client is gone.
  void detach();
  void wake_server();

  const EventStreamOptions options_;
  mutable std::mutex mutex_;
  std::string queue_;
  std::size_t bytes_in_flight_ = 0;
  bool is_open_ = true;
  bool is_overfull_ = false;
  bool is_woken_ = false;
  std::function<void()> wake_;
};

/// One server-sent event (HTML standard, 9.2). Data of several lines arrive as they are.
struct ServerSentEvent {
  std::string event = {};  ///< its name; without line breaks
  std::string data = {};
  std::string id = {};  ///< comes back as Last-Event-ID; without line breaks
};
std::string to_text(const ServerSentEvent& event);

}  // namespace gt
