#include "view/firing_view.h"

#include "base/text.h"

namespace gt {

Result<std::vector<ShownFiring>> find_firings(RunStore& runs, Transaction& reader,
                                              const FiringFilter& filter) {
  std::vector<ShownFiring> shown;
  for (RecordedFiring& firing : TRY(FiringStore().list(reader, filter))) {
    std::optional<RunRecord> run;
    if (firing.run) {
      auto found = runs.get(reader, *firing.run);
      if (!found && found.error().code != Errc::not_found) return std::move(found).error();
      // The number of one that was removed may be given to another.
      if (found && found->trigger == firing.trigger && found->created_at == firing.recorded_at)
        run = *std::move(found);
    }
    shown.push_back({std::move(firing), std::move(run)});
  }
  return shown;
}

JsonList firings_json(const std::vector<ShownFiring>& firings) {
  JsonList list;
  for (const auto& [firing, run] : firings)
    list.emplace_back(JsonObject{{"pipeline", firing.pipeline},
                                 {"trigger", firing.trigger},
                                 {"at", format_time(firing.at)},
                                 {"outcome", to_text(firing.outcome)},
                                 {"reason", firing.reason.empty() ? Json() : Json(firing.reason)},
                                 {"cause", firing.cause.empty() ? Json() : Json(firing.cause)},
                                 {"run", run ? Json(run->name()) : Json()},
                                 {"state", run ? Json(to_text(run->state)) : Json()},
                                 {"recorded_at", format_time(firing.recorded_at)}});
  return list;
}

}  // namespace gt
