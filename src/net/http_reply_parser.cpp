#include "net/http_reply_parser.h"

#include <algorithm>
#include <array>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <limits>
#include <optional>
#include <utility>

namespace gt {
namespace {

namespace http = boost::beast::http;

// Every rest of a chunked body has this length at least: "0\r\n\r\n".
constexpr std::size_t chunked_rest_bytes_min = 5;
constexpr int interim_answers_max = 16;

std::string text(boost::core::string_view view) { return {view.data(), view.size()}; }

}  // namespace

struct HttpReplyParser::Beast {
  std::optional<http::response_parser<http::string_body>> parser;
};

HttpReplyParser::HttpReplyParser(const HttpReplyLimits& limits, HttpMethod asked)
    : limits_(limits), asked_(asked), beast_(std::make_unique<Beast>()) {
  begin_message();
}

HttpReplyParser::~HttpReplyParser() = default;

void HttpReplyParser::begin_message() {
  constexpr std::size_t most = std::numeric_limits<std::uint32_t>::max();
  auto& parser = beast_->parser.emplace();
  parser.header_limit(static_cast<std::uint32_t>(std::min(limits_.header_bytes_max, most)));
  parser.body_limit(limits_.body_bytes_max);
  if (asked_ == HttpMethod::head) parser.skip(true);
  has_header_ = false;
}

Result<void> HttpReplyParser::feed(std::string_view bytes) {
  unread_ += bytes;
  return parse();
}

Result<void> HttpReplyParser::parse() {
  while (!is_done_ && !unread_.empty()) {
    auto& parser = *beast_->parser;
    // With less, Beast 1.81 runs into an assertion of its own after "0\r\n".
    if (has_header_ && parser.chunked() && unread_.size() < chunked_rest_bytes_min) return {};
    boost::beast::error_code problem;
    const std::size_t taken = parser.put({unread_.data(), unread_.size()}, problem);
    unread_.erase(0, taken);
    if (!has_header_) header_bytes_ += taken;
    // Beast has no limit for what stands between chunks.
    const std::size_t waiting = problem == http::error::need_more ? unread_.size() : 0;
    const std::size_t before_body = has_header_ ? waiting : header_bytes_ + waiting;
    if (problem == http::error::header_limit || before_body > limits_.header_bytes_max)
      return error(Errc::exhausted, "the header of the answer has more than {} bytes",
                   limits_.header_bytes_max);
    if (problem == http::error::body_limit)
      return error(Errc::exhausted, "the answer has more than {} bytes", limits_.body_bytes_max);
    if (problem && problem != http::error::need_more)
      return error(Errc::unavailable, "the answer is no HTTP: {}", problem.message());
    if (!has_header_ && parser.is_header_done()) TRY(read_header());
    if (has_header_ && parser.is_done()) {
      reply_.body = std::move(parser.get().body());
      is_done_ = true;
    }
    if (problem == http::error::need_more) return {};
  }
  return {};
}

Result<void> HttpReplyParser::read_header() {
  const auto& message = beast_->parser->get();
  const int status = static_cast<int>(message.result_int());
  if (status >= 100 && status < 200) {
    if (status == 101 || ++interim_answers_ > interim_answers_max)
      return error(Errc::unavailable, "the answer says {} instead of an end", status);
    begin_message();
    return {};
  }
  has_header_ = true;
  reply_.status = status;
  // Copied now: fields after a chunked body ("trailers") must not pass for those of the header.
  for (const auto& field : message)
    reply_.headers.add(text(field.name_string()), text(field.value()));
  return {};
}

Result<void> HttpReplyParser::feed_end() {
  TRY(parse());
  if (is_done_) return {};
  if (!has_header_ || !unread_.empty())
    return error(Errc::unavailable, "the connection ended before an answer");
  boost::beast::error_code problem;
  beast_->parser->put_eof(problem);
  if (problem || !beast_->parser->is_done())
    return error(Errc::unavailable, "the connection ended within the answer");
  reply_.body = std::move(beast_->parser->get().body());
  is_done_ = true;
  return {};
}

HttpReply HttpReplyParser::take() { return std::move(reply_); }

}  // namespace gt
