/// Connections and variables as the steps of a project get them: from the environment of who runs,
/// else from the home's database.
///
/// Each answer is read anew, so a change counts for the next task. Threads: any.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "connection/vault.h"

namespace gt {

/// Where a value was found.
enum class ValueSource : std::uint8_t { home, environment };

struct FoundConnection {
  Connection connection;
  ValueSource source = ValueSource::home;
};

struct ProjectValuesParts {
  /// nullptr when not set.
  std::function<const char*(const char* name)> variable;
  /// nullptr: only the environment counts. Outlives the object.
  Database* database = nullptr;
  ProjectName project = {};
  std::string key_file;  ///< absolute
};

class ProjectValues {
 public:
  explicit ProjectValues(ProjectValuesParts parts) : parts_(std::move(parts)) {}

  /// Errors: not_found (nobody set it; the hint says how), invalid (the environment's is none), and
  /// those of Vault::open().
  Result<FoundConnection> connection(std::string_view name) const;
  /// A text, JSON, or a Secret. A text of the environment is JSON where it is an object or a list.
  Result<Value> variable(std::string_view name) const;

  /// Whether somebody has set it; nothing is opened.
  Result<bool> has_connection(std::string_view name) const;
  Result<bool> has_variable(std::string_view name) const;

  const ProjectName& project() const { return parts_.project; }

 private:
  /// The text of the first variable with this suffix that is set.
  struct FromEnvironment {
    std::string variable;
    std::string text;
  };
  std::optional<FromEnvironment> find(std::string_view prefix, std::string_view airflow_prefix,
                                      std::string_view name) const;
  Result<std::optional<StoredConnection>> stored_connection(std::string_view name) const;
  Result<std::optional<StoredVariable>> stored_variable(std::string_view name) const;
  Error missing(std::string_view what, std::string_view name, std::string_view prefix,
                const std::vector<std::string>& there) const;

  ProjectValuesParts parts_;
};

}  // namespace gt
