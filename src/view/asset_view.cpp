#include "view/asset_view.h"

#include "base/text.h"

namespace gt {

JsonObject asset_update_json(const RecordedAssetUpdate& version) {
  const auto text_or_null = [](const std::string& text) {
    return text.empty() ? Json() : Json(text);
  };
  const AssetUpdate& update = version.update;
  // Only artifacts and plain values are recorded.
  auto content = to_json(update.content);
  Json interval;
  if (update.interval)
    interval = JsonObject{{"start", format_time(update.interval->start)},
                          {"end", format_time(update.interval->end)}};
  return {{"sequence", version.sequence},
          {"asset", update.asset},
          {"content", content ? *std::move(content) : Json()},
          {"at", format_time(update.at)},
          {"logical_date", format_time(update.logical_date)},
          {"interval", std::move(interval)},
          {"run", text_or_null(update.run)},
          {"output", text_or_null(update.output)},
          {"told_by", text_or_null(update.told_by)},
          {"details", update.details.empty() ? Json() : Json(update.details)}};
}

}  // namespace gt
