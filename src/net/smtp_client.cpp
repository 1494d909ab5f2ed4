#include "net/smtp_client.h"

#include <algorithm>
#include <array>
#include <fmt/ranges.h>

#include "base/base64.h"
#include "base/text.h"
#include "net/patience.h"
#include "net/wire.h"

namespace gt {

namespace {

/// RFC 5321 asks for 512 bytes a line; some servers say more.
constexpr std::size_t line_bytes_max = 4096, lines_max = 100, shown_bytes_max = 300;

struct Reply {
  int code = 0;
  std::vector<std::string> lines;

  bool is_good() const { return code >= 200 && code < 400; }
  bool is_for_good() const { return code >= 500; }
  /// On one line, for people.
  std::string text() const {
    const std::string all = printable(fmt::format("{} {}", code, fmt::join(lines, " ")));
    return all.size() <= shown_bytes_max ? all : all.substr(0, shown_bytes_max) + "…";
  }
};

/// What cannot stand in a line of the protocol.
bool is_one_line(std::string_view text) {
  return std::ranges::none_of(text, [](char c) { return (c >= 0 && c <= ' ') || c == '\x7f'; });
}

Error refusal(std::string_view what, const Reply& reply) {
  return error(reply.is_for_good() ? Errc::invalid : Errc::unavailable, "{}: {}", what,
               reply.text());
}

class Conversation {
 public:
  explicit Conversation(Wire wire) : wire_(std::move(wire)) {}

  Result<Reply> read_reply();
  Result<Reply> ask(std::string_view line);
  /// A reply that is not good is an error; `what` is what was asked.
  Result<Reply> ask(std::string_view line, std::string_view what);
  Result<void> greet();
  Result<void> encrypt(const TlsContext& context, const std::string& host);
  Result<void> log_in(const SmtpCall::Login& login);
  Result<std::string> give(const SmtpCall& call);
  void leave();

 private:
  Result<std::string> read_line();
  bool offers(std::string_view keyword, std::string_view parameter = {}) const;
  Result<void> check_login(const Reply& reply);

