#include "net/http_session.h"

#include <exception>
#include <utility>

namespace gt {
namespace {

// A client that was refused may still be sending; if we closed at once, the kernel would answer
// that with a reset, which can overtake the answer (RFC 9112, 9.6). So much and so long is thrown
// away.
constexpr std::size_t discarded_bytes_max = 1U << 20U;
constexpr double leaving_seconds_max = 2;

std::size_t skipped_line_breaks(std::string_view input) {
  std::size_t size = 0;
  while (input.substr(size).starts_with("\r\n")) size += 2;
  return size;
}

}  // namespace

void HttpSession::begin(HttpShared& shared, UniqueFd fd, bool is_welcome) {
  auto session = std::make_shared<HttpSession>(shared, std::move(fd));
  shared.sessions.insert(session);
  if (is_welcome)
    session->await_request();
  else
    session->refuse(problem(503, "too many connections are open"));
}

HttpSession::HttpSession(HttpShared& shared, UniqueFd fd)
    : shared_(shared),
      peer_(peer_of(fd.get())),
      socket_(shared.loop, std::move(fd), shared.options.tls ? &*shared.options.tls : nullptr),
      timer_(shared.loop) {}

void HttpSession::set_deadline(double seconds, void (HttpSession::*then)()) {
  timer_.start(std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds)),
               [self = shared_from_this(), then] { ((*self).*then)(); });
}

void HttpSession::await_request() {
  if (shared_.is_stopping) return leave();
  parser_ = std::make_unique<HttpParser>(
      HttpParserLimits{.header_bytes_max = shared_.options.header_bytes_max,
                       .target_bytes_max = shared_.options.target_bytes_max,
                       .body_bytes_max = shared_.options.body_bytes_max},
      shared_.options.plan_body, peer_);
  phase_ = Phase::idle;
  is_head_ = false;
  set_deadline(std::exchange(is_first_, false) ? shared_.options.header_seconds_max
                                               : shared_.options.idle_seconds_max,
               &HttpSession::on_late);
  read_request();
}

void HttpSession::await_input() {
  if (std::exchange(is_awaiting_input_, true)) return;
  socket_.when_readable([self = shared_from_this()] { self->on_input(); });
}

void HttpSession::on_input() {
  is_awaiting_input_ = false;
  if (phase_ == Phase::closed) return;
  const auto [read, size] = socket_.read(shared_.scratch);
  if (read == IoSocket::Read::ended) return close();
  switch (phase_) {
    case Phase::idle:
    case Phase::header:
    case Phase::body:
      input_.append(shared_.scratch.data(), size);
      return read_request();
    case Phase::leaving:
      discarded_ += size;
      if (discarded_ > discarded_bytes_max) return close();
      return await_input();
    default:
      // The answer that is on its way is the last one: what is asked after it has none.
      return await_input();
  }
}

// As far as what was read goes.
void HttpSession::read_request() {
  if (phase_ == Phase::idle) {
    // Some clients send one after a body.
    input_.erase(0, skipped_line_breaks(input_));
    if (input_.empty()) {
      free_memory(input_);
      return await_input();
    }
    phase_ = Phase::header;
    set_deadline(shared_.options.header_seconds_max, &HttpSession::on_late);
  }
  input_.erase(0, parser_->feed(input_));
  switch (parser_->state()) {
    case HttpParser::State::header:
      return await_input();
    case HttpParser::State::body:
      if (std::exchange(phase_, Phase::body) == Phase::header) {
        set_deadline(shared_.options.body_seconds_max, &HttpSession::on_late);
        if (parser_->expects_continue() && input_.empty()) return send_continue();
      }
      return parser_->sink() ? store_piece() : await_input();
    case HttpParser::State::done:
      return parser_->sink() ? store_piece() : hand_over();
    case HttpParser::State::refused:
      return refuse(parser_->refusal());
  }
}

void HttpSession::on_late() {
  if (phase_ == Phase::header || phase_ == Phase::body)
    refuse(problem(408, phase_ == Phase::header ? "the header did not come in time"
                                                : "the body did not come in time"));
  else
    close();
}

