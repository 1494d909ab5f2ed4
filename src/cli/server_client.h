/// A server's API as commands use it.
#pragma once

#include <stop_token>
#include <string>

#include "base/json.h"
#include "base/result.h"
#include "cli/session.h"
#include "net/http_client.h"

namespace gt {

/// The address of the server that a command is for.
inline constexpr const char* server_variable = "GEARTRAIN_SERVER";
/// What opens it; needed where the server is not of this machine and user.
inline constexpr const char* token_variable = "GEARTRAIN_TOKEN";
/// A file of authorities (PEM) that count besides the system's.
inline constexpr const char* authorities_variable = "GEARTRAIN_CA_FILE";

/// Threads: any.
class ServerClient {
 public:
  /// `url`: "http://127.0.0.1:4207", or with a path that a proxy adds. Errc::invalid.
  static Result<ServerClient> open(const Session& session, const std::string& url);

  /// `path` from "/api/v1/" on. Every answer of the server is one, whatever its status. Errors: as
  /// http_call().
  Result<HttpReply> call(HttpMethod method, const std::string& path, std::string body = {},
                         HttpHeaders headers = {}, Duration time_max = std::chrono::seconds(60),
                         std::stop_token stop = {}) const;
  /// The same, and the object of an answer of success. Errors: what the problem says (RFC 9457).
  Result<JsonObject> ask(HttpMethod method, const std::string& path, const JsonObject& body) const;

  const std::string& url() const { return url_; }

 private:
  explicit ServerClient(std::string url) : url_(std::move(url)) {}

  std::string url_;
  std::string token_;
  std::string ca_file_;
};

/// Of an answer that is not one of success.
Error error_of(const HttpReply& reply);

}  // namespace gt
