/// Sockets and timers of the server, on one thread; the only door to Boost.Asio.
///
/// All but post() and hold() belongs to the thread that is in run(), or to the only thread before
/// it. A callback that is not called any more (a closed socket, a cancelled timer) is destroyed
/// there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

#include "base/clock.h"
#include "base/file.h"

namespace gt {

using IoAction = std::move_only_function<void()>;

class IoLoop {
 public:
  IoLoop();
  ~IoLoop();
  IoLoop(const IoLoop&) = delete;
  IoLoop& operator=(const IoLoop&) = delete;

  /// Works until nothing is left to wait for and nobody holds it. What an action throws ends that
  /// action alone.
  void run();
  /// Threads: any, while the loop lives.
  void post(IoAction action);
  /// Keeps run() from returning until the last copy is gone. Threads: any.
  std::shared_ptr<void> hold();

  struct Asio;
  Asio& asio() { return *asio_; }

 private:
  std::unique_ptr<Asio> asio_;
};

/// One deadline at a time.
class IoTimer {
 public:
  explicit IoTimer(IoLoop& loop);
  ~IoTimer();
  IoTimer(const IoTimer&) = delete;
  IoTimer& operator=(const IoTimer&) = delete;

  /// Instead of what it waited for before.
  void start(Duration after, IoAction then);
  void cancel();

 private:
  struct Asio;
  std::shared_ptr<Asio> asio_;
};

class IoSocket {
 public:
  enum class Read { some, nothing_yet, ended };

  /// A connected socket that does not block.
  IoSocket(IoLoop& loop, UniqueFd fd);
  ~IoSocket();
  IoSocket(const IoSocket&) = delete;
  IoSocket& operator=(const IoSocket&) = delete;

  /// Calls back once, when there is something to read or the end.
  void when_readable(IoAction then);
  /// Does not wait; the bytes are those in front of `buffer`.
  std::pair<Read, std::size_t> read(std::span<char> buffer);
  /// All bytes, which must live until the callback says whether they went. One write at a time.
  void write(std::string_view first, std::string_view second,
             std::move_only_function<void(bool)> then);
  /// The peer reads the end after what was written.
  void end_sending();
  /// What the kernel has taken is still sent. Callbacks are not called any more, but for write()'s.
  void close();
  /// What the kernel has taken is thrown away; the peer sees a reset.
  void abort();

 private:
  struct Asio;
  std::unique_ptr<Asio> asio_;
};

/// Hands out connections until it is closed. Where the process has no descriptor left, it tries
/// again a little later.
class IoListener {
 public:
  /// `fd` listens and does not block.
  IoListener(IoLoop& loop, UniqueFd fd);
  ~IoListener();
  IoListener(const IoListener&) = delete;
  IoListener& operator=(const IoListener&) = delete;

  void start(std::function<void(UniqueFd)> on_connection);
  void close();

 private:
  struct Asio;
  std::shared_ptr<Asio> asio_;
};

}  // namespace gt
