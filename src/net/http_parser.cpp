#include "net/http_parser.h"

#include <algorithm>
#include <array>
#include <boost/beast/core/buffers_range.hpp>
#include <boost/beast/http/parser.hpp>
#include <limits>
#include <optional>
#include <utility>

namespace gt {
namespace {

namespace http = boost::beast::http;

std::optional<HttpMethod> method_of(http::verb verb) {
  switch (verb) {
    case http::verb::get:
      return HttpMethod::get;
    case http::verb::head:
      return HttpMethod::head;
    case http::verb::post:
      return HttpMethod::post;
    case http::verb::put:
      return HttpMethod::put;
    case http::verb::patch:
      return HttpMethod::patch;
    case http::verb::delete_:
      return HttpMethod::delete_;
    case http::verb::options:
      return HttpMethod::options;
    default:
      return std::nullopt;
  }
}

// Every rest of a chunked body has this length at least: "0\r\n\r\n".
constexpr std::size_t chunked_rest_bytes_min = 5;

// Whether the line that Beast calls of a wrong version is a request line of another version.
bool has_other_version(std::string_view bytes) {
  const std::string_view line = bytes.substr(0, bytes.find("\r\n"));
  constexpr std::size_t version_size = 8;
  return line.size() < bytes.size() && line.size() >= version_size &&
         line.substr(line.size() - version_size).starts_with("HTTP/");
}

std::string_view view(boost::core::string_view text) { return {text.data(), text.size()}; }

}  // namespace

namespace {

/// As Beast's string_body, which would ask for all of the memory that a header announces.
struct GrowingBody {
  using value_type = std::string;

  class reader {
   public:
    template <bool is_request, typename Fields>
    reader(http::header<is_request, Fields>&, value_type& body) : body_(body) {}

    static void init(const boost::optional<std::uint64_t>&, boost::beast::error_code& problem) {
      problem = {};
    }
    template <typename Buffers>
    std::size_t put(const Buffers& buffers, boost::beast::error_code& problem) {
      problem = {};
      std::size_t taken = 0;
      for (const auto& buffer : boost::beast::buffers_range_ref(buffers)) {
        body_.append(static_cast<const char*>(buffer.data()), buffer.size());
        taken += buffer.size();
      }
      return taken;
    }
    static void finish(boost::beast::error_code& problem) { problem = {}; }

