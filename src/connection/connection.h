/// A connection: the way to a system outside (a database, a bucket, a web service) in parts, and
/// its two texts, of which Airflow's form of a URI is one. docs/guide/connections-and-variables.md
/// has the rules.
///
/// Threads: any.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "expression/value.h"

namespace gt {

/// Of its URI: what one environment variable can carry everywhere.
inline constexpr std::size_t connection_bytes_max = std::size_t{64} << 10U;

/// Empty texts are not there. Password and options are secret, and so is the URI, which has them.
struct Connection {
  std::string kind;  ///< "postgres", "google_cloud_platform": lower case, `_` for `-`
  std::string host = {};
  std::optional<std::uint16_t> port = {};
  std::string user = {};
  std::string password = {};
  std::string path =
      {};  ///< Airflow's schema: a database, a bucket, a path without its first slash
  JsonObject options = {};  ///< Airflow's extra

  bool operator==(const Connection&) const = default;
};

/// A URI, or JSON where the text begins with a brace. Blanks around it do not count. Errc::invalid
/// with the place of what is wrong, and never with a part of the text, which may be a secret.
Result<Connection> parse_connection(std::string_view text);

/// `kind://user:password@host:port/path?option=value`, all parts but the kind optional, each
/// percent escaped; options that are not all texts as `?__extra__=<JSON>`; a host with a protocol
/// as `kind://https://host`.
Result<Connection> connection_from_uri(std::string_view text);

/// An object with `uri` alone, or with parts: kind, host, port, user, password, path, options; or
/// by Airflow's names for them: conn_type, login, schema, extra. null is as good as nothing.
Result<Connection> connection_from_json(const Json& json);

/// connection_from_uri() makes an equal one of it, and Airflow one with equal parts.
std::string connection_uri(const Connection& connection);
/// Without password and options: for what is recorded.
std::string public_uri(const Connection& connection);
/// By Airflow's names, without `secrets` those that are none.
JsonObject airflow_json(const Connection& connection, bool has_secrets);

/// Errc::invalid for parts that no connection has, also one that is too large.
Result<void> check_connection(const Connection& connection);

/// What expressions see as `connections.<name>`: an object of its parts, null for what is not
/// there. The texts of secrets are in it.
Value connection_value(const std::string& name, const Connection& connection);

/// All texts that must not be shown: those of a password and of options, and the whole URI.
std::vector<std::string> secrets_of(const Connection& connection);

}  // namespace gt
