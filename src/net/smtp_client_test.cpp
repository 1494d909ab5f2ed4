#include "net/smtp_client.h"

#include <doctest/doctest.h>
#include <thread>

#include "net/test_server.h"

namespace gt {
namespace {

/// Says what it was told, one answer for each line that comes; keeps what came.
class TalkingServer {
 public:
  explicit TalkingServer(std::vector<std::string> answers)
      : answers_(std::move(answers)), thread_([this] { serve(); }) {}

  std::uint16_t port() const { return listener_.port(); }
  std::string heard() {
    thread_.join();
    thread_ = std::jthread([] {});
    return heard_;
  }

 private:
  static void send(int fd, std::string_view bytes) {
    (void)::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  }
  bool hear(int fd, std::string_view end) {
    std::string line;
    char byte;
    while (::recv(fd, &byte, 1, 0) == 1) {
      line += byte;
      if (!line.ends_with(end)) continue;
      heard_ += line;
      return true;
    }
    return false;
  }
  void serve() {
    pollfd ready = {.fd = listener_.fd(), .events = POLLIN, .revents = 0};
    if (::poll(&ready, 1, 20'000) != 1) return;
    const UniqueFd peer(::accept4(listener_.fd(), nullptr, nullptr, SOCK_CLOEXEC));
    bool is_data = false;
    for (const std::string& answer : answers_) {
      send(peer.get(), answer);
      is_data = answer.starts_with("354");
      if (!hear(peer.get(), is_data ? "\r\n.\r\n" : "\r\n")) return;
    }
  }

  TestListener listener_;
  std::vector<std::string> answers_;
  std::string heard_;
  std::jthread thread_;
};

SmtpCall call_to(std::uint16_t port) {
  return {.server = "127.0.0.1",
          .port = port,
          .encryption = SmtpEncryption::none,
          .from = "a@example.org",
          .to = {"b@example.org"},
          .message = "Subject: x\r\n\r\n.dot\r\nend\r\n"};
}

Error failure(std::vector<std::string> answers) {
  TalkingServer server(std::move(answers));
  auto sent = smtp_send(call_to(server.port()));
  REQUIRE_FALSE(sent);
  return std::move(sent).error();
}

TEST_CASE("a mail is given in the words of the protocol, with its dots doubled") {
  TalkingServer server({"220-hello\r\n220 you\r\n", "250-me\r\n250 8BITMIME\r\n", "250 ok\r\n",
                        "250 ok\r\n", "354 go on\r\n", "250 2.0.0 as 7\r\n"});
  const auto sent = smtp_send(call_to(server.port()));
  REQUIRE_MESSAGE(sent, sent.error().message);
  CHECK(*sent == "250 2.0.0 as 7");
  CHECK(server.heard() ==
        "EHLO localhost\r\nMAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.org>\r\nDATA\r\n"
        "Subject: x\r\n\r\n..dot\r\nend\r\n.\r\nQUIT\r\n");
}

TEST_CASE("what is refused for good is told apart from what is put off") {
  const Error never = failure({"220 a\r\n", "250 a\r\n", "550 not you\r\n"});
  CHECK(never.code == Errc::invalid);
  CHECK(never.message.ends_with("the sender is refused: 550 not you"));
  const Error later = failure({"220 a\r\n", "250 a\r\n", "450 not now\r\n"});
  CHECK(later.code == Errc::unavailable);
  CHECK(failure({"554 no mail here\r\n"}).code == Errc::invalid);
}

TEST_CASE("a server that says what is no SMTP is left") {
  for (const char* const said : {"HTTP/1.1 400 Bad Request\r\n", "22\r\n", "220+a\r\n", "\r\n"}) {
    const Error told = failure({said});
    CHECK(told.code == Errc::unavailable);
    CHECK(told.message.find("does not speak SMTP") != std::string::npos);
  }
  std::string endless;
  for (int i = 0; i < 200; ++i) endless += "220-more\r\n";
  CHECK(failure({endless}).message.ends_with("an answer without an end"));
  CHECK(failure({std::string(10'000, '2')}).message.ends_with("a line without an end"));
  CHECK(failure({}).message.ends_with("the server closed the connection"));
}

TEST_CASE("a server that hangs is left when its time is over, or when we are to stop") {
  const TestListener silent;
  SmtpCall call = call_to(silent.port());
  call.time_max = std::chrono::milliseconds(50);
  const auto late = smtp_send(call);
  REQUIRE_FALSE(late);
  CHECK(late.error().code == Errc::unavailable);
  CHECK(late.error().message.find("waiting for its greeting") != std::string::npos);
  call.time_max = std::chrono::hours(1);
  std::stop_source stop;
  stop.request_stop();
  CHECK(smtp_send(call, stop.get_token()).error().code == Errc::cancelled);
}

TEST_CASE("nothing that is no address goes over the wire") {
  SmtpCall call = call_to(1);
  call.to = {"b@example.org>\r\nRCPT TO:<all@example.org"};
  CHECK(smtp_send(call).error().code == Errc::invalid);
}

TEST_CASE("what a server said before TLS begins is not believed") {
  TalkingServer server({"220 a\r\n", "250 STARTTLS\r\n", "220 go on\r\n250 AUTH PLAIN\r\n"});
  SmtpCall call = call_to(server.port());
  call.encryption = SmtpEncryption::starttls;
  const auto sent = smtp_send(call);
  REQUIRE_FALSE(sent);
  CHECK(sent.error().message.ends_with("the server speaks before TLS begins"));
}

}  // namespace
}  // namespace gt