   private:
    value_type& body_;
  };
};

}  // namespace

struct HttpParser::Beast {
  http::request_parser<GrowingBody> parser;
};

HttpParser::HttpParser(const HttpParserLimits& limits, BodyPlanner planner, Peer peer)
    : limits_(limits), planner_(std::move(planner)), beast_(std::make_unique<Beast>()) {
  request_.peer = peer;
  constexpr std::size_t most = std::numeric_limits<std::uint32_t>::max();
  beast_->parser.header_limit(static_cast<std::uint32_t>(std::min(limits.header_bytes_max, most)));
  // Known when the header is there.
  beast_->parser.body_limit(boost::none);
  plan_.bytes_max = limits_.body_bytes_max;
}

HttpParser::~HttpParser() = default;

std::size_t HttpParser::feed(std::string_view bytes) {
  std::size_t taken = 0;
  while (state_ == State::header || state_ == State::body) {
    const std::string_view rest = bytes.substr(taken);
    const State before = state_;
    // With less, Beast 1.81 runs into an assertion of its own after "0\r\n".
    if (before == State::body && beast_->parser.chunked() && rest.size() < chunked_rest_bytes_min)
      break;
    boost::beast::error_code problem;
    const std::size_t now = beast_->parser.put({rest.data(), rest.size()}, problem);
    taken += now;
    if (before == State::header) {
      header_bytes_ += now;
      // Beast counts the request line and the fields apart.
      const std::size_t seen =
          beast_->parser.is_header_done() ? header_bytes_ : header_bytes_ + rest.size() - now;
      if (seen > limits_.header_bytes_max) problem = http::error::header_limit;
    } else if (problem == http::error::need_more && rest.size() - now > limits_.header_bytes_max) {
      // Beast has no limit for what stands between chunks and after them.
      problem = http::error::header_limit;
    }

    if (problem == http::error::header_limit) {
      const bool has_line = header_bytes_ > 0 || rest.find('\n') != std::string_view::npos;
      refuse(has_line ? 431 : 414,
             fmt::format("the limit of {} bytes for {} is reached", limits_.header_bytes_max,
                         has_line ? "header fields" : "the request line"));
    } else if (problem == http::error::body_limit) {
      refuse(413, fmt::format("the body has more than {} bytes", plan_.bytes_max));
    } else if (problem == http::error::bad_version && has_other_version(rest)) {
      refuse(505, "only HTTP/1.0 and HTTP/1.1 are spoken here");
    } else if (problem && problem != http::error::need_more) {
      refuse(400, problem.message());
    } else {
      if (before == State::header && beast_->parser.is_header_done()) read_header();
      if (state_ == State::body && beast_->parser.is_done()) {
        if (!plan_.sink) request_.body = std::move(beast_->parser.get().body());
        state_ = State::done;
      }
      if (problem == http::error::need_more || taken == bytes.size()) break;
    }
  }
  return taken;
}

void HttpParser::read_header() {
  state_ = State::body;
  // Copied now: fields after a chunked body ("trailers") must not pass for those of the header.
  const auto& message = beast_->parser.get();
  for (const auto& field : message)
    request_.headers.add(std::string(view(field.name_string())), std::string(view(field.value())));

  const auto method = method_of(message.method());
  if (!method) {
    // The mistake is the client's, so not 501.
    refuse(405, "this method is not known here");
    refusal_.headers.add("Allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
    return;
  }
  request_.method = *method;
  if (message.target().size() > limits_.target_bytes_max) {
    refuse(414, fmt::format("the target has more than {} bytes", limits_.target_bytes_max));
    return;
  }
  auto target = parse_target(view(message.target()));
  if (!target) {
    refuse(400, "the target " + target.error().message);
    return;
  }
  request_.target = *std::move(target);
  const std::size_t hosts = request_.headers.count("Host");
  if (hosts > 1 || (hosts == 0 && !is_http_1_0())) {
    refuse(400, "a request has one Host");
    return;
  }
  if (refuse_unknown_framing()) return;
  const std::string* expected = request_.headers.find("Expect");
  if (expected != nullptr && !equal_in_any_case(*expected, "100-continue")) {
    refuse(417, "only 100-continue can be expected");
    return;
  }
  refuse_by_plan();
}

bool HttpParser::refuse_by_plan() {
  if (planner_) plan_ = planner_(request_);
  const auto length = beast_->parser.content_length();
  if (plan_.refusal) {
    state_ = State::refused;
    refusal_ = *std::move(plan_.refusal);
    return true;
  }
  if (length && *length > plan_.bytes_max)
    return refuse(413, fmt::format("the body has more than {} bytes", plan_.bytes_max));
  beast_->parser.body_limit(plan_.bytes_max);
  return false;
}

std::string HttpParser::take_piece() { return std::exchange(beast_->parser.get().body(), {}); }

// Where a body ends must be beyond doubt, or what one program takes for a body is a request for the
// other ("request smuggling"). Beast passes over what is not "chunked".
bool HttpParser::refuse_unknown_framing() {
  const std::string* encoding = request_.headers.find("Transfer-Encoding");
  if (encoding == nullptr) return false;
  if (is_http_1_0()) return refuse(400, "HTTP/1.0 has no Transfer-Encoding");
  if (request_.headers.count("Transfer-Encoding") != 1 || !equal_in_any_case(*encoding, "chunked"))
    return refuse(501, "the only transfer encoding known here is chunked");
  return false;
}

bool HttpParser::refuse(int status, std::string_view detail) {
  state_ = State::refused;
  refusal_ = problem(status, detail);
  return true;
}

bool HttpParser::expects_continue() const {
  return !is_http_1_0() && request_.headers.find("Expect") != nullptr;
}

bool HttpParser::keeps_alive() const { return beast_->parser.keep_alive(); }

bool HttpParser::is_http_1_0() const { return beast_->parser.get().version() == 10; }

HttpRequest HttpParser::take() {
  request_.sink = std::move(plan_.sink);
  return std::move(request_);
}

}  // namespace gt
