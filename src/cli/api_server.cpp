#include "cli/api_server.h"

#include <unistd.h>

#include "base/id.h"
#include "base/text.h"
#include "server/token_store.h"

namespace gt {

namespace {

constexpr std::size_t epoch_digits = 8;

std::string epoch_of(Session& session) {
  const std::string uuid = make_uuid(session.clock.now(), session.entropy);
  return uuid.substr(uuid.size() - epoch_digits);
}

}  // namespace

ApiServer::ApiServer(Session& session, Records& records, RunDesk& desk, Say say)
    : session_(session),
      records_(records),
      say_(std::move(say)),
      events_(epoch_of(session)),
      metrics_(session.clock.now()),
      news_(events_, metrics_),
      api_({.database = *records.database,
            .home = records.home,
            .desk = desk,
            .events = events_,
            .metrics = metrics_,
            .clock = session.clock,
            .entropy = entropy_,
            .access = {.origins = {}, .user = ::getuid()},
            .version = GEARTRAIN_VERSION,
            .report = {}}) {}

Result<void> ApiServer::start(const ListenAddress& address) {
  if (!address.is_loopback())
    return Error{
        Errc::denied,
        fmt::format("{} can be reached from other machines, and what is sent there is not "
                    "encrypted",
                    address.text()),
        "listen on 127.0.0.1, and let a proxy that speaks TLS (nginx, Caddy, ssh -L) stand "
        "in front"};
  TRY(make_first_token());
  auto started =
      HttpServer::start({.address = address.host, .port = address.port, .report = {}},
                        [this](HttpRequest request) { return api_.answer(std::move(request)); });
  if (!started && started.error().code == Errc::conflict)
    return Error{Errc::conflict, std::move(started).error().message,
                 "`--listen 127.0.0.1:0` takes any free port, `--listen none` has no API"};
  http_ = TRY(std::move(started));
  api_.set_port(http_->port());
  say_(fmt::format("listening on http://{}",
                   ListenAddress{.host = address.host, .port = http_->port()}.text()));
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

void ApiServer::stop() {
  events_.close();
  if (http_) http_->stop();
}

}  // namespace gt
