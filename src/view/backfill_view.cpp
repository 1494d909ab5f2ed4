#include "view/backfill_view.h"

#include "base/text.h"
#include "view/json_shapes.h"

namespace gt {

Result<ShownBackfill> find_backfill(RunStore& runs, Transaction& reader, BackfillId id) {
  ShownBackfill shown;
  shown.backfill = TRY(BackfillStore().get(reader, id));
  shown.counts = TRY(BackfillStore().counts(reader, id));
  for (BackfillFiring& firing : TRY(BackfillStore().firings(reader, id))) {
    std::optional<RunRecord> run;
    if (firing.run) {
      auto found = runs.get(reader, *firing.run);
      if (!found && found.error().code != Errc::not_found) return std::move(found).error();
      // The number of one that was removed may be given to another.
      if (found && !found->trigger.empty() && found->logical_date == firing.at)
        run = *std::move(found);
    }
    shown.firings.push_back({std::move(firing), std::move(run)});
  }
  return shown;
}

JsonObject backfill_summary_json(const BackfillRecord& backfill, const BackfillCounts& counts) {
  return {{"name", backfill.name()},
          {"pipeline", backfill.pipeline},
          {"trigger", backfill.trigger},
          {"from", format_time(backfill.span.start)},
          {"to", format_time(backfill.span.end)},
          {"state", to_text(backfill.state)},
          {"max_active", backfill.max_active},
          {"rerun", to_text(backfill.rerun)},
          {"reverse", backfill.reverse},
          {"params", backfill.params},
          {"created_by", backfill.created_by},
          {"created_at", format_time(backfill.created_at)},
          {"ended_at", time_json(backfill.ended_at)},
          {"counts", JsonObject{{"total", counts.total()},
                                {"waiting", counts.waiting},
                                {"active", counts.active},
                                {"succeeded", counts.succeeded},
                                {"failed", counts.failed},
                                {"cancelled", counts.cancelled},
                                {"kept", counts.kept},
                                {"refused", counts.refused}}}};
}

JsonObject backfill_json(const ShownBackfill& shown) {
  JsonList list;
  for (const auto& [firing, run] : shown.firings)
    list.emplace_back(JsonObject{{"at", format_time(firing.at)},
                                 {"logical_date", format_time(firing.at)},
                                 {"interval_start", format_time(firing.interval.start)},
                                 {"interval_end", format_time(firing.interval.end)},
                                 {"outcome", to_text(firing.outcome)},
                                 {"reason", firing.reason.empty() ? Json() : Json(firing.reason)},
                                 {"run", run ? Json(run->name()) : Json()},
                                 {"state", run ? Json(to_text(run->state)) : Json()}});
  JsonObject shape = backfill_summary_json(shown.backfill, shown.counts);
  shape.set("firings", std::move(list));
  return shape;
}

}  // namespace gt