  Wire wire_;
  std::string unread_;
  std::vector<std::string> offers_;  ///< lines of the answer to EHLO, in capitals
};

Result<std::string> Conversation::read_line() {
  for (;;) {
    if (const std::size_t end = unread_.find('\n'); end != std::string::npos) {
      std::string line = unread_.substr(0, end);
      unread_.erase(0, end + 1);
      if (line.ends_with('\r')) line.pop_back();
      return line;
    }
    if (unread_.size() > line_bytes_max)
      return error(Errc::unavailable, "the server does not speak SMTP: a line without an end");
    std::array<char, 4096> buffer;
    const std::size_t size = TRY(wire_.read(buffer));
    if (size == 0) return error(Errc::unavailable, "the server closed the connection");
    unread_.append(buffer.data(), size);
  }
}

Result<Reply> Conversation::read_reply() {
  Reply reply;
  for (std::size_t count = 0; count < lines_max; ++count) {
    const std::string line = TRY(read_line());
    const bool has_code =
        line.size() >= 3 &&
        std::all_of(line.begin(), line.begin() + 3, [](char c) { return c >= '0' && c <= '9'; });
    const bool goes_on = line.size() > 3 && line[3] == '-';
    if (!has_code || (line.size() > 3 && !goes_on && line[3] != ' '))
      return error(Errc::unavailable, "the server does not speak SMTP: it said {}",
                   printable(line.substr(0, shown_bytes_max)));
    reply.code = (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
    reply.lines.push_back(line.substr(std::min<std::size_t>(4, line.size())));
    if (!goes_on) return reply;
  }
  return error(Errc::unavailable, "the server does not speak SMTP: an answer without an end");
}

Result<Reply> Conversation::ask(std::string_view line) {
  TRY(wire_.write(std::string(line) + "\r\n"));
  return read_reply();
}

Result<Reply> Conversation::ask(std::string_view line, std::string_view what) {
  Reply reply = TRY(ask(line));
  if (!reply.is_good()) return refusal(what, reply);
  return reply;
}

bool Conversation::offers(std::string_view keyword, std::string_view parameter) const {
  return std::ranges::any_of(offers_, [&](const std::string& line) {
    const auto words = split(line, ' ');
    return words.front() == keyword &&
           (parameter.empty() || std::ranges::find(words, parameter) != words.end());
  });
}

Result<void> Conversation::greet() {
  const Reply reply = TRY(ask("EHLO localhost", "the server does not greet"));
  offers_ = reply.lines;
  for (std::string& line : offers_)
    std::ranges::transform(line, line.begin(), [](char c) {
      return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    });
  return {};
}

/// What was said in the clear counts no more.
Result<void> Conversation::encrypt(const TlsContext& context, const std::string& host) {
  if (!offers("STARTTLS"))
    return error(Errc::denied,
                 "the server does not offer STARTTLS, and nothing is sent in the clear");
  TRY(ask("STARTTLS", "STARTTLS is refused"));
  if (!unread_.empty()) return error(Errc::unavailable, "the server speaks before TLS begins");
  TRY(wire_.start_tls(context, host));
  return greet();
}

Result<void> Conversation::check_login(const Reply& reply) {
  if (reply.is_good()) return {};
  return error(reply.is_for_good() ? Errc::denied : Errc::unavailable,
               "the server does not take user and password: {}", reply.text());
}

Result<void> Conversation::log_in(const SmtpCall::Login& login) {
  if (offers("AUTH", "PLAIN")) {
    const std::string secret = '\0' + login.user + '\0' + login.password;
    const Reply reply = TRY(ask("AUTH PLAIN " + base64(secret)));
    return check_login(reply);
  }
  if (!offers("AUTH", "LOGIN"))
    return error(Errc::denied,
                 "the server takes no password: it offers neither AUTH PLAIN nor LOGIN");
  TRY(ask("AUTH LOGIN", "the server takes no password"));
  TRY(ask(base64(login.user), "the server does not take the user"));
  const Reply reply = TRY(ask(base64(login.password)));
  return check_login(reply);
}

/// A line that begins with a dot gets another one (RFC 5321, 4.5.2).
std::string as_data(std::string_view message) {
  std::string data;
  data.reserve(message.size() + 16);
  for (std::string_view line : split(message, '\n')) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.starts_with('.')) data += '.';
    data += line;
    data += "\r\n";
  }
  // The last break ends a line, and begins none.
  if (message.ends_with('\n')) data.resize(data.size() - 2);
  return data + ".";
}

Result<std::string> Conversation::give(const SmtpCall& call) {
  TRY(ask(fmt::format("MAIL FROM:<{}>", call.from), "the sender is refused"));
  std::string refused;
  std::size_t refused_count = 0;
  for (const std::string& address : call.to) {
    const Reply reply = TRY(ask(fmt::format("RCPT TO:<{}>", address)));
    if (reply.is_good()) continue;
    const std::string what = fmt::format("{} is refused", address);
    if (!reply.is_for_good() || ++refused_count == call.to.size()) return refusal(what, reply);
    refused += fmt::format("; {}: {}", what, reply.text());
  }
  TRY(ask("DATA", "the mail is refused"));
  const Reply taken = TRY(ask(as_data(call.message), "the mail is refused"));
  return taken.text() + refused;
}

/// The mail is taken: whatever is said now changes nothing.
void Conversation::leave() {
  (void)wire_.write("QUIT\r\n").ok();
  wire_.end();
}

Result<void> check_call(const SmtpCall& call) {
  if (!is_one_line(call.from) || !std::ranges::all_of(call.to, is_one_line))
    return error(Errc::invalid, "an address has blanks or control characters");
  if (call.login && call.login->user.find('\0') != std::string::npos)
    return error(Errc::invalid, "the user has a control character");
  return {};
}

Result<std::string> converse(const SmtpCall& call, Patience& patience) {
  Wire wire = TRY(Wire::connect(call.server, call.port, call.connect_time_max, patience));
  std::optional<TlsContext> context;
  if (call.encryption != SmtpEncryption::none) context = TRY(TlsContext::for_client(call.ca_file));
  if (call.encryption == SmtpEncryption::tls) TRY(wire.start_tls(*context, call.server));
  Conversation server(std::move(wire));
  const Reply greeting = TRY(server.read_reply().context("waiting for its greeting"));
  if (!greeting.is_good()) return refusal("it takes no mail", greeting);
  TRY(server.greet());
  if (call.encryption == SmtpEncryption::starttls) TRY(server.encrypt(*context, call.server));
  if (call.login) TRY(server.log_in(*call.login));
  std::string answer = TRY(server.give(call));
  server.leave();
  return answer;
}

}  // namespace

Result<std::string> smtp_send(const SmtpCall& call, std::stop_token stop) {
  TRY(check_call(call));
  Patience patience = TRY(Patience::start(call.time_max, std::move(stop)));
  return converse(call, patience).context("{}:{}", call.server, call.port);
}

}  // namespace gt
