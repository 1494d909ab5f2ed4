/// Bytes to the answer of a server, without a socket. Boost.Beast reads.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "net/http_message.h"

namespace gt {

struct HttpReply {
  int status = 0;
  HttpHeaders headers = {};
  std::string body = {};
};

struct HttpReplyLimits {
  std::size_t header_bytes_max = 64U << 10U;
  std::size_t body_bytes_max = 16U << 20U;
};

/// Reads one answer, and passes over those that only say that it is on its way (1xx). Errors are
/// Errc::unavailable: not HTTP, or less than announced; exhausted: a limit. Threads: one.
class HttpReplyParser {
 public:
  /// An answer to HEAD has no body, whatever its header says.
  HttpReplyParser(const HttpReplyLimits& limits, HttpMethod asked);
  ~HttpReplyParser();
  HttpReplyParser(const HttpReplyParser&) = delete;
  HttpReplyParser& operator=(const HttpReplyParser&) = delete;

  Result<void> feed(std::string_view bytes);
  /// The connection ended.
  Result<void> feed_end();
  bool is_done() const { return is_done_; }
  /// When done. Once.
  HttpReply take();

 private:
  struct Beast;
  void begin_message();
  Result<void> parse();
  Result<void> read_header();

  HttpReplyLimits limits_;
  HttpMethod asked_;
  std::unique_ptr<Beast> beast_;
  std::string unread_;
  std::size_t header_bytes_ = 0;
  int interim_answers_ = 0;
  bool has_header_ = false;
  bool is_done_ = false;
  HttpReply reply_;
};

}  // namespace gt
