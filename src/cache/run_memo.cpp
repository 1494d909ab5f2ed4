#include "cache/run_memo.h"

#include <charconv>
#include <unordered_set>

#include "base/text.h"

namespace gt {

namespace {

Error damaged() { return error(Errc::internal, "the memo of a run is damaged"); }

std::string lines_of(const std::vector<AskedFact>& facts) {
  std::string text;
  for (const AskedFact& fact : facts) text += fact.answer.hex() + " " + fact.question + "\n";
  return text;
}

/// Each artifact once.
std::string lines_of(const std::vector<Blob>& artifacts) {
  std::string text;
  std::unordered_set<Digest> seen;
  for (const Blob& blob : artifacts)
    if (seen.insert(blob.name.digest).second)
      text += fmt::format("{} {} {}\n", blob.name.digest.hex(),
                          blob.name.is_folder ? "folder" : "file", blob.bytes);
  return text;
}

template <typename Line>
Result<std::vector<Line>> parse_lines(std::string_view text,
                                      Result<Line> (*parse)(std::string_view)) {
  std::vector<Line> lines;
  while (!text.empty()) {
    const auto end = text.find('\n');
    if (end == std::string_view::npos) return damaged();
    lines.push_back(TRY(parse(text.substr(0, end))));
    text.remove_prefix(end + 1);
  }
  return lines;
}

/// Splits at the first blank.
std::pair<std::string_view, std::string_view> first_word(std::string_view line) {
  const auto blank = line.find(' ');
  if (blank == std::string_view::npos) return {line, {}};
  return {line.substr(0, blank), line.substr(blank + 1)};
}

Result<AskedFact> parse_fact(std::string_view line) {
  const auto [answer, question] = first_word(line);
  const auto digest = Digest::parse(answer);
  if (!digest) return damaged();
  return AskedFact{std::string(question), *digest};
}

Result<Blob> parse_artifact(std::string_view line) {
  const auto [name, rest] = first_word(line);
  const auto [kind, size] = first_word(rest);
  const auto digest = Digest::parse(name);
  Blob blob;
  const auto [end, problem] = std::from_chars(size.data(), size.data() + size.size(), blob.bytes);
  if (!digest || problem != std::errc() || end != size.data() + size.size()) return damaged();
  blob.name = {*digest, kind == "folder"};
  return blob;
}

}  // namespace

Result<std::optional<RunMemo>> find_memo(Transaction& transaction, const Digest& request) {
  const std::string hex = request.hex();
  const auto row = TRY((transaction.query_row<std::int64_t, std::int64_t, std::string, std::string>(
      "SELECT run, tasks, facts, artifacts FROM run_memo WHERE request = :request", {hex})));
  if (!row) return std::optional<RunMemo>();
  const auto& [run, tasks, facts, artifacts] = *row;
  RunMemo memo;
  memo.run = run;
  memo.tasks = static_cast<std::uint32_t>(tasks);
  memo.facts = TRY(parse_lines(facts, parse_fact));
  memo.artifacts = TRY(parse_lines(artifacts, parse_artifact));
  return std::optional(std::move(memo));
}

Result<bool> has_memo(Transaction& transaction, const Digest& request, RunId run) {
  const std::string hex = request.hex();
  const auto row = TRY(transaction.query_row<std::int64_t>(
      "SELECT 1 FROM run_memo WHERE request = :request AND run = :run", {hex, run}));
  return row.has_value();
}

Result<void> keep_memo(Transaction& transaction, const Digest& request, const RunMemo& memo,
                       Time since) {
  // Attempts of later runs, and whatever ended beside this one, may have replaced results. Runs of
  // the same batch are driven by the same engine: theirs are known by their attempts.
  const auto others = TRY(transaction.query_row<std::int64_t>(
      "SELECT CASE WHEN EXISTS (SELECT 1 FROM attempt WHERE task >= :later) OR EXISTS (SELECT 1 "
      "FROM run WHERE id <> :run AND (ended_at IS NULL OR ended_at >= :since) AND same_as IS NULL "
      "AND (batch IS NULL OR batch <> (SELECT coalesce(batch, '') FROM run WHERE id = :run))) OR "
      "EXISTS (SELECT 1 FROM attempt WHERE task >= 4294967296 * (SELECT min(id) FROM run WHERE "
      "batch = (SELECT batch FROM run WHERE id = :run)) AND task < :own AND (ended_at IS NULL OR "
      "ended_at >= :since)) OR NOT EXISTS (SELECT 1 FROM run WHERE id = :run AND state = "
      "'succeeded') THEN 1 ELSE 0 END",
      {task_key(memo.run + 1, 0), memo.run, since, task_key(memo.run, 0)}));
  if (others && std::get<0>(*others) != 0) return {};
  const std::string hex = request.hex(), facts = lines_of(memo.facts),
                    artifacts = lines_of(memo.artifacts);
  TRY(transaction.execute(
      "INSERT INTO run_memo (request, run, tasks, facts, artifacts) VALUES (:request, :run, "
      ":tasks, :facts, :artifacts) ON CONFLICT (request) DO UPDATE SET run = excluded.run, tasks = "
      "excluded.tasks, facts = excluded.facts, artifacts = excluded.artifacts",
      {hex, memo.run, memo.tasks, facts, artifacts}));
  TRY(transaction.execute(
      "DELETE FROM run_memo WHERE run NOT IN (SELECT run FROM run_memo ORDER BY "
      "run DESC LIMIT :limit)",
      {run_memos_max}));
  return {};
}

Result<void> forget_memos(Transaction& transaction) {
  // Without a condition SQLite would write a page even where there is nothing to delete.
  TRY(transaction.execute("DELETE FROM run_memo WHERE run > 0"));
  return {};
}

}  // namespace gt
