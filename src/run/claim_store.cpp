#include "run/claim_store.h"

#include <algorithm>

#include "base/text.h"

namespace gt {

namespace {

Error no_pool(const std::string& name) {
  return Error{Errc::not_found, fmt::format("there is no pool {}", printable(name)),
               "`geartrain pools` lists them"};
}

}  // namespace

Result<std::vector<Pool>> ClaimStore::pools(Transaction& transaction) {
  std::vector<Pool> pools;
  TRY((transaction.query<std::string, std::int64_t, std::string>(
      "SELECT name, slots, description FROM pool ORDER BY name", {},
      [&](std::string name, std::int64_t slots, std::string description) {
        pools.push_back({std::move(name), slots, std::move(description)});
      })));
  return pools;
}

Result<std::optional<Pool>> ClaimStore::pool(Transaction& transaction, const std::string& name) {
  auto row = TRY((transaction.query_row<std::int64_t, std::string>(
      "SELECT slots, description FROM pool WHERE name = :name", {name})));
  if (!row) return std::optional<Pool>();
  return std::optional(Pool{name, std::get<0>(*row), std::move(std::get<1>(*row))});
}

Result<void> ClaimStore::set_pool(Transaction& transaction, const std::string& name,
                                  std::int64_t slots, const std::optional<std::string>& description,
                                  Time now) {
  TRY(transaction.execute(
      "INSERT INTO pool (name, slots, description, changed_at) VALUES (:name, :slots, "
      "coalesce(:description, ''), :now) ON CONFLICT (name) DO UPDATE SET slots = excluded.slots, "
      "description = coalesce(:description, pool.description), changed_at = excluded.changed_at",
      {name, slots, description, now}));
  return {};
}

Result<void> ClaimStore::remove_pool(Transaction& transaction, const std::string& name) {
  if (!TRY(pool(transaction, name))) return no_pool(name);
  const ClaimLedger all = TRY(ledger(transaction));
  bool is_used = std::ranges::find(all.slots, name, &HeldSlots::pool) != all.slots.end();
  for (const ClaimWait& wait : all.waits) {
    const auto& wanted = wait.claim.pools;
    is_used = is_used || std::ranges::find(wanted, name, &PoolSlots::pool) != wanted.end();
  }
  if (is_used)
    return Error{Errc::conflict, fmt::format("pool {} is in use", printable(name)),
                 "`geartrain pools` shows by whom; `geartrain pools set " + name +
                     " 0` closes it for what comes"};
  TRY(transaction.execute("DELETE FROM pool WHERE name = :name", {name}));
  return {};
}

Result<ClaimLedger> ClaimStore::ledger(Transaction& transaction) {
  ClaimLedger ledger;
  ledger.pools = TRY(pools(transaction));
  TRY((transaction.query<std::string, std::int64_t, std::int64_t>(
      "SELECT pool, task, slots FROM pool_claim ORDER BY task", {},
      [&](std::string pool, std::int64_t task, std::int64_t slots) {
        ledger.slots.push_back({std::move(pool), task, slots});
      })));
  TRY((transaction.query<std::string, std::int64_t>(
      "SELECT device, task FROM gpu_claim ORDER BY task", {},
      [&](std::string device, std::int64_t task) {
        ledger.gpus.push_back({std::move(device), task});
      })));
  const Result<void> read = transaction.query<std::int64_t, std::string, std::int64_t, std::int64_t,
                                              Time, bool, std::string, std::string>(
      "SELECT task, engine, run_priority, step_priority, since, is_ready, claim, devices FROM "
      "claim_wait ORDER BY run_priority DESC, step_priority DESC, since, task",
      {},
      [&](std::int64_t task, std::string engine, std::int64_t run_priority,
          std::int64_t step_priority, Time since, bool is_ready, std::string claim,
          std::string devices) -> Result<void> {
        ClaimWait& wait = ledger.waits.emplace_back();
        wait.task = task;
        wait.engine = std::move(engine);
        wait.priority = {run_priority, step_priority};
        wait.since = since;
        wait.is_ready = is_ready;
        wait.claim = TRY(parse_claim(claim));
        wait.devices = devices_of(devices);
        return {};
      });
  TRY(read);
  return ledger;
}

Result<std::vector<ClaimHolder>> ClaimStore::holders(Transaction& transaction) {
  std::vector<ClaimHolder> holders;
  TRY((transaction.query<std::int64_t, std::string, std::string>(
      "SELECT held.task, attempt.outside_name, run.owner_engine FROM (SELECT task, number FROM "
      "pool_claim UNION SELECT task, number FROM gpu_claim) AS held JOIN attempt ON attempt.task = "
      "held.task AND attempt.number = held.number JOIN run ON run.id = held.task / 4294967296",
      {}, [&](std::int64_t task, std::string name, std::string engine) {
        holders.push_back({task, std::move(name), std::move(engine)});
      })));
  return holders;
}

Result<void> ClaimStore::release(Transaction& transaction, std::int64_t task) {
  TRY(transaction.execute("DELETE FROM pool_claim WHERE task = :task", {task}));
  TRY(transaction.execute("DELETE FROM gpu_claim WHERE task = :task", {task}));
  return {};
}

Result<void> ClaimStore::wait(Transaction& transaction, const ClaimWait& wait) {
  const std::string claim = claim_text(wait.claim), devices = devices_text(wait.devices);
  TRY(transaction.execute(
      "INSERT INTO claim_wait (task, engine, run_priority, step_priority, since, is_ready, claim, "
      "devices) VALUES (:task, :engine, :run_priority, :step_priority, :since, :is_ready, :claim, "
      ":devices) ON CONFLICT (task) DO UPDATE SET engine = excluded.engine, run_priority = "
      "excluded.run_priority, step_priority = excluded.step_priority, since = excluded.since, "
      "is_ready = excluded.is_ready, claim = excluded.claim, devices = excluded.devices",
      {wait.task, wait.engine, wait.priority.run, wait.priority.step, wait.since, wait.is_ready,
       claim, devices}));
  return {};
}

Result<void> ClaimStore::stop_waiting(Transaction& transaction, std::int64_t task,
                                      const std::string& engine) {
  TRY(transaction.execute("DELETE FROM claim_wait WHERE task = :task AND engine = :engine",
                          {task, engine}));
  return {};
}

Result<void> ClaimStore::forget_engine(Transaction& transaction, const std::string& engine) {
  TRY(transaction.execute("DELETE FROM claim_wait WHERE engine = :engine", {engine}));
  return {};
}

Result<void> ClaimStore::forget_run(Transaction& transaction, RunId run) {
  TRY(transaction.execute("DELETE FROM claim_wait WHERE task >= :first AND task < :last",
                          {task_key(run, 0), task_key(run + 1, 0)}));
  return {};
}

Result<std::vector<std::string>> ClaimStore::waiting_engines(Transaction& transaction,
                                                             const std::string& but) {
  std::vector<std::string> engines;
  TRY(transaction.query<std::string>(
      "SELECT DISTINCT engine FROM claim_wait WHERE engine <> :but", {but},
      [&](std::string engine) { engines.push_back(std::move(engine)); }));
  return engines;
}

}  // namespace gt
