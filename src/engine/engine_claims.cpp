// What attempts share with those of other engines: claimed in the transaction of the turn, waited
// for in a line that all engines see.
#include <algorithm>

#include "engine/active_run.h"

namespace gt {

namespace {

/// The dead ring no bell: how often somebody who waits looks whether those who have slots, or come
/// first, still live. Whoever comes first and does not act for as long (it is suspended) is passed.
constexpr Duration claims_again_after = std::chrono::seconds(5);

std::string slots_text(std::int64_t count) {
  return fmt::format("{} {}", count, count == 1 ? "slot" : "slots");
}

std::string impossible_text(const ClaimAnswer& answer) {
  if (answer.pool.empty())
    return fmt::format("it wants {} {}, and this machine has {}; the setting `gpus` names others",
                       answer.wanted, answer.wanted == 1 ? "GPU" : "GPUs",
                       *answer.size == 0 ? "none" : std::to_string(*answer.size));
  if (!answer.size)
    return fmt::format("there is no pool {0}; `geartrain pools set {0} {1}` makes it", answer.pool,
                       answer.wanted);
  return fmt::format(
      "it wants {} of pool {}, which has {}; `geartrain pools set {} {}` enlarges it",
      slots_text(answer.wanted), answer.pool, *answer.size, answer.pool, answer.wanted);
}

/// Other runs, or whoever closed the pool.
bool waits_for_others(const ClaimAnswer& answer, RunId run) {
  if (answer.verdict == ClaimVerdict::outranked) return run_of(answer.ahead) != run;
  return answer.holders.empty() || std::ranges::any_of(answer.holders, [&](std::int64_t task) {
           return run_of(task) != run;
         });
}

}  // namespace

Slots Engine::slots_in_use() const {
  Slots used;
  for (const auto& [id, active] : active_) used.take(active->live.used());
  return used;
}

ClaimWait Engine::wait_of(const LaunchWish& wish, bool is_ready) const {
  return {.task = task_key(wish.run, wish.task),
          .engine = settings_.engine_id,
          .priority = wish.priority,
          .since = wish.since,
          .is_ready = is_ready,
          .claim = *wish.claim,
          .devices = wish.claim->gpus > 0 ? settings_.gpus : std::vector<std::string>()};
}

/// When something may be free now, or a task that others did not have to wait for fits again.
void Engine::let_ask_again(Time now) {
  const bool is_time = claims_again_at_ && *claims_again_at_ <= now;
  if (is_time) claims_again_at_.reset();
  const bool may_be_free = std::exchange(claims_changed_, false) || is_time ||
                           std::ranges::any_of(active_, [](const auto& entry) {
                             return !entry.second->live.freed_claims().empty();
                           });
  const Slots used = slots_in_use();
  for (auto& [id, active] : active_) {
    bool asks = may_be_free;
    if (!asks && !active->noted_waits.empty())
      for (const LaunchWish& wish : active->live.refused_launches()) {
        const auto noted = active->noted_waits.find(wish.task);
        asks = asks || noted == active->noted_waits.end() ||
               (!noted->second && active->live.has_place() &&
                used.fits(wish.wanted, settings_.capacity));
      }
    if (asks) active->live.claims_changed();
  }
}

Result<Engine::ClaimTurn> Engine::begin_claims() {
  auto writer = TRY(parts_.database.begin_write());
  ClaimTurn claims{std::move(writer), ClaimBook(ClaimLedger()), false, false, false, {}};
  ClaimLedger ledger = TRY(claims_.ledger(claims.writer));
  for (const ClaimWait& wait : ledger.waits)
    if (wait.engine != settings_.engine_id && !claims.present.contains(wait.engine))
      claims.present[wait.engine] = TRY(parts_.database.is_present(wait.engine));
  claims.book = ClaimBook(std::move(ledger));
  for (const auto& [engine, is_present] : claims.present) {
    if (is_present) continue;
    claims.book.forget_waits_of(engine);
    TRY(claims_.forget_engine(claims.writer, engine));
    claims.has_written = claims.has_freed = true;
  }
  // Attempts of this turn give back what they had before others take it.
  for (const auto& [id, active] : active_)
    for (const AttemptId& attempt : active->live.freed_claims())
      claims.book.release(task_key(id, attempt.task));
  return claims;
}

/// Slots of attempts that have ended while nobody drove their runs.
Result<bool> Engine::free_ended_claims(ClaimTurn& claims) {
  if (std::exchange(claims.has_looked_for_ended, true)) return false;
  bool has_freed = false;
  for (const ClaimHolder& holder : TRY(claims_.holders(claims.writer))) {
    if (holder.owner_engine == settings_.engine_id) continue;
    if (!claims.present.contains(holder.owner_engine))
      claims.present[holder.owner_engine] =
          !holder.owner_engine.empty() && TRY(parts_.database.is_present(holder.owner_engine));
    if (claims.present[holder.owner_engine] || !parts_.executor.has_ended(holder.outside_name))
      continue;
    TRY(claims_.release(claims.writer, holder.task));
    claims.book.release(holder.task);
    has_freed = true;
  }
  claims.has_written = claims.has_written || has_freed;
  claims.has_freed = claims.has_freed || has_freed;
  return has_freed;
}

Result<std::optional<std::vector<std::string>>> Engine::claim(ActiveRun& active,
                                                              const LaunchWish& wish,
                                                              std::optional<ClaimTurn>& claims,
                                                              Time now) {
  LiveRun& live = active.live;
  std::optional<std::vector<std::string>> devices;
  if (!wish.claim) return devices.emplace(), devices;
  if (!claims) claims.emplace(TRY(begin_claims()));
  const ClaimWait asking = wait_of(wish, true);
  const auto outranked_since = live.next_outranked_since();
  const bool is_patient = !outranked_since || now < *outranked_since + claims_again_after;
  ClaimAnswer answer = claims->book.judge(asking, is_patient);
  if (answer.verdict == ClaimVerdict::short_of && TRY(free_ended_claims(*claims)))
    answer = claims->book.judge(asking, is_patient);
  switch (answer.verdict) {
    case ClaimVerdict::granted:
      claims->book.grant(asking, answer.devices);
      devices = std::move(answer.devices);
      break;
    case ClaimVerdict::short_of:
    case ClaimVerdict::outranked:
      claims->book.wait(asking);
      if (waits_for_others(answer, wish.run)) active.refused.emplace_back(wish.task, answer.pool);
      live.refuse_next(answer.verdict == ClaimVerdict::outranked, now);
      break;
    case ClaimVerdict::impossible:
      live.fail_next({Cause::no_capacity, impossible_text(answer), {}, {}}, now);
      break;
  }
  return devices;
}

/// After launches, as those decide what still fits.
void Engine::note_waits(Time now) {
  const Slots used = slots_in_use();
  bool somebody_waits = false;
  for (auto& [id, active] : active_) {
    std::map<TaskIndex, bool> left = active->noted_waits;
    for (const LaunchWish& wish : active->live.refused_launches()) {
      somebody_waits = true;
      const bool is_ready = active->live.has_place() && used.fits(wish.wanted, settings_.capacity);
      const auto noted = left.find(wish.task);
      if (noted == left.end() || noted->second != is_ready)
        active->waits_to_note.push_back(wait_of(wish, is_ready));
      if (noted != left.end()) left.erase(noted);
    }
    for (const auto& [task, was_ready] : left) active->waits_to_drop.push_back(task);
  }
  if (!somebody_waits)
    claims_again_at_.reset();
  else if (!claims_again_at_)
    claims_again_at_ = now + claims_again_after;
}

Result<void> Engine::write_waits(ActiveRun& active, Transaction& transaction) {
  if (active.doubts_waits) TRY(claims_.forget_run(transaction, active.live.record().id));
  for (const TaskIndex task : active.waits_to_drop)
    TRY(claims_.stop_waiting(transaction, task_key(active.live.record().id, task),
                             settings_.engine_id));
  for (const ClaimWait& wait : active.waits_to_note) TRY(claims_.wait(transaction, wait));
  return {};
}

}  // namespace gt
