#include "notify/send.h"

#include "base/text.h"
#include "definition/read_notify.h"

namespace gt {

namespace {

constexpr std::size_t answer_bytes_max = 500, shown_body_bytes_max = 200;
constexpr int gone = 410;

std::string without(std::string text, const std::vector<std::string>& secrets) {
  for (const std::string& secret : secrets) {
    if (secret.empty()) continue;
    constexpr std::string_view mask = "***";
    for (std::size_t at = 0; (at = text.find(secret, at)) != std::string::npos; at += mask.size())
      text.replace(at, secret.size(), mask);
  }
  return text;
}

std::string shortened(std::string text) {
  if (text.size() <= answer_bytes_max) return text;
  std::size_t end = answer_bytes_max;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return text.substr(0, end) + "…";
}

Sent of_error(const Error& error) {
  if (error.code == Errc::cancelled) return {SendEnd::cancelled, {}};
  const std::string hint = error.hint.empty() ? "" : fmt::format(" ({})", error.hint);
  return {SendEnd::not_now, error.message + hint};
}

Sent of_reply(const HttpReply& reply) {
  std::string answer = fmt::format("status {}", reply.status);
  const bool is_taken = reply.status >= 200 && reply.status < 300;
  if (!is_taken && !trim(reply.body).empty())
    answer += ": " + printable(trim(std::string_view(reply.body).substr(0, shown_body_bytes_max)));
  if (is_taken) return {SendEnd::sent, std::move(answer)};
  return {reply.status == gone ? SendEnd::never : SendEnd::not_now, std::move(answer)};
}

Sent carry_out(const Outgoing& outgoing, const std::stop_token& stop) {
  if (const auto* call = std::get_if<HttpCall>(&outgoing.call)) {
    const auto reply = http_call(*call, stop);
    return reply ? of_reply(*reply) : of_error(reply.error());
  }
  const auto answer = smtp_send(std::get<SmtpCall>(outgoing.call), stop);
  if (answer) return {SendEnd::sent, *answer};
  Sent failed = of_error(answer.error());
  if (answer.error().code == Errc::invalid) failed.end = SendEnd::never;
  return failed;
}

}  // namespace

Result<Receiver> find_receiver(const SendParts& parts, const std::string& project_version,
                               const std::string& name) {
  const std::string text = TRY(parts.receivers_text(project_version));
  Problems problems;
  const Receivers receivers = read_receivers(parse_yaml(text, problems), problems);
  for (const Problem& problem : problems)
    if (problem.severity == Severity::error)
      return Error{Errc::invalid,
                   fmt::format("{}:{}:{}: {}", receivers_file, problem.position.line,
                               problem.position.column, problem.message),
                   problem.hint};
  if (const Receiver* const found = receivers.find(name)) return *found;
  return error(Errc::not_found, "there is no receiver {} in {}", printable(name), receivers_file);
}

Sent send_notification(const SendParts& parts, const NotificationRecord& notification, Time now,
                       std::stop_token stop) {
  const auto receiver = find_receiver(parts, notification.project_version, notification.receiver);
  if (!receiver) return of_error(receiver.error());
  const auto outgoing = make_outgoing(*receiver, notification, parts.outgoing, now);
  if (!outgoing) return of_error(outgoing.error());
  Sent sent = carry_out(*outgoing, stop);
  sent.answer = shortened(without(std::move(sent.answer), outgoing->secrets));
  return sent;
}

}  // namespace gt
