/// Who is told of what becomes of a pipeline's runs: `notify:` of a pipeline, and the receivers
/// that the project's `receivers.yaml` names.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/problem.h"
#include "expression/template.h"

namespace gt {

/// The file of receivers, in the project's root.
inline constexpr const char* receivers_file = "receivers.yaml";

/// What there is to tell of a run.
enum class NotificationKind : std::uint8_t {
  failed,
  succeeded,
  recovered,  ///< it succeeded, and the end before it of the pipeline was a failure
  cancelled,
  deadline_missed,  ///< the run, or a task of it, has not ended by its `deadline`
  approval_wanted,  ///< a task waits for a person's decision
};

/// One entry of `notify:`.
struct NotifyRule {
  std::vector<NotificationKind> on;      ///< each once
  std::vector<std::string> to;           ///< names of receivers, each once
  std::vector<Position> positions = {};  ///< of these names
};

/// Whether the rule is about it. Who wants to hear of successes hears of one after a failure, too.
bool is_about(const NotifyRule& rule, NotificationKind kind);

/// `webhook:` of a receiver: a POST, signed if there is a secret.
struct WebhookReceiver {
  Template url;
  std::optional<Template> secret = {};
  std::vector<std::pair<std::string, Template>> headers = {};
  std::string content_type = "application/json";
};

/// `slack:` of a receiver: what takes messages as Slack does.
struct SlackReceiver {
  Template url;
};

enum class MailEncryption : std::uint8_t {
  none,
  starttls,  ///< begun in the clear, and nothing is sent before it is encrypted
  tls,       ///< from the first byte
};

/// `mail:` of a receiver: an SMTP server that takes the message for these addresses.
struct MailReceiver {
  std::string server;
  std::uint16_t port = 587;
  MailEncryption encryption = MailEncryption::starttls;
  std::optional<Template> user = {};
  std::optional<Template> password = {};
  std::string from;             ///< "Name <address>" or "address"
  std::vector<std::string> to;  ///< the same
};

struct Receiver {
  std::string name;
  std::variant<WebhookReceiver, SlackReceiver, MailReceiver> way;
  std::optional<Template> text = {};     ///< `template:`; else the usual one
  std::optional<Template> subject = {};  ///< of a mail
  Position position = {};
};

/// What `receivers.yaml` says.
struct Receivers {
  std::vector<Receiver> all;
  /// Of pipelines that say no `notify` of their own.
  std::vector<NotifyRule> defaults;

  const Receiver* find(std::string_view name) const;
};

/// Words as in the file, SQL and JSON.
const char* to_text(NotificationKind kind);
const char* to_text(MailEncryption encryption);
std::optional<NotificationKind> parse_notification_kind(std::string_view text);
std::optional<MailEncryption> parse_mail_encryption(std::string_view text);
std::vector<std::string> notification_kind_words();
std::vector<std::string> mail_encryption_words();

}  // namespace gt
