/// Bytes to requests, without a socket. Boost.Beast reads; what it takes but a server must refuse
/// is refused here.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "net/body_plan.h"
#include "net/http_message.h"

namespace gt {

struct HttpParserLimits {
  std::size_t header_bytes_max = 16U << 10U;
  std::size_t target_bytes_max = 8U << 10U;
  std::size_t body_bytes_max = 1U << 20U;
};

/// Reads one request. Threads: one.
class HttpParser {
 public:
  enum class State { header, body, done, refused };

  /// `planner`: without one, `body_bytes_max` holds for all. `peer`: for the request.
  explicit HttpParser(const HttpParserLimits& limits, BodyPlanner planner = {}, Peer peer = {});
  ~HttpParser();

  /// Takes bytes from the front and says how many; what it left comes again, with more behind it.
  /// Nothing is taken when the request is done or refused.
  std::size_t feed(std::string_view bytes);

  State state() const { return state_; }
  /// The problem to answer with, when refused. The connection is of no use after it.
  const HttpResponse& refusal() const { return refusal_; }

  /// From the end of the header on.
  bool expects_continue() const;
  bool keeps_alive() const;
  bool is_http_1_0() const;

  /// What takes the body, if that is not held in memory. Its bytes are to be taken out after each
  /// feed().
  const std::shared_ptr<BodySink>& sink() const { return plan_.sink; }
  std::string take_piece();

  /// When done. Once.
  HttpRequest take();

 private:
  struct Beast;

  void read_header();
  bool refuse(int status, std::string_view detail);
  bool refuse_unknown_framing();
  bool refuse_by_plan();

  HttpParserLimits limits_;
  BodyPlanner planner_;
  BodyPlan plan_;
  State state_ = State::header;
  HttpResponse refusal_;
  HttpRequest request_;
  std::size_t header_bytes_ = 0;
  std::unique_ptr<Beast> beast_;
};

}  // namespace gt
