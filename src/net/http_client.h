/// Asking other servers: one call, one answer, on the thread that asks.
#pragma once

#include <cstddef>
#include <stop_token>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "net/http_message.h"
#include "net/http_reply_parser.h"

namespace gt {

struct HttpCall {
  HttpMethod method = HttpMethod::get;
  /// http or https. A user and a password in it become an Authorization field.
  std::string url;
  /// Host, Content-Length, Transfer-Encoding and Connection are the client's own.
  HttpHeaders headers = {};
  std::string body = {};
  /// Until there is a connection, names included.
  Duration connect_time_max = std::chrono::seconds(10);
  /// For everything, redirects included.
  Duration time_max = std::chrono::seconds(30);
  std::size_t body_bytes_max = 16U << 20U;
  /// 0: a redirect is an answer as others are.
  int redirects_max = 5;
  /// Authorities (PEM) that count besides the system's.
  std::string ca_file = {};
};

/// Any status is an answer. A redirect is followed by a call that changes nothing (GET, HEAD), and
/// by others only at 307 and 308 within the same origin; else it is the answer. To another origin
/// no field of the caller goes along but Accept, Accept-Language and User-Agent.
///
/// Errors name no more of an address than scheme, host and port, since the rest may be a secret.
/// Errc::invalid: an address or a field that is none; not_found: nobody knows the name; denied: the
/// certificate does not count, or a redirect leads from https to http or to another scheme;
/// exhausted: too many redirects, or a larger answer; cancelled: `stop` was asked to stop;
/// unavailable: the rest. Threads: any, one per call.
Result<HttpReply> http_call(const HttpCall& call, std::stop_token stop = {});

}  // namespace gt
