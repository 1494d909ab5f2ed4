#include "net/io_loop.h"

#include <array>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <cerrno>
#include <exception>
#include <sys/socket.h>
#include <utility>

namespace gt {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

// Few at a time keep a crowd that connects from being served before all others.
constexpr int accepts_in_a_row_max = 16;
constexpr auto accept_pause = std::chrono::milliseconds(100);

// Asio knows a family for its own calls only; the descriptor has its own.
const asio::ip::tcp& protocol() {
  static const asio::ip::tcp any = asio::ip::tcp::v4();
  return any;
}

}  // namespace

struct IoLoop::Asio {
  asio::io_context context{1};
};

IoLoop::IoLoop() : asio_(std::make_unique<Asio>()) {}
IoLoop::~IoLoop() = default;

void IoLoop::run() {
  for (;;) {
    try {
      asio_->context.run();
      return;
    } catch (const std::exception&) {
      // Memory ran out. The session waits for its deadline; the others go on.
      continue;
    }
  }
}

void IoLoop::post(IoAction action) { asio::post(asio_->context, std::move(action)); }

std::shared_ptr<void> IoLoop::hold() {
  using Guard = asio::executor_work_guard<asio::io_context::executor_type>;
  return std::make_shared<Guard>(asio_->context.get_executor());
}

struct IoTimer::Asio {
  explicit Asio(asio::io_context& context) : timer(context) {}
  asio::steady_timer timer;
  // A callback that is already on its way when the timer is set anew has an older number.
  std::uint64_t setting = 0;
};

IoTimer::IoTimer(IoLoop& loop) : asio_(std::make_shared<Asio>(loop.asio().context)) {}
IoTimer::~IoTimer() { cancel(); }

void IoTimer::start(Duration after, IoAction then) {
  const std::uint64_t setting = ++asio_->setting;
  asio_->timer.expires_after(after);
  asio_->timer.async_wait([state = std::weak_ptr(asio_), setting,
                           then = std::move(then)](const error_code& cancelled) mutable {
    const auto timer = state.lock();
    if (!cancelled && timer && timer->setting == setting) then();
  });
}

void IoTimer::cancel() {
  ++asio_->setting;
  asio_->timer.cancel();
}

struct IoSocket::Asio {
  explicit Asio(asio::io_context& context) : socket(context) {}
  asio::ip::tcp::socket socket;
};

IoSocket::IoSocket(IoLoop& loop, UniqueFd fd) : asio_(std::make_unique<Asio>(loop.asio().context)) {
  error_code failed;
  asio_->socket.assign(protocol(), fd.get(), failed);
  // A descriptor that was refused is closed here, and all calls answer that there is none.
  if (failed) return;
  fd.release();
  asio_->socket.non_blocking(true, failed);
}

IoSocket::~IoSocket() { close(); }

void IoSocket::when_readable(IoAction then) {
  asio_->socket.async_wait(asio::socket_base::wait_read,
                           [then = std::move(then)](const error_code& failed) mutable {
                             if (!failed) then();
                           });
}

std::pair<IoSocket::Read, std::size_t> IoSocket::read(std::span<char> buffer) {
  error_code failed;
  const std::size_t size =
      asio_->socket.read_some(asio::buffer(buffer.data(), buffer.size()), failed);
  if (failed == asio::error::would_block || failed == asio::error::try_again)
    return {Read::nothing_yet, 0};
  if (failed) return {Read::ended, 0};
  return {Read::some, size};
}

void IoSocket::write(std::string_view first, std::string_view second,
                     std::move_only_function<void(bool)> then) {
  const std::array buffers = {asio::buffer(first.data(), first.size()),
                              asio::buffer(second.data(), second.size())};
  asio::async_write(
      asio_->socket, buffers,
      [then = std::move(then)](const error_code& failed, std::size_t) mutable { then(!failed); });
}

void IoSocket::end_sending() {
  error_code ignored;
  asio_->socket.shutdown(asio::socket_base::shutdown_send, ignored);
}

void IoSocket::close() {
  error_code ignored;
  asio_->socket.close(ignored);
}

void IoSocket::abort() {
  error_code ignored;
  asio_->socket.set_option(asio::socket_base::linger(true, 0), ignored);
  close();
}

struct IoListener::Asio : std::enable_shared_from_this<Asio> {
  Asio(asio::io_context& context, UniqueFd fd) : acceptor(context), pause(context) {
    error_code failed;
    acceptor.assign(protocol(), fd.get(), failed);
    if (!failed) fd.release();
  }

  void wait() {
    acceptor.async_wait(asio::socket_base::wait_read,
                        [self = shared_from_this()](const error_code& failed) {
                          if (!failed) self->accept();
                        });
  }

  void accept() {
    for (int i = 0; i < accepts_in_a_row_max && acceptor.is_open(); ++i) {
      // Not by Asio, which lets programs that are started meanwhile inherit the connection.
      UniqueFd fd(
          ::accept4(acceptor.native_handle(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
      if (fd) {
        on_connection(std::move(fd));
        continue;
      }
      // Gone before we came, or a signal: the next one.
      if (errno == ECONNABORTED || errno == EINTR) continue;
      if (errno != EAGAIN && errno != EWOULDBLOCK) return accept_later();
      break;
    }
    if (acceptor.is_open()) wait();
  }

  // The connection that could not be taken stays readable: to try at once would be a busy loop.
  void accept_later() {
    pause.expires_after(accept_pause);
    pause.async_wait([self = shared_from_this()](const error_code& cancelled) {
      if (!cancelled && self->acceptor.is_open()) self->accept();
    });
  }

  asio::ip::tcp::acceptor acceptor;
  asio::steady_timer pause;
  std::function<void(UniqueFd)> on_connection;
};

IoListener::IoListener(IoLoop& loop, UniqueFd fd)
    : asio_(std::make_shared<Asio>(loop.asio().context, std::move(fd))) {}

IoListener::~IoListener() { close(); }

void IoListener::start(std::function<void(UniqueFd)> on_connection) {
  asio_->on_connection = std::move(on_connection);
  asio_->wait();
}

void IoListener::close() {
  error_code ignored;
  asio_->acceptor.close(ignored);
  asio_->pause.cancel();
}

}  // namespace gt
