#include <algorithm>
#include <cerrno>
#include <unistd.h>
#include <utility>

#include "net/http_session.h"

namespace gt {
namespace {

// The limit of time for a write holds for so much of it.
constexpr std::size_t block_bytes = 64U << 10U;
/// So much of a file is in memory at a time.
constexpr std::int64_t file_piece_bytes = 256U << 10U;

/// Empty where the file has less than it should.
std::string read_piece(int fd, std::int64_t begin, std::int64_t bytes) {
  std::string piece(static_cast<std::size_t>(bytes), '\0');
  std::size_t there = 0;
  while (there < piece.size()) {
    const ssize_t read = ::pread(fd, piece.data() + there, piece.size() - there,
                                 begin + static_cast<std::int64_t>(there));
    if (read < 0 && errno == EINTR) continue;
    if (read <= 0) return {};
    there += static_cast<std::size_t>(read);
  }
  return piece;
}

}  // namespace

// Exactly one answer for each request: the client counts them.
void HttpSession::answer(HttpResponse response) {
  auto* const stream = std::get_if<std::shared_ptr<EventStream>>(&response.body);
  auto* const file = std::get_if<std::shared_ptr<FileBody>>(&response.body);
  if (phase_ == Phase::closed) {
    if (stream != nullptr && *stream) (*stream)->detach();
    return;
  }
  if ((stream != nullptr && !*stream) || (file != nullptr && !*file))
    return refuse(problem(500, "the server made a mistake"));
  if (shared_.is_stopping || stream != nullptr) keeps_alive_ = false;
  AnswerForm form{.is_http_1_0 = is_http_1_0_, .keeps_alive = keeps_alive_};
  if (stream != nullptr) {
    form.body_bytes = std::nullopt;
    if (response.headers.find("Content-Type") == nullptr)
      response.headers.add("Content-Type", (*stream)->options().content_type);
    if (response.headers.find("Cache-Control") == nullptr)
      response.headers.add("Cache-Control", "no-store");
  } else if (file != nullptr) {
    form.body_bytes = static_cast<std::size_t>((*file)->bytes);
  } else {
    form.body_bytes = std::get<std::string>(response.body).size();
  }

  auto head = answer_head(response, form);
  if (!head) {
    if (shared_.options.report) shared_.options.report(head.error().message);
    if (stream != nullptr) (*stream)->detach();
    return refuse(problem(500, "the server made a mistake"));
  }
  if (stream != nullptr) return begin_stream(std::move(*stream), *std::move(head));
  phase_ = Phase::answering;
  head_ = *std::move(head);
  const bool is_bare = is_head_ || !has_body(response.status);
  body_.clear();
  if (file != nullptr && !is_bare)
    file_ = std::move(*file);
  else if (file == nullptr && !is_bare)
    body_ = std::move(std::get<std::string>(response.body));
  written_ = 0;
  write();
}

// The connection has no other use after it.
void HttpSession::refuse(HttpResponse response) {
  // "100 Continue" does not even fit into the kernel's buffer.
  if (is_writing_) return close();
  phase_ = Phase::answering;
  parser_ = nullptr;
  free_memory(input_);
  keeps_alive_ = false;
  auto& body = std::get<std::string>(response.body);
  // Problems of ours can always be sent.
  head_ = answer_head(response, {.keeps_alive = false, .body_bytes = body.size()}).value_or({});
  body_ = is_head_ ? std::string() : std::move(body);
  written_ = 0;
  write();
}

void HttpSession::write() {
  const std::string_view head = std::string_view(head_).substr(std::min(written_, head_.size()));
  const std::size_t body_begin = written_ - std::min(written_, head_.size());
  const std::size_t room = block_bytes - std::min(head.size(), block_bytes);
  const std::string_view body = std::string_view(body_).substr(body_begin, room);
  if (head.empty() && body.empty()) return on_written();
  set_deadline(shared_.options.write_seconds_max, &HttpSession::abort);
  socket_.write(head, body,
                [self = shared_from_this(), size = head.size() + body.size()](bool is_sent) {
                  if (self->phase_ == Phase::closed) return;
                  if (!is_sent) return self->close();
                  self->written_ += size;
                  self->write();
                });
}

void HttpSession::on_written() {
  free_memory(head_);
  free_memory(body_);
  if (file_ && file_->bytes > 0) return read_file_piece();
  file_ = nullptr;
  if (keeps_alive_)
    await_request();
  else
    leave();
}

void HttpSession::read_file_piece() {
  timer_.cancel();
  const std::int64_t bytes = std::min(file_->bytes, file_piece_bytes);
  shared_.workers->add([self = shared_from_this(), file = file_, begin = file_->begin, bytes,
                        hold = shared_.loop.hold()]() mutable {
    std::string piece = read_piece(file->fd.get(), begin, bytes);
    file = nullptr;
    IoLoop& loop = self->shared_.loop;
    loop.post([self = std::move(self), piece = std::move(piece)]() mutable {
      self->on_file_piece(std::move(piece));
    });
  });
}

void HttpSession::on_file_piece(std::string piece) {
  if (phase_ == Phase::closed) return;
  // The length has been said; only the end of the connection can tell that it was wrong.
  if (piece.empty()) return abort();
  const auto size = static_cast<std::int64_t>(piece.size());
  file_->begin += size;
  file_->bytes -= size;
  body_ = std::move(piece);
  written_ = 0;
  write();
}

void HttpSession::begin_stream(std::shared_ptr<EventStream> stream, std::string head) {
  phase_ = Phase::streaming;
  free_memory(input_);
  stream_ = std::move(stream);
  // Others may push when this session, and even the server, is gone; then there is nobody to wake.
  stream_->attach([session = weak_from_this(), &loop = shared_.loop] {
    loop.post([session] {
      if (const auto self = session.lock()) self->pump_stream();
    });
  });
  if (is_head_ || shared_.is_stopping) stream_->close();
  is_last_of_stream_ = false;
  // Its end is how we learn that the client is gone.
  await_input();
  head_ = std::move(head);
  stream_bytes_ = 0;
  write_stream_bytes();
}

void HttpSession::pump_stream() {
  if (phase_ != Phase::streaming) return;
  if (stream_->is_overfull()) return abort();
  if (is_writing_) return;
  const EventStream::Taken taken = stream_->take();
  if (is_head_) return leave();
  stream_bytes_ = taken.text.size();
  if (!taken.text.empty() || taken.is_last) return write_stream(taken.text, taken.is_last);
  if (!stream_->options().heartbeat.empty())
    set_deadline(stream_->options().heartbeat_seconds, &HttpSession::beat);
  else
    timer_.cancel();
}

void HttpSession::beat() { write_stream(stream_->options().heartbeat, false); }

void HttpSession::write_stream(std::string_view text, bool is_last) {
  head_.clear();
  if (is_http_1_0_) {
    head_ = text;
  } else {
    // An empty chunk would be the end.
    if (!text.empty()) head_ = fmt::format("{:x}\r\n{}\r\n", text.size(), text);
    if (is_last) head_ += "0\r\n\r\n";
  }
  is_last_of_stream_ = is_last;
  write_stream_bytes();
}

void HttpSession::write_stream_bytes() {
  is_writing_ = true;
  set_deadline(shared_.options.write_seconds_max, &HttpSession::abort);
  socket_.write(head_, {}, [self = shared_from_this()](bool is_sent) {
    if (self->phase_ != Phase::streaming) return;
    if (!is_sent) return self->close();
    self->on_stream_written();
  });
}

void HttpSession::on_stream_written() {
  is_writing_ = false;
  // An idle stream keeps no buffer.
  free_memory(head_);
  stream_->sent(std::exchange(stream_bytes_, 0));
  if (is_last_of_stream_)
    leave();
  else
    pump_stream();
}

}  // namespace gt
