#include <algorithm>

#include "base/text.h"
#include "cli/claim_view.h"
#include "cli/commands.h"
#include "cli/table.h"
#include "definition/limits.h"
#include "run/claim_store.h"

namespace gt {

namespace {

const Example examples[] = {
    {"geartrain pools", "slots, and who has them and waits for them"},
    {"geartrain pools set db 4 --description 'connections to the warehouse'",
     "make a pool, or give it another size at once"},
    {"geartrain pools set db 0", "close it: what comes waits"},
    {"geartrain pools remove db", "once nobody uses it"},
};

struct PoolUse {
  std::vector<const HeldSlots*> holders;
  std::vector<const ClaimWait*> waits;
  std::int64_t used = 0;
};

PoolUse use_of(const ClaimLedger& ledger, const std::string& pool) {
  PoolUse use;
  for (const HeldSlots& held : ledger.slots) {
    if (held.pool != pool) continue;
    use.holders.push_back(&held);
    use.used += held.slots;
  }
  for (const ClaimWait& wait : ledger.waits)
    for (const PoolSlots& wanted : wait.claim.pools)
      if (wanted.pool == pool) use.waits.push_back(&wait);
  return use;
}

std::int64_t slots_of(const Claim& claim, const std::string& pool) {
  for (const PoolSlots& wanted : claim.pools)
    if (wanted.pool == pool) return wanted.slots;
  return 0;
}

JsonObject holder_json(ClaimView& view, std::int64_t task, std::int64_t slots) {
  return {{"task", view.task_name(task)}, {"slots", slots}, {"driven", !view.is_abandoned(task)}};
}

JsonObject pool_json(ClaimView& view, const Pool& pool) {
  const PoolUse use = use_of(view.ledger(), pool.name);
  JsonList holders, waiting;
  for (const HeldSlots* held : use.holders)
    holders.emplace_back(holder_json(view, held->task, held->slots));
  for (const ClaimWait* wait : use.waits)
    waiting.emplace_back(JsonObject{{"task", view.task_name(wait->task)},
                                    {"slots", slots_of(wait->claim, pool.name)}});
  return {{"name", pool.name},
          {"slots", pool.slots},
          {"used", use.used},
          {"free", std::max<std::int64_t>(0, pool.slots - use.used)},
          {"description", pool.description},
          {"holders", std::move(holders)},
          {"waiting", std::move(waiting)}};
}

std::string with_slots(const std::string& name, std::int64_t slots) {
  return slots == 1 ? name : fmt::format("{} ({} slots)", name, slots);
}

/// Who has what, a line each.
void print_users(Console& console, ClaimView& view) {
  std::string text;
  const auto add_holder = [&](const std::string& what, std::int64_t task, std::int64_t slots) {
    text += fmt::format("  {} held by {}", what, with_slots(view.task_name(task), slots));
    if (view.is_abandoned(task)) {
      const std::string name = view.task_name(task);
      text += fmt::format(", which no engine drives: `geartrain attach {}` goes on with it",
                          name.substr(0, name.find(' ')));
    }
    text += "\n";
  };
  for (const Pool& pool : view.ledger().pools) {
    const PoolUse use = use_of(view.ledger(), pool.name);
    for (const HeldSlots* held : use.holders) add_holder(pool.name, held->task, held->slots);
    for (const ClaimWait* wait : use.waits)
      text += fmt::format("  {} waited for by {}\n", pool.name,
                          with_slots(view.task_name(wait->task), slots_of(wait->claim, pool.name)));
  }
  for (const HeldGpu& held : view.ledger().gpus) add_holder("GPU " + held.device, held.task, 1);
  for (const ClaimWait& wait : view.ledger().waits)
    if (wait.claim.gpus > 0)
      text += fmt::format("  {} waited for by {}\n", wait.claim.gpus == 1 ? "GPU" : "GPUs",
                          view.task_name(wait.task));
  if (!text.empty()) console.print("\n" + text);
}

Result<void> list(Session& session, Records& records, const OutputForm& output) {
  auto reader = TRY(records.database->begin_read());
  ClaimView view = TRY(ClaimView::load(session, records, reader));
  if (!output.is_table()) {
    JsonList pools;
    for (const Pool& pool : view.ledger().pools) pools.emplace_back(pool_json(view, pool));
    session.console.print(output.text_of(std::move(pools)));
    return {};
  }
  Table table({"pool", "slots", "used", "free", "waiting", "description"});
  for (const Pool& pool : view.ledger().pools) {
    const PoolUse use = use_of(view.ledger(), pool.name);
    table.add({{pool.name, Tone::strong},
               {pool.slots == 0 ? "closed" : std::to_string(pool.slots)},
               {std::to_string(use.used)},
               {std::to_string(std::max<std::int64_t>(0, pool.slots - use.used))},
               {std::to_string(use.waits.size())},
               {printable(pool.description), Tone::faint}});
  }
  if (table.empty())
    session.console.say("no pools; `geartrain pools set POOL SLOTS` makes one");
  else
    session.console.print(table.text(session.console));
  print_users(session.console, view);
  return {};
}

Result<std::int64_t> read_slots(const std::string& text) {
  const auto slots = parse_whole_number(text);
  if (!slots || *slots < 0 || *slots > definition_limits::pool_slots_max)
    return Error{Errc::invalid,
                 fmt::format("SLOTS is a whole number from 0 to {}, not {}",
                             definition_limits::pool_slots_max, shell_quoted(printable(text))),
                 "`geartrain pools --help` describes it"};
  return *slots;
}

/// Those who wait may find what they need now.
Result<void> commit_and_ring(Records& records, Transaction writer) {
  const auto waiting = TRY(ClaimStore().waiting_engines(writer, ""));
  TRY(writer.commit());
  for (const std::string& engine : waiting) records.database->ring(engine);
  return {};
}

struct PoolsRequest {
  std::optional<std::string> action, name, slots, description;
};

Error usage(std::string message) {
  return {Errc::invalid, std::move(message), "`geartrain pools --help` describes it"};
}

Result<void> set(Session& session, Records& records, const PoolsRequest& request) {
  if (!request.name || !request.slots) return usage("`pools set` needs a POOL and its SLOTS");
  if (!is_name(*request.name))
    return usage(
        fmt::format("{} is no name for a pool: a letter or `_`, then letters, digits, `_` "
                    "and `-`",
                    shell_quoted(printable(*request.name))));
  const std::int64_t slots = TRY(read_slots(*request.slots));
  auto writer = TRY(records.database->begin_write());
  const auto before = TRY(ClaimStore().pool(writer, *request.name));
  TRY(ClaimStore().set_pool(writer, *request.name, slots, request.description,
                            session.clock.now()));
  TRY(commit_and_ring(records, std::move(writer)));
  const std::string size =
      slots == 0 ? "closed" : fmt::format("{} {}", slots, slots == 1 ? "slot" : "slots");
  if (before)
    session.console.say(fmt::format("pool {}: {}, {} before", *request.name, size,
                                    before->slots == 0 ? "closed" : std::to_string(before->slots)));
  else
    session.console.say(fmt::format("pool {} made: {}", *request.name, size));
  return {};
}

Result<void> remove(Session& session, Records& records, const PoolsRequest& request) {
  if (!request.name || request.slots) return usage("`pools remove` needs a POOL");
  auto writer = TRY(records.database->begin_write());
  const ClaimLedger all = TRY(ClaimStore().ledger(writer));
  for (const ClaimWait& wait : all.waits) {
    const bool is_alive = TRY(records.database->is_present(wait.engine));
    if (!is_alive) TRY(ClaimStore().forget_engine(writer, wait.engine));
  }
  TRY(ClaimStore().remove_pool(writer, *request.name));
  TRY(writer.commit());
  session.console.say(fmt::format("pool {} removed", *request.name));
  return {};
}

Result<ExitCode> run(Session& session, Words words) {
  Options options(pools_command.text);
  PoolsRequest request;
  OutputForm output;
  options.argument("ACTION", request.action, Need::optional,
                   "list, set or remove; list without it.");
  options.argument("POOL", request.name, Need::optional, "Of `set` and `remove`: the pool.");
  options.argument("SLOTS", request.slots, Need::optional,
                   "Of `set`: how many there are; 0 closes the pool.");
  options.option("--description", "TEXT", request.description, "Of `set`: what the pool is for.");
  options.output(output, {.text = "a list of {name, slots, used, free, description, holders: "
                                  "[{task, slots, driven}], waiting: [{task, slots}]}.",
                          .names = "[].name"});
  if (!TRY(begin_command(session, options, words))) return ExitCode::ok;

  const std::string action = request.action.value_or("list");
  if (action == "set") {
    Records records = TRY(open_records(session));
    TRY(set(session, records, request));
    return ExitCode::ok;
  }
  if (action == "remove") {
    Records records = TRY(open_existing_records(session));
    TRY(remove(session, records, request));
    return ExitCode::ok;
  }
  if (action != "list" || request.name)
    return usage(fmt::format("pools can be listed, `set` or `remove`d; {} is none of that",
                             shell_quoted(printable(action != "list" ? action : *request.name))));
  auto records = open_existing_records(session);
  if (!records && records.error().code == Errc::not_found) {
    if (output.is_table())
      session.console.say("no pools; `geartrain pools set POOL SLOTS` makes one");
    else
      session.console.print(output.text_of(JsonList()));
    return ExitCode::ok;
  }
  if (!records) return std::move(records).error();
  TRY(list(session, *records, output));
  return ExitCode::ok;
}

}  // namespace

const CliCommand pools_command = {
    {"pools", "list pools of slots that all runs share, make and change them",
     "A step with `pool: NAME` runs only while it has a slot of the pool, whichever run and "
     "whichever geartrain it belongs to. A changed size counts at once; what runs goes on, also "
     "where there are fewer slots now. Below the table: who has slots and GPUs, and who waits.",
     examples},
    false,
    run};

}  // namespace gt
