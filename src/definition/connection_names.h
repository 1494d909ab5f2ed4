/// Under which names of environment variables a connection, or a variable of a project, is given.
/// Threads: any.
#pragma once

#include <string>
#include <string_view>

namespace gt {

/// Our own, and those of programs that are made for Airflow, which read theirs.
inline constexpr std::string_view connection_prefix = "GEARTRAIN_CONNECTION_";
inline constexpr std::string_view airflow_connection_prefix = "AIRFLOW_CONN_";
inline constexpr std::string_view project_variable_prefix = "GEARTRAIN_VARIABLE_";
inline constexpr std::string_view airflow_variable_prefix = "AIRFLOW_VAR_";

/// What stands behind the prefix: the name in upper case, with `_` for `-`. "SALES_DB" of sales-db.
std::string variable_suffix(std::string_view name);

}  // namespace gt
