#include "cli/repeat.h"

#include <algorithm>

#include "base/id.h"
#include "blob/folder_blobs.h"
#include "cache/run_memo.h"
#include "cli/keep_source.h"
#include "cli/source_facts.h"
#include "engine/repeatable.h"

namespace gt {

namespace {

JsonList list_of(const std::vector<std::string>& texts) {
  JsonList list;
  for (const std::string& text : texts) list.emplace_back(text);
  return list;
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
  if (!still_hold(facts, memo.facts)) return false;
  return is_all_there(session, records.home, memo);
}

}  // namespace

Digest request_digest(const RequestTexts& texts, const RunRequest& request) {
  const JsonObject words{
      {"version", Json(GEARTRAIN_VERSION)},
      {"path", texts.pipeline.recorded_path},
      {"pipeline", sha256(texts.pipeline.text).hex()},
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
      session, records.project, [] {},
      [&](const std::string& line) { session.console.say(line); }));
  const bool is_same = TRY(still_fits(session, records, *facts, found->memo));
  const auto source = facts->source(nullptr);
  facts->remember_source();
  if (!is_same || !source) return std::optional<Repeated>();

  keep_source(records, **source);
  const Time now = session.clock.now();
  const NewRun wanted{.pipeline = like.pipeline,
                      .plan_version = like.plan_version,
                      .params = like.params,
                      .options = like.options,
                      .logical_date = now,
                      .source_digest = (*source)->digest.hex(),
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
  const RunMemo memo{.run = run,
                     .tasks = kept->tasks,
                     .facts = workshop.asked(),
                     .artifacts = std::move(kept->artifacts)};
  auto writer = TRY(records.database->begin_write());
  TRY(keep_memo(writer, request, memo, live->record().created_at));
  return writer.commit();
}

}  // namespace gt
