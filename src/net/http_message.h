/// Requests and answers of HTTP/1.1 as values. Threads: any.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/file.h"
#include "net/http_target.h"
#include "net/peer.h"

namespace gt {

class EventStream;

enum class HttpMethod { get, head, post, put, patch, delete_, options };

/// "GET".
const char* to_text(HttpMethod method);
/// GET, HEAD and OPTIONS ask for no change (RFC 9110, 9.2.1).
bool is_safe(HttpMethod method);

/// Fields in the order in which they stand there. Names are equal in any case.
class HttpHeaders {
 public:
  using Header = std::pair<std::string, std::string>;
  HttpHeaders() = default;
  HttpHeaders(std::initializer_list<Header> headers) : headers_(headers) {}

  /// The first value under this name; nullptr without one.
  const std::string* find(std::string_view name) const;
  std::size_t count(std::string_view name) const;
  void add(std::string name, std::string value);
  auto begin() const { return headers_.begin(); }
  auto end() const { return headers_.end(); }

 private:
  std::vector<Header> headers_;
};

/// Takes the bytes of a body that is too large for memory.
class BodySink {
 public:
  virtual ~BodySink() = default;
  /// The next bytes. May wait for the disk. Called by workers, one after another; after an error no
  /// more. Destroyed without the request where the body did not come to its end.
  virtual Result<void> write(std::string_view bytes) = 0;
};

struct HttpRequest {
  HttpMethod method = HttpMethod::get;
  HttpTarget target = {};
  HttpHeaders headers = {};
  /// Empty where a sink has taken it.
  std::string body = {};
  /// See body_plan.h.
  std::shared_ptr<BodySink> sink = {};
  Peer peer = {};
};

/// A stretch of a file, sent piece by piece. The file must keep its bytes.
struct FileBody {
  UniqueFd fd = {};
  std::int64_t begin = 0;
  std::int64_t bytes = 0;
};

struct HttpResponse {
  /// 200 to 599.
  int status = 200;
  /// Content-Length, Transfer-Encoding and Connection are the server's own; an answer that has one
  /// of them, or a line break in a field, becomes a 500.
  HttpHeaders headers = {};
  /// A stream is shared with those who push to it.
  std::variant<std::string, std::shared_ptr<EventStream>, std::shared_ptr<FileBody>> body = {};
};

/// The words for a status: "Not Found"; empty for one without words.
std::string_view reason_of(int status);

/// A problem as JSON (RFC 9457), with status, title and detail.
HttpResponse problem(int status, std::string_view title, std::string_view detail);
/// With the status' own words as its title.
HttpResponse problem(int status, std::string_view detail);

bool equal_in_any_case(std::string_view left, std::string_view right);

}  // namespace gt