void HttpSession::send_continue() {
  is_writing_ = true;
  socket_.write("HTTP/1.1 100 Continue\r\n\r\n", {}, [self = shared_from_this()](bool is_sent) {
    self->is_writing_ = false;
    if (self->phase_ != Phase::body) return;
    if (is_sent)
      self->await_input();
    else
      self->close();
  });
}

// Nothing is read meanwhile, so a client sends no faster than the disk takes it.
void HttpSession::store_piece() {
  std::string piece = parser_->take_piece();
  if (piece.empty())
    return parser_->state() == HttpParser::State::done ? hand_over() : await_input();
  phase_ = Phase::storing;
  timer_.cancel();
  shared_.workers->add([self = shared_from_this(), sink = parser_->sink(), piece = std::move(piece),
                        hold = shared_.loop.hold()]() mutable {
    Result<void> written = sink->write(piece);
    sink = nullptr;
    IoLoop& loop = self->shared_.loop;
    loop.post([self = std::move(self), written = std::move(written)] { self->on_stored(written); });
  });
}

void HttpSession::on_stored(const Result<void>& written) {
  if (phase_ == Phase::closed) return;
  constexpr int insufficient_storage = 507;
  if (!written.ok())
    return refuse(problem(written.error().code == Errc::exhausted ? insufficient_storage : 500,
                          written.error().message));
  if (shared_.is_stopping) return refuse(problem(503, "the server stops"));
  if (parser_->state() == HttpParser::State::done) return hand_over();
  phase_ = Phase::body;
  set_deadline(shared_.options.body_seconds_max, &HttpSession::on_late);
  await_input();
}

void HttpSession::hand_over() {
  phase_ = Phase::handling;
  timer_.cancel();
  HttpRequest request = parser_->take();
  is_head_ = request.method == HttpMethod::head;
  is_http_1_0_ = parser_->is_http_1_0();
  keeps_alive_ = parser_->keeps_alive();
  parser_ = nullptr;
  // The loop is held until the answer is back: it may be given when all else is closed.
  shared_.workers->add([self = shared_from_this(), request = std::move(request),
                        hold = shared_.loop.hold()]() mutable {
    HttpResponse response = self->handle(std::move(request));
    IoLoop& loop = self->shared_.loop;
    loop.post([self = std::move(self), response = std::move(response)]() mutable {
      self->answer(std::move(response));
    });
  });
}

HttpResponse HttpSession::handle(HttpRequest request) const {
  std::string thrown = "what is no std::exception";
  try {
    return shared_.handler(std::move(request));
  } catch (const std::exception& exception) {
    thrown = exception.what();
  } catch (...) {
    // Whatever it is, it ends here: an exception that left the thread would end the process.
  }
  if (shared_.options.report) shared_.options.report("a handler threw " + thrown);
  return problem(500, "the server made a mistake");
}

void HttpSession::stop() {
  switch (phase_) {
    case Phase::idle:
      return close();
    case Phase::header:
    case Phase::body:
      return refuse(problem(503, "the server stops"));
    case Phase::storing:
      // What is stored is asked whether it goes on.
      return;
    case Phase::handling:
    case Phase::answering:
      keeps_alive_ = false;
      return;
    case Phase::streaming:
      return stream_->close();
    case Phase::leaving:
    case Phase::closed:
      return;
  }
}

void HttpSession::close() {
  if (std::exchange(phase_, Phase::closed) == Phase::closed) return;
  timer_.cancel();
  // First: a client that sees the end must not find its stream open still.
  drop_stream();
  socket_.close();
  shared_.sessions.erase(shared_from_this());
  if (shared_.is_stopping && shared_.sessions.empty()) shared_.stop_timer.cancel();
}

// For a client that does not read: the kernel would keep its bytes for as long as it lives.
void HttpSession::abort() {
  drop_stream();
  socket_.abort();
  close();
}

void HttpSession::drop_stream() {
  if (stream_) stream_->detach();
  stream_ = nullptr;
}

void HttpSession::leave() {
  phase_ = Phase::leaving;
  drop_stream();
  parser_ = nullptr;
  free_memory(input_);
  socket_.end_sending();
  set_deadline(leaving_seconds_max, &HttpSession::close);
  await_input();
}

}  // namespace gt
