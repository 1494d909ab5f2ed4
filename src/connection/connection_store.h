/// Connections and variables of projects, as the database keeps them: what is secret is sealed (see
/// vault.h).
///
/// Threads: any, with a transaction each.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "connection/connection.h"
#include "db/transaction.h"

namespace gt {

/// Of a variable as text.
inline constexpr std::size_t variable_bytes_max = std::size_t{64} << 10U;
/// Of the connections, and of the variables, of one project.
inline constexpr std::size_t named_values_max = 10'000;

/// Empty stands for the project whose folder the home belongs to; else the name of a pushed one.
using ProjectName = std::string;

/// Who has changed a row, and when. `revision` grows with each change.
struct Changed {
  std::int64_t revision = 0;
  std::string by = {};
  Time at = {};
};

struct StoredConnection {
  ProjectName project;
  std::string name;
  Connection parts;  ///< without password and options
  /// Names of its secret parts: "password", "options.sslmode".
  std::vector<std::string> secret_parts = {};
  std::string sealed = {};  ///< password and options; empty: it has neither
  Changed changed = {};
};

enum class VariableKind : std::uint8_t { text, json, secret };
const char* to_text(VariableKind kind);
std::optional<VariableKind> parse_variable_kind(std::string_view text);

struct StoredVariable {
  ProjectName project;
  std::string name;
  VariableKind kind = VariableKind::text;
  std::string value = {};  ///< canonical JSON of a json one; of a secret, sealed
  std::string description = {};
  Changed changed = {};
};

class ConnectionStore {
 public:
  /// By name.
  Result<std::vector<StoredConnection>> list(Transaction& transaction, const ProjectName& project);
  Result<std::optional<StoredConnection>> find(Transaction& transaction, const ProjectName& project,
                                               std::string_view name);
  /// Instead of one of this name; the revision is counted here. Errors: conflict (another one has
  /// the same environment variable), exhausted (named_values_max).
  Result<void> put(Transaction& transaction, const StoredConnection& connection);
  /// False: there was none.
  Result<bool> remove(Transaction& transaction, const ProjectName& project, std::string_view name);
  /// Of all projects: what has something sealed.
  Result<std::vector<StoredConnection>> sealed(Transaction& transaction);
  /// The same secrets, sealed anew.
  Result<void> reseal(Transaction& transaction, const StoredConnection& connection);
};

class VariableStore {
 public:
  Result<std::vector<StoredVariable>> list(Transaction& transaction, const ProjectName& project);
  Result<std::optional<StoredVariable>> find(Transaction& transaction, const ProjectName& project,
                                             std::string_view name);
  /// As those of connections.
  Result<void> put(Transaction& transaction, const StoredVariable& variable);
  Result<bool> remove(Transaction& transaction, const ProjectName& project, std::string_view name);
  Result<std::vector<StoredVariable>> sealed(Transaction& transaction);
  Result<void> reseal(Transaction& transaction, const StoredVariable& variable);
};

/// Errc::invalid for a name that no connection or variable can have; `what`: "connection".
Result<void> check_value_name(std::string_view what, std::string_view name);
/// Errc::invalid for a name that no pushed project can have; empty is good.
Result<void> check_project_name(const ProjectName& project);

}  // namespace gt
