#include "definition/read_wait.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <span>

#include "base/glob.h"
#include "base/text.h"
#include "calendar/written_time.h"
#include "definition/fields.h"
#include "definition/limits.h"
#include "definition/problems.h"
#include "definition/read_condition.h"
#include "definition/wait_query.h"
#include "net/http_message.h"
#include "net/url.h"

namespace gt {
namespace {

/// Keys of `wait` that go with some of its kinds only.
struct KeyOfKinds {
  const char* key;
  std::array<std::string_view, 3> kinds;
};
constexpr auto keys_of_kinds = std::to_array<KeyOfKinds>({
    {"stable", {"file"}},
    {"logical_date", {"run", "asset"}},
    {"since", {"run", "asset"}},
    {"on_failure", {"run"}},
    {"method", {"http"}},
    {"headers", {"http"}},
    {"body", {"http"}},
    {"status", {"http"}},
    {"database", {"sql"}},
    {"when", {"http", "sql"}},
    {"every", {"file", "http", "sql"}},
});

/// Of the name of a field (RFC 9110, 5.6.2).
constexpr std::string_view token_characters =
    "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// "`file`, `http` or `sql`".
std::string quoted_list(std::span<const std::string_view> words) {
  std::string text;
  for (std::size_t i = 0; i < words.size() && !words[i].empty(); ++i) {
    const bool is_last = i + 1 == words.size() || words[i + 1].empty();
    text += fmt::format("{}`{}`", i == 0 ? "" : is_last ? " or " : ", ", words[i]);
  }
  return text;
}

class WaitReader {
 public:
  WaitReader(YamlNode step, YamlNode node, Damage& damage, Problems& problems)
      : step_(step), node_(node), damage_(damage), problems_(problems) {}

  void read(Wait& wait);

 private:
  void add(YamlNode at, std::string message, std::string expected = {}, std::string hint = {}) {
    problems_.push_back(
        error_problem(at.position(), std::move(message), std::move(expected), std::move(hint)));
  }
  std::string_view read_kind();
  void refuse_other_keys(std::string_view kind);
  Template text_of(YamlNode node, const std::string& what);
  Template text_of(const char* key) { return text_of(*node_.find(key), fmt::format("`{}`", key)); }
  std::optional<Template> optional_text_of(const char* key) {
    return node_.find(key) ? std::optional(text_of(key)) : std::nullopt;
  }
  void check_instant(const char* key, const Template& text);
  WaitFor read_for();
  WaitUntil read_until();
  WaitFile read_file();
  WaitRun read_run();
  WaitAsset read_asset();
  WaitHttp read_http();
  std::vector<WaitHeader> read_headers(YamlNode node);
  std::vector<int> read_statuses(YamlNode node);
  WaitSql read_sql();
  void read_looks(Wait& wait);
  void read_timeout(std::string_view kind, Wait& wait);

