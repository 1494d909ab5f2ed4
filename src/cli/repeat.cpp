#include "cli/repeat.h"

#include <algorithm>

#include "base/file.h"
#include "base/id.h"
#include "blob/folder_blobs.h"
#include "cache/run_memo.h"
#include "cli/keep_source.h"
#include "cli/notifier.h"
#include "cli/source_facts.h"
#include "engine/repeatable.h"

namespace gt {

namespace {

JsonList list_of(const std::vector<std::string>& texts) {
  JsonList list;
  for (const std::string& text : texts) list.emplace_back(text);
  return list;
}

/// Of a file that is a part of each pipeline as soon as it is there.
Json digest_or_null(const std::string& path) {
  const auto text = read_file(path, receivers_file_bytes_max);
  return text ? Json(sha256(*text).hex()) : Json();
}

/// A file that the pipeline names is a fact like others, asked before any step asks.
constexpr std::string_view file_question = "file ";

std::vector<AskedFact> facts_of(const std::vector<FileText>& named) {
  std::vector<AskedFact> facts;
  for (const FileText& one : named)
    facts.push_back({std::string(file_question) + json_quoted(one.path), sha256(one.text)});
  return facts;
}

bool are_files_equal(const Project& project, std::span<const AskedFact> facts) {
  const NamedFiles files = project_files(project.root, "");
  return std::ranges::all_of(facts, [&](const AskedFact& fact) {
    const auto path = parse_json(std::string_view(fact.question).substr(file_question.size()));
    if (!path || !path->string()) return false;
    const auto text = files.read(*path->string());
    return text && sha256(*text) == fact.answer;
  });
}

Result<bool> is_all_there(Session& session, const Home& home, const RunMemo& memo) {
  FolderBlobs blobs(home, session.entropy, durability_of(session));
  const std::vector<bool> there = TRY(blobs.rely_on(memo.artifacts));
  return std::ranges::find(there, false) == there.end();
}

/// A run of the same request whose results are all kept.
struct Like {
  RunMemo memo;
  RunRecord run;
};

Result<std::optional<Like>> find_like(Records& records, const Digest& request) {
  auto reader = TRY(records.database->begin_read());
  auto memo = TRY(find_memo(reader, request));
  if (!memo) return std::optional<Like>();
  RunRecord run = TRY(records.runs.get(reader, memo->run));
  return std::optional(Like{*std::move(memo), std::move(run)});
}

Result<bool> still_fits(Session& session, Records& records, HostFacts& facts, const RunMemo& memo) {
  std::vector<AskedFact> asked = memo.facts;
  const auto of_steps = std::ranges::stable_partition(
      asked, [](const AskedFact& fact) { return fact.question.starts_with(file_question); });
  if (!are_files_equal(records.project, {asked.begin(), of_steps.begin()})) return false;
  if (!still_hold(facts, {of_steps.begin(), of_steps.end()})) return false;
  return is_all_there(session, records.home, memo);
}

}  // namespace

Digest request_digest(const RequestTexts& texts, const RunRequest& request) {
  const JsonObject words{
      {"version", Json(GEARTRAIN_VERSION)},
      {"path", texts.pipeline.recorded_path},
      {"pipeline", sha256(texts.pipeline.text).hex()},
      {"receivers", digest_or_null(join_path(texts.pipeline.project_root, receivers_file))},
      {"param_file", texts.param_file ? Json(sha256(*texts.param_file).hex()) : Json()},
      {"params", list_of(request.params)},
      {"only", list_of(request.options.only)},
      {"from", list_of(request.options.from)},
      {"refresh", list_of(request.options.refresh)},
      {"no_cache", request.options.no_cache}};
  return sha256(compact_json(words));
}

Result<std::optional<Repeated>> try_repeat(Session& session, Records& records,
                                           const Digest& request) {
  const auto found = TRY(find_like(records, request));
  if (!found) return std::optional<Repeated>();
  const RunRecord& like = found->run;
  const auto facts = TRY(make_facts(
      session, records, records.project, [] {},
      [&](const std::string& line) { session.console.say(line); }));
  const auto source = TRY(facts->hold_still());
  const bool is_same = TRY(still_fits(session, records, *facts, found->memo));
  facts->remember_source();
  if (!is_same) return std::optional<Repeated>();

  keep_source(records.home, records.project.root, *source);
  const Time now = session.clock.now();
  const NewRun wanted{.pipeline = like.pipeline,
                      .plan_version = like.plan_version,
                      .params = like.params,
                      .options = like.options,
                      .logical_date = now,
                      .source_digest = source->digest.hex(),
                      .git = git_facts(records.project.root),
                      .owner_engine = make_uuid(now, session.entropy)};
  auto writer = TRY(records.database->begin_write());
  // Whoever has changed the cache since we looked has forgotten it.
  if (!TRY(has_memo(writer, request, like.id))) return std::optional<Repeated>();
  RunRecord run = TRY(records.runs.create_same(writer, like, wanted, now, session.entropy));
  TRY(writer.commit());
  records.database->ring_followers();
  return std::optional(Repeated{std::move(run), found->memo.tasks});
}

Result<std::optional<std::uint32_t>> try_repeat_recorded(Session& session, Records& records,
                                                         HostFacts& facts, const Digest& request,
                                                         RunRecord& run) {
  const auto found = TRY(find_like(records, request));
  if (!found || !TRY(still_fits(session, records, facts, found->memo)))
    return std::optional<std::uint32_t>();
  auto writer = TRY(records.database->begin_write());
  if (!TRY(has_memo(writer, request, found->run.id))) return std::optional<std::uint32_t>();
  TRY(records.runs.become_same(writer, run, found->run, session.clock.now()));
  TRY(writer.commit());
  records.database->ring_followers();
  return std::optional(found->memo.tasks);
}

Result<void> keep_for_repeats(Records& records, Workshop& workshop, const Digest& request,
                              RunId run) {
  const LiveRun* const live = workshop.engine().find(run);
  if (live == nullptr || !workshop.engine().keeps_all_results(run)) return {};
  auto kept = repeatable_results(*live);
  if (!kept || kept->tasks <= told_at_once_max) return {};
  std::vector<AskedFact> facts = workshop.asked();
  {
    auto reader = TRY(records.database->begin_read());
    const auto version = TRY(records.runs.pipeline_version(reader, live->record().plan_version));
    std::ranges::move(facts_of(version.named), std::back_inserter(facts));
  }
  const RunMemo memo{.run = run,
                     .tasks = kept->tasks,
                     .facts = std::move(facts),
                     .artifacts = std::move(kept->artifacts)};
  auto writer = TRY(records.database->begin_write());
  TRY(keep_memo(writer, request, memo, live->record().created_at));
  return writer.commit();
}

}  // namespace gt
