#include "definition/read_receiver.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "base/text.h"
#include "definition/check_references.h"
#include "definition/fields.h"
#include "definition/limits.h"
#include "definition/pipeline.h"
#include "definition/problems.h"
#include "net/mail_address.h"
#include "net/url.h"

namespace gt {
namespace {

using definition_limits::addresses_max;

constexpr auto ways = std::to_array<const char*>({"webhook", "slack", "mail"});
constexpr const char* ways_text = "`webhook`, `slack` or `mail`";

/// Ports by the kind of encryption, as servers have them (RFC 8314, RFC 6409).
std::uint16_t usual_port(MailEncryption encryption) {
  switch (encryption) {
    case MailEncryption::none:
      return 25;
    case MailEncryption::starttls:
      return 587;
    case MailEncryption::tls:
      return 465;
  }
  return 0;
}

/// Fields that the call itself has.
bool is_own_field(std::string_view name) {
  std::string lower(name);
  std::ranges::transform(lower, lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  constexpr auto own = std::to_array<std::string_view>(
      {"host", "content-length", "transfer-encoding", "connection", "content-type", "user-agent"});
  return std::ranges::find(own, lower) != own.end() || lower.starts_with("webhook-");
}

bool is_field_name(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
  });
}

bool has_secret(const Template& text) {
  bool found = false;
  text.for_each_reference(
      [&](const Reference& reference) { found = found || reference.path[0] == "secrets"; });
  return found;
}

bool is_this_machine(std::string_view host) {
  return host == "localhost" || host == "::1" || host.starts_with("127.");
}

class ReceiverReader {
 public:
  ReceiverReader(YamlNode node, std::string what, Problems& problems)
      : node_(node), what_(std::move(what)), problems_(problems) {}

  void read(Receiver& receiver);

 private:
  void add(YamlNode at, std::string message, std::string expected = {}, std::string hint = {}) {
    problems_.push_back(
        error_problem(at.position(), std::move(message), std::move(expected), std::move(hint)));
  }
  const char* find_way();
  std::optional<Template> read_expression(YamlNode node, const std::string& what, Place place);
  std::optional<Template> read_credential(YamlNode way, const char* key);
  Template read_url(YamlNode way);
  WebhookReceiver read_webhook(YamlNode way);
  void read_headers(YamlNode node, WebhookReceiver& webhook);
  SlackReceiver read_slack(YamlNode way);
  MailReceiver read_mail(YamlNode way);
  void check_address(YamlNode node, const std::string& text);
  void check_password(YamlNode way, const MailReceiver& mail);

