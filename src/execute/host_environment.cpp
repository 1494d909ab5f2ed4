#include "execute/host_environment.h"

#include <algorithm>
#include <array>
#include <map>
#include <string_view>
#include <unistd.h>

namespace gt {

namespace {

// TMPDIR is not among them: each attempt has its own.
constexpr std::array<std::string_view, 23> always_passed = {
    "PATH",          "HOME",         "USER",
    "LOGNAME",       "SHELL",        "LANG",
    "LC_ALL",        "TZ",           "REQUESTS_CA_BUNDLE",
    "SSL_CERT_FILE", "SSL_CERT_DIR", "http_proxy",
    "https_proxy",   "ftp_proxy",    "all_proxy",
    "no_proxy",      "HTTP_PROXY",   "HTTPS_PROXY",
    "FTP_PROXY",     "ALL_PROXY",    "NO_PROXY",
    "rsync_proxy",   "RSYNC_PROXY"};

bool is_passed(std::string_view name) {
  // The caller's is a setting of his; a step has one that says what it was given.
  if (name == "GEARTRAIN_MEMORY") return false;
  // Opens all of a server, while a step has a token of its own that reaches its run.
  if (name == "GEARTRAIN_TOKEN") return false;
  // A step gets those that it names.
  for (const std::string_view prefix :
       {"GEARTRAIN_SECRET_", "GEARTRAIN_CONNECTION_", "GEARTRAIN_VARIABLE_"})
    if (name.starts_with(prefix)) return false;
  if (name.starts_with("GEARTRAIN_")) return true;
  return std::ranges::find(always_passed, name) != always_passed.end();
}

}  // namespace

std::vector<std::string> step_environment(std::span<const std::string> caller,
                                          const Variables& python, const Launch& launch,
                                          const std::string& temporary_folder) {
  std::map<std::string, std::string> values;
  for (const auto& assignment : caller) {
    const auto equals = assignment.find('=');
    if (equals == std::string::npos) continue;
    const std::string name = assignment.substr(0, equals);
    if (is_passed(name)) values.insert_or_assign(name, assignment.substr(equals + 1));
  }
  for (const auto& [name, value] : python) values.insert_or_assign(name, value);
  for (const auto& [name, value] : launch.variables) values.insert_or_assign(name, value);
  values.insert_or_assign("TMPDIR", temporary_folder);
  // By this the processes of an attempt are found again.
  values.insert_or_assign("GEARTRAIN_ATTEMPT", launch.outside_name);

  std::vector<std::string> environment;
  environment.reserve(values.size());
  for (const auto& [name, value] : values) environment.push_back(name + "=" + value);
  return environment;
}

std::vector<std::string> own_environment() {
  std::vector<std::string> assignments;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry)
    assignments.emplace_back(*entry);
  return assignments;
}

}  // namespace gt
