/// One connection of a server, from its first byte to its close.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "net/event_stream.h"
#include "net/http_answer.h"
#include "net/http_parser.h"
#include "net/http_server.h"
#include "net/http_socket.h"
#include "net/http_workers.h"
#include "net/io_loop.h"

namespace gt {

class HttpSession;

/// What the sessions of a server have in common.
struct HttpShared {
  HttpShared(HttpServerOptions chosen, HttpHandler given)
      : options(std::move(chosen)), handler(std::move(given)) {}

  const HttpServerOptions options;
  const HttpHandler handler;
  IoLoop loop;
  std::unique_ptr<HttpWorkers> workers;
  /// All that are open; they live for as long as they stand here or wait for something.
  std::unordered_set<std::shared_ptr<HttpSession>> sessions;
  bool is_stopping = false;
  IoTimer stop_timer{loop};
  /// What is read goes through here, so that an idle connection needs no buffer.
  std::array<char, 64U << 10U> scratch;
};

// Assigning an empty text would keep the memory, of which an idle connection needs none.
inline void free_memory(std::string& text) { std::string().swap(text); }

/// Threads: the loop's, but for handle().
class HttpSession : public std::enable_shared_from_this<HttpSession> {
 public:
  /// Puts a new one into shared.sessions and lets it begin; with a 503 where `is_welcome` is not.
  static void begin(HttpShared& shared, UniqueFd fd, bool is_welcome);

  HttpSession(HttpShared& shared, UniqueFd fd);

  /// Answers what is in hand, then closes.
  void stop();
  void close();

 private:
  enum class Phase {
    idle,       ///< between two requests
    header,     ///< of a request
    body,       ///< of a request
    storing,    ///< a worker has a piece of the body
    handling,   ///< a worker has the request
    answering,  ///< with something that ends
    streaming,  ///< with an EventStream
    leaving,    ///< all is said; what the client still sends is thrown away
    closed,
  };

  void await_request();
  void await_input();
  void on_input();
  void read_request();
  void on_late();
  void store_piece();
  void on_stored(const Result<void>& written);
  void hand_over();
  HttpResponse handle(HttpRequest request) const;

  void answer(HttpResponse response);
  void refuse(HttpResponse response);
  void send_continue();
  void write();
  void on_written();
  void read_file_piece();
  void on_file_piece(std::string piece);
  void leave();
  void abort();

  void begin_stream(std::shared_ptr<EventStream> stream, std::string head);
  void pump_stream();
  void write_stream(std::string_view text, bool is_last);
  void write_stream_bytes();
  void on_stream_written();
  void beat();
  void drop_stream();

  // Calls a function of this session in so many seconds.
  void set_deadline(double seconds, void (HttpSession::*then)());

  HttpShared& shared_;
  const Peer peer_;
  HttpSocket socket_;
  IoTimer timer_;
  Phase phase_ = Phase::idle;
  bool is_first_ = true;
  bool is_awaiting_input_ = false;
  // Of a stream, or "100 Continue".
  bool is_writing_ = false;
  // Read, but not yet taken by the parser.
  std::string input_;
  std::unique_ptr<HttpParser> parser_;

  // Of the request in hand.
  bool is_head_ = false;
  bool is_http_1_0_ = false;
  bool keeps_alive_ = false;

  // What is being written, and how much of both is behind us.
  std::string head_;
  std::string body_;
  std::size_t written_ = 0;
  std::size_t discarded_ = 0;
  // What is still to be sent of it comes after body_.
  std::shared_ptr<FileBody> file_;

  std::shared_ptr<EventStream> stream_;
  std::size_t stream_bytes_ = 0;
  bool is_last_of_stream_ = false;
};

}  // namespace gt
