#include "cli/api_server.h"

#include <sys/resource.h>
#include <unistd.h>

#include "base/id.h"
#include "base/text.h"
#include "cli/server_client.h"
#include "cli/values_of_project.h"
#include "server/token_store.h"

namespace gt {

namespace {

constexpr std::size_t epoch_digits = 8;
/// Most of them wait for the disk: those who write at the same time share a commit.
constexpr unsigned worker_threads = 16;

/// Each connection is an open file, and the usual limit is for programs that know no more than a
/// few hundred. Steps keep that: their keeper was forked before.
void open_as_many_files_as_allowed() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max) return;
  limit.rlim_cur = limit.rlim_max;
  (void)::setrlimit(RLIMIT_NOFILE, &limit);
}

std::string epoch_of(Session& session) {
  const std::string uuid = make_uuid(session.clock.now(), session.entropy);
  return uuid.substr(uuid.size() - epoch_digits);
}

std::string text_of(const Session& session, const char* name) {
  const char* const value = session.variable(name);
  return value == nullptr ? "" : value;
}

std::string url_of(const Settings& settings, SettingId id) {
  const SettingValue* const set = settings.find(id);
  std::string url = set == nullptr ? "" : set->text;
  while (url.ends_with('/')) url.pop_back();
  return url;
}

/// With the variables that other programs take for the same.
TelemetrySettings telemetry_settings(const Session& session) {
  TelemetrySettings wanted{
      .openlineage_url = url_of(session.settings(), SettingId::openlineage_url),
      .otlp_url = url_of(session.settings(), SettingId::otlp_url),
      .ca_file = text_of(session, authorities_variable)};
  wanted.names.version = GEARTRAIN_VERSION;
  if (const std::string key = text_of(session, "OPENLINEAGE_API_KEY"); !key.empty())
    wanted.openlineage_headers.add("Authorization", "Bearer " + key);
  if (const std::string name = text_of(session, "OPENLINEAGE_NAMESPACE"); !name.empty())
    wanted.names.namespace_name = name;
  const std::string headers = text_of(session, "OTEL_EXPORTER_OTLP_HEADERS");
  for (const std::string_view one : split(headers, ',')) {
    const std::size_t equals = one.find('=');
    if (equals != std::string_view::npos)
      wanted.otlp_headers.add(std::string(trim(one.substr(0, equals))),
                              std::string(trim(one.substr(equals + 1))));
  }
  return wanted;
}

/// nullopt: without.
Result<std::optional<TlsContext>> tls_of(const Settings& settings) {
  const SettingValue* const certificate = settings.find(SettingId::tls_certificate);
  const SettingValue* const key = settings.find(SettingId::tls_key);
  if (certificate == nullptr && key == nullptr) return std::optional<TlsContext>();
  if (certificate == nullptr || key == nullptr)
    return Error{Errc::invalid, "TLS needs a certificate and its key",
                 "`--tls-certificate FILE --tls-key FILE`"};
  TlsContext context = TRY(TlsContext::for_server(certificate->text, key->text));
  return std::optional(std::move(context));
}

/// What clients may call the server, besides names of this machine for itself.
std::vector<std::string> names_of(const ListenAddress& address,
                                  const std::optional<TlsContext>& tls) {
  std::vector<std::string> names;
  if (tls) names = tls->names();
  const bool is_ipv6 = address.host.find(':') != std::string::npos;
  names.push_back(is_ipv6 ? "[" + address.host + "]" : address.host);
  return names;
}

}  // namespace

ApiServer::ApiServer(Session& session, Records& records, RunDesk& desk, ProjectDesk& projects,
                     CommandDesk& commands, Say say)
    : session_(session),
      records_(records),
      say_(std::move(say)),
      events_(epoch_of(session)),
      logs_(records.home.at("attempts")),
      metrics_(session.clock.now()),
      commits_(*records.database),
      news_(events_, metrics_),
      api_({.database = *records.database,
            .home = records.home,
            .desk = desk,
            .projects = projects,
            .commands = commands,
            .events = events_,
            .logs = logs_,
            .metrics = metrics_,
            .commits = commits_,
            .clock = session.clock,
            .entropy = entropy_,
            .access = {.origins = {}, .user = ::getuid()},
            .version = GEARTRAIN_VERSION,
            .key_file = key_file_of(session, records.home.path()),
            .report = {}}) {}

Result<void> ApiServer::start(const ListenAddress& address) {
  open_as_many_files_as_allowed();
  std::optional<TlsContext> tls = TRY(tls_of(session_.settings()));
  if (!address.is_loopback() && !tls)
    return Error{
        Errc::denied,
        fmt::format("{} can be reached from other machines, and what is sent there is not "
                    "encrypted",
                    address.text()),
        "`--tls-certificate FILE --tls-key FILE` lets it speak TLS; or listen on 127.0.0.1, and "
        "let a proxy that does (nginx, Caddy, ssh -L) stand in front"};
  const bool has_tls = tls.has_value();
  api_.set_names(has_tls ? "https" : "http", names_of(address, tls));
  TRY(make_first_token());
  attempts_ = TRY(AttemptTokens::open(records_.home, entropy_));
  api_.set_attempts(*attempts_);
  auto started = HttpServer::start(
      {.address = address.host,
       .port = address.port,
       .tls = std::move(tls),
       .worker_threads = worker_threads,
       .plan_body = [this](const HttpRequest& request) { return api_.plan_body(request); },
       .report = {}},
      [this](HttpRequest request) { return api_.answer(std::move(request)); });
  if (!started && started.error().code == Errc::conflict)
    return Error{Errc::conflict, std::move(started).error().message,
                 "`--listen 127.0.0.1:0` takes any free port, `--listen none` has no API"};
  http_ = TRY(std::move(started));
  api_.set_port(http_->port());
  const ListenAddress own{.host = address.host, .port = http_->port()};
  url_ = fmt::format("{}://{}", has_tls ? "https" : "http", own.text());
  say_("listening on " + url_);
  return {};
}

Result<void> ApiServer::make_first_token() {
  TokenStore tokens;
  auto writer = TRY(records_.database->begin_write());
  if (!TRY(tokens.list(writer)).empty()) return {};
  const MadeToken made = TRY(tokens.create(writer, {.name = "first", .scope = AccessScope::admin},
                                           session_.clock.now(), session_.entropy));
  TRY(writer.commit());
  say_(fmt::format("a token for all of the API, shown this once: {}", made.token));
  return {};
}

std::optional<ApiAccess> ApiServer::access_of(const RunRecord& run,
                                              const AttemptId& attempt) const {
  if (url_.empty() || !attempts_) return std::nullopt;
  return ApiAccess{
      url_,
      attempts_->make({.run_uuid = run.uuid, .task = attempt.task, .number = attempt.number})};
}

Result<void> ApiServer::start_telemetry(std::function<void(std::string)> say) {
  TelemetrySettings wanted = telemetry_settings(session_);
  if (!wanted.is_needed()) return {};
  telemetry_ = std::make_unique<Telemetry>(*records_.database, records_.home, session_.clock,
                                           std::move(wanted), std::move(say));
  TRY(telemetry_->start());
  news_.set_telemetry(*telemetry_);
  return {};
}

void ApiServer::stop() {
  if (telemetry_) telemetry_->stop();
  events_.close();
  logs_.stop();
  if (http_) http_->stop();
}

}  // namespace gt
