#include "process/exit_record.h"

#include <array>

#include "base/json.h"

namespace gt {

namespace {

constexpr std::int64_t protocol = 1;
constexpr std::array causes = {
    ExitCause::exit,      ExitCause::signal,       ExitCause::timeout,  ExitCause::out_of_memory,
    ExitCause::cancelled, ExitCause::spawn_failed, ExitCause::internal, ExitCause::lost};

const std::int64_t* integer_of(const Json& json, std::string_view key) {
  const Json* member = json.find(key);
  return member == nullptr ? nullptr : member->integer();
}

std::int64_t integer_or_zero(const Json& json, std::string_view key) {
  const auto* value = integer_of(json, key);
  return value == nullptr ? 0 : *value;
}

std::optional<int> small_integer(const Json& json, std::string_view key) {
  const auto* value = integer_of(json, key);
  if (value == nullptr || *value < 0 || *value > 255) return std::nullopt;
  return static_cast<int>(*value);
}

std::string text_or_empty(const Json& json, std::string_view key) {
  const Json* member = json.find(key);
  if (member == nullptr || member->string() == nullptr) return {};
  return *member->string();
}

}  // namespace

const char* to_text(ExitCause cause) {
  switch (cause) {
    case ExitCause::exit:
      return "exit";
    case ExitCause::signal:
      return "signal";
    case ExitCause::timeout:
      return "timeout";
    case ExitCause::out_of_memory:
      return "out_of_memory";
    case ExitCause::cancelled:
      return "cancelled";
    case ExitCause::spawn_failed:
      return "spawn_failed";
    case ExitCause::internal:
      return "internal";
    case ExitCause::lost:
      return "lost";
  }
  return "lost";
}

std::optional<ExitCause> parse_exit_cause(std::string_view text) {
  for (const ExitCause cause : causes)
    if (text == to_text(cause)) return cause;
  return std::nullopt;
}

std::string to_json_text(const ExitRecord& record) {
  JsonObject json{{"protocol", protocol}, {"name", record.name}, {"cause", to_text(record.cause)}};
  if (record.exit_code) json.set("exit_code", *record.exit_code);
  if (record.signal) json.set("signal", *record.signal);
  if (!record.message.empty()) json.set("message", record.message);
  if (record.started_at) json.set("started_at", to_microseconds(*record.started_at));
  json.set("ended_at", to_microseconds(record.ended_at));
  json.set("duration", std::int64_t{record.duration.count()});
  json.set("peak_memory_bytes", record.peak_memory_bytes);
  json.set("cpu_user", std::int64_t{record.cpu_user.count()});
  json.set("cpu_system", std::int64_t{record.cpu_system.count()});
  json.set("log_bytes", record.log_bytes);
  json.set("log_bytes_left_out", record.log_bytes_left_out);
  if (!record.log_problem.empty()) json.set("log_problem", record.log_problem);
  json.set("leftovers", record.leftovers);
  return compact_json(json);
}

Result<ExitRecord> parse_exit_record(std::string_view text) {
  const Json json = TRY(parse_json(text));
  const auto* version = integer_of(json, "protocol");
  if (version == nullptr) return error(Errc::invalid, "this is no exit record");
  if (*version > protocol)
    return error(Errc::invalid, "the exit record was written by a newer version (protocol {})",
                 *version);
  const auto cause = parse_exit_cause(text_or_empty(json, "cause"));
  const auto* ended_at = integer_of(json, "ended_at");
  if (!cause || ended_at == nullptr)
    return error(Errc::invalid, "the exit record has no cause or no time");
  ExitRecord record{.name = text_or_empty(json, "name"),
                    .cause = *cause,
                    .exit_code = small_integer(json, "exit_code"),
                    .signal = small_integer(json, "signal"),
                    .message = text_or_empty(json, "message"),
                    .started_at = std::nullopt,
                    .ended_at = from_microseconds(*ended_at),
                    .duration = Duration(integer_or_zero(json, "duration")),
                    .peak_memory_bytes = integer_or_zero(json, "peak_memory_bytes"),
                    .cpu_user = Duration(integer_or_zero(json, "cpu_user")),
                    .cpu_system = Duration(integer_or_zero(json, "cpu_system")),
                    .log_bytes = integer_or_zero(json, "log_bytes"),
                    .log_bytes_left_out = integer_or_zero(json, "log_bytes_left_out"),
                    .log_problem = text_or_empty(json, "log_problem"),
                    .leftovers = integer_or_zero(json, "leftovers")};
  if (const auto* started_at = integer_of(json, "started_at"))
    record.started_at = from_microseconds(*started_at);
  return record;
}

}  // namespace gt
