#include "cli/event_params.h"

#include "base/text.h"
#include "cli/trigger_params.h"
#include "definition/pushed_names.h"
#include "expression/context.h"
#include "view/asset_view.h"

namespace gt {

Value event_of(const RunRecord& ended) {
  Value interval;
  if (ended.interval)
    interval = ValueObject{{"start", Value(format_time(ended.interval->start))},
                           {"end", Value(format_time(ended.interval->end))}};
  return ValueObject{{"run", ValueObject{{"id", Value(std::string_view(ended.uuid))},
                                         {"name", Value(std::string_view(ended.name()))},
                                         {"pipeline", Value(std::string_view(ended.pipeline))},
                                         {"number", Value(ended.number)},
                                         {"state", Value(to_text(ended.state))},
                                         {"logical_date", Value(format_time(ended.logical_date))},
                                         {"interval", std::move(interval)},
                                         {"trigger", ended.trigger.empty()
                                                         ? Value()
                                                         : Value(std::string_view(ended.trigger))},
                                         {"params", value_from_json(ended.params)}}}};
}

Value event_of(const HeardCall& call) {
  return ValueObject{{"body", value_from_json(call.body)},
                     {"kind", Value(std::string_view(call.kind))},
                     {"delivery", Value(std::string_view(call.delivery))}};
}

Value event_of(const ArrivedFile& file) {
  return ValueObject{{"file", ValueObject{{"path", Value(std::string_view(file.path))},
                                          {"name", Value(std::string_view(file.name))},
                                          {"bytes", Value(file.bytes)},
                                          {"modified_at", Value(format_time(file.modified_at))}}}};
}

Value event_of(const std::vector<RecordedAssetUpdate>& updates, std::string_view pipeline) {
  ValueObject newest;
  ValueList all;
  const std::string_view project = project_of_pipeline(pipeline);
  for (const RecordedAssetUpdate& one : updates) {
    RecordedAssetUpdate beside = one;
    if (!project.empty()) beside.update.asset.erase(0, project.size() + 1);
    Value shape = value_from_json(asset_update_json(beside));
    newest.set(beside.update.asset, shape);
    all.push_back(std::move(shape));
  }
  return ValueObject{{"assets", Value(std::move(newest))}, {"updates", Value(std::move(all))}};
}

Result<std::optional<JsonObject>> event_params(const Pipeline& pipeline, const Trigger& trigger,
                                               Time logical_date, const Value& event) {
  const ValueContext context(ValueObject{
      {"run", ValueObject{{"logical_date", Value(format_time(logical_date))}}}, {"event", event}});
  if (trigger.condition) {
    const Value is_wanted = TRY(trigger.condition->evaluate(context).context("if"));
    if (is_wanted.boolean() == nullptr) return error(Errc::invalid, "if: it gives no boolean");
    if (!*is_wanted.boolean()) return std::optional<JsonObject>();
  }
  JsonObject params = TRY(trigger_params(pipeline, trigger, context));
  return std::optional(std::move(params));
}

}  // namespace gt