  YamlNode step_, node_;
  Damage& damage_;
  Problems& problems_;
};

void WaitReader::read(Wait& wait) {
  check_keys(node_, wait_keys, "`wait`", problems_);
  const std::string_view kind = read_kind();
  if (kind == "for") wait.condition = read_for();
  if (kind == "until") wait.condition = read_until();
  if (kind == "file") wait.condition = read_file();
  if (kind == "run") wait.condition = read_run();
  if (kind == "asset") wait.condition = read_asset();
  if (kind == "http") wait.condition = read_http();
  if (kind == "sql") wait.condition = read_sql();
  if (kind.empty()) return;
  refuse_other_keys(kind);
  read_looks(wait);
  read_timeout(kind, wait);
}

/// Empty, and told, where there is not exactly one.
std::string_view WaitReader::read_kind() {
  std::string_view found;
  for (const char* kind : wait_kinds) {
    const auto node = node_.find(kind);
    if (!node) continue;
    if (!found.empty()) {
      add(*node, fmt::format("`wait` has both `{}` and `{}`", found, kind), "one of them",
          "two waits are two steps");
      return found;
    }
    found = kind;
  }
  bool has_unknown = false;
  for (const YamlEntry entry : node_.entries())
    has_unknown = has_unknown || !wait_keys.find(entry.key.text());
  if (found.empty() && !has_unknown && !node_.is_incomplete()) {
    const std::vector<std::string_view> kinds(wait_kinds.begin(), wait_kinds.end());
    add(node_, "`wait` does not say what for", quoted_list(kinds));
  }
  return found;
}

void WaitReader::refuse_other_keys(std::string_view kind) {
  for (const KeyOfKinds& one : keys_of_kinds) {
    const auto node = node_.find(one.key);
    if (node && std::ranges::find(one.kinds, kind) == one.kinds.end())
      add(*node, fmt::format("`{}` says nothing about `{}`", one.key, kind),
          quoted_list(one.kinds));
  }
}

Template WaitReader::text_of(YamlNode node, const std::string& what) {
  const bool is_blank = node.is(YamlKind::text) && trim(node.text()).empty();
  if (is_blank)
    add(node, what + " is empty", "a text");
  else if (!node.is_scalar() || node.is(YamlKind::null))
    add_wrong_kind(node, what, "a text", problems_);
  else if (auto text = read_template(node, what, problems_))
    return *std::move(text);
  damage_.add(node_.position());
  return {};
}

void WaitReader::check_instant(const char* key, const Template& text) {
  if (!text.is_literal() || text.source().empty()) return;
  const auto written = parse_written_time(text.source());
  if (!written || !written->offset)
    add(*node_.find(key), fmt::format("`{}` is `{}`", key, printable(text.source())),
        "a date and time with its offset, as in 2026-11-23T06:00Z or 2026-11-23T06:00+01:00");
}

WaitFor WaitReader::read_for() {
  WaitFor wait{text_of("for")};
  if (wait.duration.is_literal() && !wait.duration.source().empty())
    (void)read_duration(*node_.find("for"), "`for`", problems_);
  return wait;
}

WaitUntil WaitReader::read_until() {
  WaitUntil wait{text_of("until")};
  check_instant("until", wait.instant);
  return wait;
}

WaitFile WaitReader::read_file() {
  WaitFile wait{.glob = text_of("file")};
  const std::string& text = wait.glob.source();
  if (wait.glob.is_literal() && !text.empty()) {
    // An absolute one is one from the root.
    const std::string_view path = std::string_view(text).substr(text.starts_with('/') ? 1 : 0);
    if (const auto glob = Glob::parse_selection(path); !glob)
      add(*node_.find("file"), fmt::format("`file`: {}", glob.error().message),
          "a path, as in incoming/*.csv", glob.error().hint);
  }
  if (const auto stable = node_.find("stable"))
    wait.stable = read_duration(*stable, "`stable`", problems_).value_or(WaitFile::default_stable);
  return wait;
}

WaitRun WaitReader::read_run() {
  WaitRun wait{.pipeline = text_of("run"),
               .logical_date = optional_text_of("logical_date"),
               .since = optional_text_of("since")};
  if (wait.pipeline.is_literal() && !wait.pipeline.source().empty())
    (void)read_name(*node_.find("run"), "`run`", problems_);
  if (wait.logical_date) check_instant("logical_date", *wait.logical_date);
  if (wait.since) check_instant("since", *wait.since);
  if (const auto word = node_.find("on_failure"))
    wait.on_failure =
        read_word(*word, "`on_failure`", parse_run_failure, run_failure_words(), problems_)
            .value_or(wait.on_failure);
  return wait;
}

WaitAsset WaitReader::read_asset() {
  WaitAsset wait{.asset = text_of("asset"),
                 .logical_date = optional_text_of("logical_date"),
                 .since = optional_text_of("since")};
  if (wait.asset.is_literal() && !wait.asset.source().empty())
    (void)read_name(*node_.find("asset"), "`asset`", problems_);
  if (wait.logical_date) check_instant("logical_date", *wait.logical_date);
  if (wait.since) check_instant("since", *wait.since);
  return wait;
}

WaitHttp WaitReader::read_http() {
  WaitHttp wait{.url = text_of("http"), .body = optional_text_of("body")};
  if (wait.url.is_literal() && !wait.url.source().empty())
    if (const auto url = parse_url(wait.url.source()); !url)
      add(*node_.find("http"), fmt::format("`http`: {}", url.error().message),
          "a URL, as in https://example.org/ready");
  if (const auto word = node_.find("method"))
    wait.method = read_word(*word, "`method`", parse_wait_method, wait_method_words(), problems_)
                      .value_or(wait.method);
  if (const auto headers = node_.find("headers")) wait.headers = read_headers(*headers);
  if (const auto status = node_.find("status")) wait.statuses = read_statuses(*status);
  if (const auto body = node_.find("body"); body && wait.method != WaitMethod::post)
    add(*body, fmt::format("`body` says nothing about {}", to_text(wait.method)), "`method: POST`");
  return wait;
}

std::vector<WaitHeader> WaitReader::read_headers(YamlNode node) {
  constexpr std::array own = {"host", "content-length", "transfer-encoding", "connection"};
  std::vector<WaitHeader> headers;
  if (!node.is(YamlKind::mapping)) {
    add_wrong_kind(node, "`headers`", "a mapping of names to texts", problems_);
    return headers;
  }
  if (!check_size(node, "`headers`", problems_)) return headers;
  for (const YamlEntry entry : node.entries()) {
    const std::string_view name = entry.key.text();
    if (name.empty() || name.find_first_not_of(token_characters) != std::string_view::npos)
      add(entry.key, fmt::format("`{}` is no name of a field", printable(name)),
          "letters, digits and dashes, as in Authorization");
    else if (std::ranges::any_of(own,
                                 [&](const char* other) { return equal_in_any_case(name, other); }))
      add(entry.key, fmt::format("the field `{}` is made by geartrain itself", name));
    headers.push_back(
        {std::string(name), text_of(entry.value, fmt::format("header `{}`", printable(name)))});
  }
  return headers;
}

std::vector<int> WaitReader::read_statuses(YamlNode node) {
  std::vector<int> statuses;
  const auto read_one = [&](YamlNode one) {
    const auto status = read_integer(one, "`status`", 100, 599, problems_);
    if (status && std::ranges::find(statuses, static_cast<int>(*status)) == statuses.end())
      statuses.push_back(static_cast<int>(*status));
  };
  if (!node.is(YamlKind::list)) {
    read_one(node);
    return statuses;
  }
  if (node.size() == 0) add(node, "`status` names none", "a status, as in 200");
  if (!check_size(node, "`status`", problems_)) return statuses;
  for (const YamlNode item : node.items()) read_one(item);
  return statuses;
}

WaitSql WaitReader::read_sql() {
  WaitSql wait{.query = text_of("sql"), .database = {}};
  if (!wait.query.source().empty())
    if (const auto query = parse_wait_query(wait.query); !query)
      add(*node_.find("sql"), fmt::format("`sql`: {}", query.error().message), "",
          query.error().hint);
  const auto database = node_.find("database");
  if (!database) {
    add(node_, "`sql` without `database`", "`database`: the path of a SQLite file");
    return wait;
  }
  wait.database = text_of("database");
  if (wait.database.is_literal() && !wait.database.source().empty())
    if (const auto path = check_sqlite_path(wait.database.source()); !path)
      add(*database, fmt::format("`database`: {}", path.error().message),
          "the path of a SQLite file");
  return wait;
}

void WaitReader::read_looks(Wait& wait) {
  using definition_limits::wait_every_min;
  if (const auto when = node_.find("when")) {
    wait.when = read_condition(*when, problems_, "when");
    if (!wait.when) damage_.add(node_.position());
  }
  const auto every = node_.find("every");
  if (!every) return;
  wait.every = read_duration(*every, "`every`", problems_).value_or(wait.every);
  if (wait.every < wait_every_min) add(*every, "`every` is shorter than a second", "30s, 5m, 1h");
}

void WaitReader::read_timeout(std::string_view kind, Wait& wait) {
  const auto timeout = step_.find("timeout"), on_timeout = step_.find("on_timeout");
  if (wait.is_for_time()) {
    for (const auto& [key, node] : {std::pair("timeout", timeout), {"on_timeout", on_timeout}})
      if (node)
        add(*node, fmt::format("`{}` says nothing about `{}`", key, kind),
            "a wait for something outside", "a wait for a time ends by itself");
    return;
  }
  if (!on_timeout) return;
  wait.on_timeout =
      read_word(*on_timeout, "`on_timeout`", parse_overdue, overdue_words(), problems_)
          .value_or(wait.on_timeout);
  if (!timeout)
    add(*on_timeout, "`on_timeout` without `timeout`", "`timeout`: how long it has to come");
}

/// What is found, as schedule/look.h gives it.
std::vector<std::pair<const char*, ValueType>> results_of(const Wait& wait) {
  if (std::holds_alternative<WaitFile>(wait.condition))
    return {{"path", ValueType::string}, {"paths", ValueType::array}};
  if (std::holds_alternative<WaitRun>(wait.condition))
    return {{"id", ValueType::string}, {"name", ValueType::string}};
  if (std::holds_alternative<WaitAsset>(wait.condition))
    return {{"content", ValueType::any}, {"sequence", ValueType::integer}};
  if (std::holds_alternative<WaitHttp>(wait.condition))
    return {{"status", ValueType::integer}, {"json", ValueType::any}};
  if (std::holds_alternative<WaitSql>(wait.condition)) return {{"row", ValueType::object}};
  return {};
}

}  // namespace

std::unique_ptr<Wait> read_wait(YamlNode step, YamlNode node, Damage& damage,
                                std::vector<Output>& outputs, Problems& problems) {
  auto wait = std::make_unique<Wait>();
  wait->position = node.position();
  if (node.is(YamlKind::mapping))
    WaitReader(step, node, damage, problems).read(*wait);
  else
    add_wrong_kind(node, "`wait`", "a mapping, as in {for: 10m}", problems);
  for (const auto& [name, type] : results_of(*wait)) {
    Output output;
    output.name = name;
    output.type = type;
    output.position = wait->position;
    outputs.push_back(std::move(output));
  }
  return wait;
}

}  // namespace gt
