#include "settings/setting.h"

#include <algorithm>
#include <array>
#include <fmt/ranges.h>

#include "base/device_list.h"
#include "base/text.h"
#include "net/listen_address.h"
#include "net/url.h"

namespace gt {

namespace {

constexpr std::int64_t kibi = 1 << 10, mebi = 1 << 20, tebi = std::int64_t{1} << 40;
constexpr std::int64_t second = 1'000'000, hour = 3600 * second;

constexpr std::array<std::string_view, 2> durability_words = {"disk", "process"};
constexpr std::array<std::string_view, 4> output_words = {"table", "json", "yaml", "name"};
constexpr std::array<std::string_view, 3> progress_words = {"auto", "plain", "none"};
constexpr std::array<std::string_view, 3> color_words = {"auto", "always", "never"};

using enum SettingType;
using enum SettingScope;

constexpr std::array<Setting, setting_count> settings = {
    {{SettingId::home,
      "home",
      path,
      person,
      "",
      "`.geartrain` in the project",
      0,
      0,
      {},
      "GEARTRAIN_HOME",
      "",
      "",
      "FOLDER",
      "The folder that holds what Geartrain keeps."},
     {SettingId::jobs,
      "jobs",
      integer,
      anywhere,
      "",
      "the CPUs of this machine",
      1,
      100'000,
      {},
      "GEARTRAIN_JOBS",
      "",
      "-j,--jobs",
      "N",
      "CPU slots: how much runs at once."},
     {SettingId::memory,
      "memory",
      size,
      anywhere,
      "",
      "the memory of this machine",
      mebi,
      1024 * tebi,
      {},
      "GEARTRAIN_MEMORY",
      "",
      "--memory",
      "SIZE",
      "Memory that running steps share, by what they declare."},
     {SettingId::gpus,
      "gpus",
      devices,
      anywhere,
      "",
      "those that `CUDA_VISIBLE_DEVICES` or the machine shows",
      0,
      0,
      {},
      "GEARTRAIN_GPUS",
      "",
      "",
      "DEVICES",
      "The GPUs that steps may be given, by numbers or UUIDs, as `0,1`; `none` for none."},
     {SettingId::max_active,
      "max_active",
      integer,
      anywhere,
      "16",
      "",
      1,
      1000,
      {},
      "GEARTRAIN_MAX_ACTIVE",
      "",
      "--max-active",
      "N",
      "How many runs of --each, or of a server, go on at once."},
     {SettingId::listen,
      "listen",
      address,
      anywhere,
      "127.0.0.1:4207",
      "",
      0,
      0,
      {},
      "GEARTRAIN_LISTEN",
      "",
      "--listen",
      "ADDRESS",
      "Where `up` is asked by its API: a port, `127.0.0.1:4207`, or `none`; port 0 is any free "
      "one."},
     {SettingId::tls_certificate,
      "tls_certificate",
      path,
      person,
      "",
      "none",
      0,
      0,
      {},
      "GEARTRAIN_TLS_CERTIFICATE",
      "",
      "--tls-certificate",
      "FILE",
      "The certificate of `up`, with those that signed it (PEM): it speaks TLS then."},
     {SettingId::tls_key,
      "tls_key",
      path,
      person,
      "",
      "none",
      0,
      0,
      {},
      "GEARTRAIN_TLS_KEY",
      "",
      "--tls-key",
      "FILE",
      "The key of the certificate (PEM)."},
     {SettingId::public_url,
      "public_url",
      url,
      person,
      "",
      "the address that `up` listens on",
      0,
      0,
      {},
      "GEARTRAIN_PUBLIC_URL",
      "",
      "",
      "URL",
      "How people reach `up`, for links in notifications."},
     {SettingId::openlineage_url,
      "openlineage_url",
      url,
      person,
      "",
      "none",
      0,
      0,
      {},
      "GEARTRAIN_OPENLINEAGE_URL",
      "OPENLINEAGE_URL",
      "",
      "URL",
      "Who is told by `up` what ran and which data it used, by OpenLineage: a Marquez, say."},
     {SettingId::otlp_url,
      "otlp_url",
      url,
      person,
      "",
      "none",
      0,
      0,
      {},
      "GEARTRAIN_OTLP_URL",
      "OTEL_EXPORTER_OTLP_ENDPOINT",
      "",
      "URL",
      "Who is given by `up` a trace of each run that has ended, by OTLP over HTTP."},
     {SettingId::secrets_file,
      "secrets_file",
      path,
      person,
      "",
      "none",
      0,
      0,
      {},
      "GEARTRAIN_SECRETS_FILE",
      "",
      "--secrets",
      "FILE",
      "NAME=value lines, readable by nobody else; GEARTRAIN_SECRET_<NAME> counts more."},
     {SettingId::key_file,
      "key_file",
      path,
      person,
      "",
      "`sealing-key` in the home",
      0,
      0,
      {},
      "GEARTRAIN_KEY_FILE",
      "",
      "",
      "FILE",
      "Holds the key with which passwords of connections are sealed; made when it is needed."},
     {SettingId::log_limit,
      "log_limit",
      size,
      anywhere,
      "64Mi",
      "",
      64 * kibi,
      tebi,
      {},
      "GEARTRAIN_LOG_LIMIT",
      "",
      "",
      "SIZE",
      "How much of an attempt's output is kept: of more, the beginning and the end."},
     {SettingId::log_tail,
      "log_tail",
      integer,
      anywhere,
      "10",
      "",
      0,
      1000,
      {},
      "GEARTRAIN_LOG_TAIL",
      "",
      "",
      "N",
      "How many last lines of a failed attempt are shown."},
     {SettingId::grace,
      "grace",
      duration,
      anywhere,
      "10s",
      "",
      0,
      hour,
      {},
      "GEARTRAIN_GRACE",
      "",
      "",
      "TIME",
      "How long an attempt that is asked to end may take, before it is killed."},
     {SettingId::disk_wait,
      "disk_wait",
      duration,
      anywhere,
      "60s",
      "",
      0,
      24 * hour,
      {},
      "GEARTRAIN_DISK_WAIT",
      "",
      "",
      "TIME",
      "How long a run waits for room on a full disk, before it is left to `attach`."},
     {SettingId::durability, "durability", word, anywhere, "disk", "", 0, 0, durability_words,
      "GEARTRAIN_DURABILITY", "", "", "WORD",
      "What a result survives: `disk` is a power failure, `process` only a crash, and is faster."},
     {SettingId::keep,
      "keep",
      retention,
      anywhere,
      "10",
      "",
      1,
      1'000'000,
      {},
      "GEARTRAIN_KEEP",
      "",
      "--keep",
      "N|TIME",
      "How many ended runs of each pipeline `gc` leaves; or, as 30d or 12h, for how long they "
      "stay, "
      "the newest of each in any case."},
     {SettingId::output, "output", word, person, "table", "", 0, 0, output_words,
      "GEARTRAIN_OUTPUT", "", "", "FORM",
      "The form of data without -o; a command that does not have it prints its table."},
     {SettingId::progress, "progress", word, anywhere, "auto", "", 0, 0, progress_words,
      "GEARTRAIN_PROGRESS", "", "--progress", "FORM",
      "What is shown while runs go on: `auto` redraws on a terminal, `plain` is a line for each "
      "start and end, `none` is nothing."},
     {SettingId::color, "color", word, person, "auto", "", 0, 0, color_words, "GEARTRAIN_COLOR",
      "NO_COLOR", "", "WHEN", "Colours: `auto` is on a terminal only."},
     {SettingId::pager,
      "pager",
      command,
      person,
      "",
      "`less -FRX`, where there is one",
      0,
      0,
      {},
      "GEARTRAIN_PAGER",
      "PAGER",
      "",
      "COMMAND",
      "The program for output that is longer than the terminal, by `sh -c`; empty or `cat` for "
      "none."}}};

consteval bool is_in_order() {
  for (std::size_t i = 0; i < settings.size(); ++i)
    if (static_cast<std::size_t>(settings[i].id) != i) return false;
  return true;
}
static_assert(is_in_order(), "the table has the order of SettingId");

std::optional<std::int64_t> number_of(const Setting& setting, std::string_view text) {
  const bool is_retention = setting.type == retention;
  std::optional<std::int64_t> number;
  if (setting.type == integer || is_retention) number = parse_whole_number(text);
  if (setting.type == size) {
    if (const auto bytes = parse_bytes(text)) number = *bytes;
  }
  if (setting.type == duration || (is_retention && !number)) {
    const auto time = parse_duration(text);
    if (time && is_retention) return time->count();
    if (time) number = time->count();
  }
  if (number && (*number < setting.minimum || *number > setting.maximum)) number.reset();
  return number;
}

std::string bytes_text(std::int64_t bytes) {
  constexpr std::array units = {"", "Ki", "Mi", "Gi", "Ti"};
  std::size_t unit = 0;
  while (unit + 1 < units.size() && bytes >= 1024 && bytes % 1024 == 0) {
    bytes /= 1024;
    ++unit;
  }
  return fmt::format("{}{}", bytes, units[unit]);
}

std::vector<std::string> words_of(const Setting& setting) {
  return {setting.words.begin(), setting.words.end()};
}

}  // namespace

std::span<const Setting> all_settings() { return settings; }

const Setting& setting(SettingId id) { return settings[static_cast<std::size_t>(id)]; }

const Setting* find_setting(std::string_view name) {
  const auto found = std::ranges::find(settings, name, &Setting::name);
  return found == settings.end() ? nullptr : &*found;
}

std::vector<std::string> setting_names() {
  std::vector<std::string> names;
  for (const Setting& one : settings) names.emplace_back(one.name);
  return names;
}

std::string expected_text(const Setting& setting) {
  switch (setting.type) {
    case integer:
      return fmt::format("an integer from {} to {}", setting.minimum, setting.maximum);
    case size:
      return fmt::format("a size from {} to {}, as in 512Mi or 2G", bytes_text(setting.minimum),
                         bytes_text(setting.maximum));
    case duration:
      return fmt::format("a time with its unit, up to {}, as in 90s or 20m",
                         format_duration(Duration(setting.maximum)));
    case retention:
      return "a whole number of at least 1, or a time such as 30d";
    case word:
      return fmt::format("one of {}", fmt::join(setting.words, ", "));
    case path:
      return "a path";
    case devices:
      return "a list of devices: numbers or UUIDs, each once, with commas between them, or none";
    case command:
      return "a command line";
    case url:
      return "an address of http or https, as http://localhost:5000";
    case address:
      return "a port, a host in numbers with a port as in 127.0.0.1:4207, or none";
  }
  return "";
}

Result<SettingValue> read_setting(const Setting& setting, std::string_view text) {
  SettingValue value{std::string(trim(text))};
  Error problem = error(Errc::invalid, "{} is not {}", shell_quoted(printable(value.text)),
                        expected_text(setting));
  switch (setting.type) {
    case integer:
    case size:
    case duration:
    case retention: {
      const auto number = number_of(setting, value.text);
      if (!number) return problem;
      value.number = *number;
      return value;
    }
    case word: {
      if (std::ranges::find(setting.words, value.text) != setting.words.end()) return value;
      if (const auto near = nearest(value.text, words_of(setting)))
        problem.hint = fmt::format("did you mean {}?", *near);
      return problem;
    }
    case path:
      if (value.text.empty()) return problem;
      return value;
    case devices:
      if (value.text.empty()) value.text = "none";
      if (value.text != "none" && !parse_device_list(value.text)) return problem;
      return value;
    case command:
      return value;
    case url:
      if (!parse_url(value.text)) return problem;
      return value;
    case address:
      if (value.text != "none" && !parse_listen_address(value.text)) return problem;
      return value;
  }
  return problem;
}

}  // namespace gt
