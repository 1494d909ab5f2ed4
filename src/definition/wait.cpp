#include "definition/wait.h"

#include "definition/pipeline.h"

namespace gt {

namespace {

class Texts {
 public:
  void operator()(const WaitFor& wait) { add("wait.for", wait.duration); }
  void operator()(const WaitUntil& wait) { add("wait.until", wait.instant); }
  void operator()(const WaitFile& wait) { add("wait.file", wait.glob); }
  void operator()(const WaitRun& wait) {
    add("wait.run", wait.pipeline);
    if (wait.logical_date) add("wait.logical_date", *wait.logical_date);
    if (wait.since) add("wait.since", *wait.since);
  }
  void operator()(const WaitAsset& wait) {
    add("wait.asset", wait.asset);
    if (wait.logical_date) add("wait.logical_date", *wait.logical_date);
    if (wait.since) add("wait.since", *wait.since);
  }
  void operator()(const WaitHttp& wait) {
    add("wait.http", wait.url);
    for (const WaitHeader& header : wait.headers)
      add("wait.headers." + header.name, header.value, WaitTextKind::request);
    if (wait.body) add("wait.body", *wait.body, WaitTextKind::request);
  }
  void operator()(const WaitSql& wait) {
    add("wait.sql", wait.query);
    add("wait.database", wait.database);
  }
  void add(std::string field, const Template& text, WaitTextKind kind = WaitTextKind::setting) {
    all.push_back({std::move(field), &text, kind});
  }

  std::vector<WaitText> all;
};

}  // namespace

std::vector<WaitText> texts_of_wait(const Step& step) {
  Texts texts;
  if (const Wait* wait = step.wait()) {
    std::visit(texts, wait->condition);
    if (wait->when) texts.add("wait.when", *wait->when, WaitTextKind::condition);
  }
  if (const Approval* approval = step.approval())
    texts.add("approve.message", approval->message, WaitTextKind::message);
  return std::move(texts.all);
}

Result<std::string> check_sqlite_path(std::string_view database) {
  const std::size_t colon = database.find(':');
  const std::string_view scheme = database.substr(0, colon == std::string_view::npos ? 0 : colon);
  if (scheme == "postgres" || scheme == "postgresql")
    return error(Errc::invalid, "PostgreSQL cannot be asked yet");
  if (scheme == "sqlite" || database.find("://") != std::string_view::npos)
    return error(Errc::invalid, "an address stands where a path is to stand");
  return std::string(database);
}

}  // namespace gt
