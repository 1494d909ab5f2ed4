#include "net/mail_message.h"

#include <doctest/doctest.h>

#include "base/base64.h"
#include "base/text.h"

namespace gt {
namespace {

MailMessage message() {
  return {
      .from = {"Geartrain", "gears@example.org"},
      .to = {{"", "ops@example.org"}},
      .subject = "flights/12 failed",
      .text = "It failed.\n",
      .date = Time(std::chrono::sys_days(std::chrono::year(2026) / 11 / 9)) + std::chrono::hours(7),
      .message_id = "1@example.org"};
}

std::string field(const std::string& text, const std::string& name) {
  const std::size_t at = text.find("\r\n" + name + ": ");
  REQUIRE(at != std::string::npos);
  const std::size_t start = at + name.size() + 4;
  std::size_t end = text.find("\r\n", start);
  while (text[end + 2] == ' ') end = text.find("\r\n", end + 2);
  return text.substr(start, end - start);
}

TEST_CASE("a mail has its fields, then its text in base64") {
  const std::string text = mail_text(message());
  CHECK(text.starts_with("From: \"Geartrain\" <gears@example.org>\r\nTo: ops@example.org\r\n"));
  CHECK(field(text, "Date") == "Mon, 9 Nov 2026 07:00:00 +0000");
  CHECK(field(text, "Message-ID") == "<1@example.org>");
  CHECK(text.ends_with("\r\n\r\n" + base64("It failed.\r\n\r\n") + "\r\n"));
}

TEST_CASE("text beyond ASCII is encoded in words that are no longer than they may be") {
  MailMessage mail = message();
  mail.subject = "";
  for (int i = 0; i < 40; ++i) mail.subject += "größer ";
  mail.to = {{"Ünal", "u@example.org"}};
  const std::string text = mail_text(mail);
  std::string subject;
  const std::string folded = field(text, "Subject");
  for (std::string_view word : split(folded, '\n')) {
    word = trim(word);
    CHECK(word.size() <= 75);
    REQUIRE(word.starts_with("=?UTF-8?B?"));
    const auto bytes = decode_base64(word.substr(10, word.size() - 12));
    REQUIRE(bytes);
    CHECK(is_utf8(*bytes));
    subject += *bytes;
  }
  CHECK(subject == mail.subject);
  CHECK(field(text, "To") == fmt::format("=?UTF-8?B?{}?= <u@example.org>", base64("Ünal")));
}

TEST_CASE("nothing in a subject can begin another field") {
  MailMessage mail = message();
  for (const char* const subject : {"a\r\nBcc: all@example.org", "a\nBcc: all@example.org",
                                    "a\rBcc: all@example.org", "a\r\n\r\nBcc: all@example.org"}) {
    mail.subject = subject;
    CHECK(field(mail_text(mail), "Subject") == "a Bcc: all@example.org");
  }
  mail.subject = "=?UTF-8?B?QQ==?=";
  CHECK(field(mail_text(mail), "Subject") ==
        fmt::format("=?UTF-8?B?{}?=", base64("=?UTF-8?B?QQ==?=")));
  mail.subject = "a\xff";
  CHECK(field(mail_text(mail), "Subject") ==
        fmt::format("=?UTF-8?B?{}?=", base64("a\xef\xbf\xbd")));
}

TEST_CASE("a long subject is cut between characters") {
  MailMessage mail = message();
  for (int i = 0; i < 1000; ++i) mail.subject += "ö";
  CHECK(field(mail_text(mail), "Subject").size() < 1000);
}

TEST_CASE("addresses are one address each") {
  CHECK(parse_mail_address("a.b+c@example.org")->address == "a.b+c@example.org");
  const auto named = parse_mail_address(" \"Ops, all\" <ops@example.org> ");
  REQUIRE(named);
  CHECK(named->name == "Ops, all");
  CHECK(named->address == "ops@example.org");
  for (const char* const wrong :
       {"", "a", "@b", "a@", "a b@c", "a@b, c@d", "a@b\r\nBcc: c@d", "A <a@b", "a@b>", "ü@b",
        "a@-b", "a..b@c", "A\nB <a@b>", "\"A\\\" <a@b>", "<>"})
    CHECK_FALSE(parse_mail_address(wrong));
}

}  // namespace
}  // namespace gt