  YamlNode node_;
  std::string what_;
  Problems& problems_;
};

void ReceiverReader::read(Receiver& receiver) {
  check_keys(node_, receiver_keys, what_, problems_);
  if (const char* const key = find_way()) {
    const std::string_view way = key;
    const YamlNode node = *node_.find(key);
    if (!node.is(YamlKind::mapping))
      add_wrong_kind(node, fmt::format("`{}`", key), "a mapping", problems_);
    else if (way == "webhook")
      receiver.way = read_webhook(node);
    else if (way == "slack")
      receiver.way = read_slack(node);
    else
      receiver.way = read_mail(node);
    if (const auto subject = node_.find("subject"); subject && way != "mail")
      add(*subject, fmt::format("`subject` beside `{}`", key), "", "only a mail has one");
  }
  if (const auto text = node_.find("template"))
    receiver.text = read_expression(*text, "`template`", Place::message);
  if (const auto subject = node_.find("subject"))
    receiver.subject = read_expression(*subject, "`subject`", Place::message);
}

/// nullptr, and told, where there is not exactly one.
const char* ReceiverReader::find_way() {
  const char* found = nullptr;
  for (const char* const way : ways) {
    const auto node = node_.find(way);
    if (!node) continue;
    if (found != nullptr) {
      add(*node, fmt::format("{} has both `{}` and `{}`", what_, found, way), "one of them",
          "`to` of a rule takes several receivers");
      return nullptr;
    }
    found = way;
  }
  bool has_unknown = false;
  for (const YamlEntry entry : node_.entries())
    has_unknown = has_unknown || receiver_keys.find(entry.key.text()) == nullptr;
  if (found == nullptr && !has_unknown && !node_.is_incomplete())
    add(node_, fmt::format("{} does not say how it is told", what_), ways_text);
  return found;
}

std::optional<Template> ReceiverReader::read_expression(YamlNode node, const std::string& what,
                                                        Place place) {
  static const Pipeline no_pipeline;
  static const Damage no_damage;
  auto text = read_template(node, what, problems_);
  if (!text) return std::nullopt;
  const FileTypes file{.pipeline = no_pipeline, .damage = no_damage, .params = {}, .variables = {}};
  const PlaceTypes types(file, place, nullptr, nullptr);
  if (check_references(*text, types, problems_)) (void)infer(*text, types, problems_);
  return text;
}

/// What would be known to whoever reads the file is refused.
std::optional<Template> ReceiverReader::read_credential(YamlNode way, const char* key) {
  const auto node = way.find(key);
  if (!node) return std::nullopt;
  auto text = read_expression(*node, fmt::format("`{}`", key), Place::credential);
  if (text && !has_secret(*text))
    add(*node, fmt::format("`{}` stands in the file", key),
        "a secret, as in \"${{ secrets.NAME }}\"",
        "its value comes from GEARTRAIN_SECRET_NAME, or from the file of secrets");
  return text;
}

Template ReceiverReader::read_url(YamlNode way) {
  const auto node = way.find("url");
  if (!node) return {};
  auto text = read_expression(*node, "`url`", Place::address);
  if (!text) return {};
  if (text->is_literal())
    if (const auto url = parse_url(text->source()); !url)
      add(*node, fmt::format("`url` is no address: {}", url.error().message),
          "an address, as in https://example.org/hook");
  return *std::move(text);
}

WebhookReceiver ReceiverReader::read_webhook(YamlNode way) {
  check_keys(way, webhook_receiver_keys, "`webhook`", problems_);
  WebhookReceiver webhook{.url = read_url(way), .secret = read_credential(way, "secret")};
  if (const auto headers = way.find("headers")) read_headers(*headers, webhook);
  if (const auto type = way.find("content_type")) {
    webhook.content_type = read_text(*type, "`content_type`", problems_).value_or("");
    if (!node_.find("template"))
      add(*type, "`content_type` without `template`", "", "what is sent without one is JSON");
    else if (webhook.content_type.find('/') == std::string::npos ||
             printable(webhook.content_type) != webhook.content_type)
      add(*type, "`content_type` is none", "a type, as in text/plain");
  }
  return webhook;
}

void ReceiverReader::read_headers(YamlNode node, WebhookReceiver& webhook) {
  if (!node.is(YamlKind::mapping))
    return add_wrong_kind(node, "`headers`", "a mapping of names to texts", problems_);
  if (node.size() > addresses_max)
    return add(node, fmt::format("more than {} `headers`", addresses_max), "fewer",
               "the limit is addresses_max");
  for (const YamlEntry entry : node.entries()) {
    const std::string name(entry.key.text());
    if (!is_field_name(name))
      add(entry.key, fmt::format("`{}` is no name of a header field", printable(name)),
          "letters, digits, - and _");
    else if (is_own_field(name))
      add(entry.key, fmt::format("`{}` cannot be set", name), "",
          "each call has its own; `content_type` is a key of `webhook`");
    else if (auto value = read_expression(entry.value, fmt::format("`{}`", name), Place::address))
      webhook.headers.emplace_back(name, *std::move(value));
  }
}

SlackReceiver ReceiverReader::read_slack(YamlNode way) {
  check_keys(way, slack_receiver_keys, "`slack`", problems_);
  SlackReceiver slack{.url = read_url(way)};
  const auto node = way.find("url");
  if (node && !has_secret(slack.url) && node->is(YamlKind::text))
    add(*node, "`url` of `slack` stands in the file", "a secret, as in \"${{ secrets.SLACK }}\"",
        "whoever knows the address can write there");
  return slack;
}

void ReceiverReader::check_address(YamlNode node, const std::string& text) {
  if (const auto parsed = parse_mail_address(text); !parsed)
    add(node, fmt::format("`{}` is no address for mail", printable(text)),
        "an address, as in ops@example.org or Ops <ops@example.org>");
}

MailReceiver ReceiverReader::read_mail(YamlNode way) {
  check_keys(way, mail_receiver_keys, "`mail`", problems_);
  MailReceiver mail;
  if (const auto server = way.find("server")) {
    mail.server = read_text(*server, "`server`", problems_).value_or("");
    if (mail.server.find_first_of("/ @") != std::string::npos ||
        printable(mail.server) != mail.server)
      add(*server, fmt::format("`server` is `{}`", printable(mail.server)),
          "the name of a machine, as in smtp.example.org",
          "`port` and `tls` are keys of their own");
  }
  if (const auto tls = way.find("tls"))
    mail.encryption =
        read_word(*tls, "`tls`", parse_mail_encryption, mail_encryption_words(), problems_)
            .value_or(mail.encryption);
  mail.port = usual_port(mail.encryption);
  if (const auto port = way.find("port"))
    mail.port = static_cast<std::uint16_t>(
        read_integer(*port, "`port`", 1, 65'535, problems_).value_or(mail.port));
  if (const auto user = way.find("user"))
    mail.user = read_expression(*user, "`user`", Place::credential);
  mail.password = read_credential(way, "password");
  check_password(way, mail);
  if (const auto from = way.find("from"))
    if (auto text = read_text(*from, "`from`", problems_)) {
      check_address(*from, *text);
      mail.from = *std::move(text);
    }
  if (const auto to = way.find("to")) {
    for_each_text(*to, "`to`", problems_, [&](YamlNode item, std::string text) {
      check_address(item, text);
      mail.to.push_back(std::move(text));
    });
    if (to->is(YamlKind::list) && (to->size() == 0 || to->size() > addresses_max))
      add(*to, fmt::format("`to` has {} addresses", to->size()),
          fmt::format("from 1 to {}", addresses_max));
  }
  return mail;
}

void ReceiverReader::check_password(YamlNode way, const MailReceiver& mail) {
  const auto user = way.find("user");
  const auto password = way.find("password");
  if (user && !password) add(*user, "`user` without `password`", "both, or none");
  if (password && !user) add(*password, "`password` without `user`", "both, or none");
  if (password && mail.encryption == MailEncryption::none && !is_this_machine(mail.server))
    add(*password, "`password` with `tls: none`: anybody on the way could read it",
        "`tls: starttls` or `tls: tls`");
}

}  // namespace

Receiver read_receiver(YamlEntry entry, Problems& problems) {
  Receiver receiver{.name = read_name(entry.key, "receiver name", problems).value_or(""),
                    .way = WebhookReceiver{},
                    .position = entry.key.position()};
  const std::string what = fmt::format("receiver `{}`", printable(entry.key.text()));
  if (entry.value.is(YamlKind::mapping))
    ReceiverReader(entry.value, what, problems).read(receiver);
  else
    add_wrong_kind(entry.value, what, fmt::format("a mapping with {}", ways_text), problems);
  return receiver;
}

}  // namespace gt
