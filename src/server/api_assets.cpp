#include <limits>

#include "base/text.h"
#include "run/told_asset.h"
#include "server/answers.h"
#include "server/api_handlers.h"
#include "view/asset_view.h"

namespace gt {

namespace {

constexpr std::int64_t page_versions = 50, page_versions_max = 1000;

Result<RecordedAssetUpdate> newest_of_path(const ApiCall& call, Transaction& reader) {
  auto newest = TRY(AssetStore().newest(reader, call.name(0)));
  if (!newest)
    return error(Errc::not_found, "there is no version of an asset {}",
                 shell_quoted(printable(call.name(0))));
  return *std::move(newest);
}

}  // namespace

Answer list_assets(const ApiCall& call) {
  TRY(check_query(call.request, {}));
  auto reader = TRY(call.parts.database.begin_read());
  JsonList list;
  for (const RecordedAssetUpdate& one : TRY(AssetStore().newest(reader)))
    list.emplace_back(asset_update_json(one));
  return json_answer(200, JsonObject{{"assets", std::move(list)}});
}

Answer get_asset(const ApiCall& call) {
  TRY(check_query(call.request, {}));
  auto reader = TRY(call.parts.database.begin_read());
  return json_answer(200, asset_update_json(TRY(newest_of_path(call, reader))));
}

Answer list_asset_updates(const ApiCall& call) {
  TRY(check_query(call.request, {"limit", "cursor"}));
  const std::int64_t limit =
      TRY(number_parameter(call.request, "limit", page_versions, 1, page_versions_max));
  const std::int64_t end = std::numeric_limits<std::int64_t>::max();
  const std::int64_t before = TRY(number_parameter(call.request, "cursor", end, 1, end));
  auto reader = TRY(call.parts.database.begin_read());
  TRY(newest_of_path(call, reader));
  auto versions = TRY(AssetStore().history(reader, call.name(0), before, limit + 1));
  const bool has_more = std::ssize(versions) > limit;
  if (has_more) versions.pop_back();
  JsonList list;
  for (const RecordedAssetUpdate& one : versions) list.emplace_back(asset_update_json(one));
  return json_answer(
      200, JsonObject{{"updates", std::move(list)},
                      {"next_cursor",
                       has_more ? Json(std::to_string(versions.back().sequence)) : Json()}});
}

Answer update_asset(const ApiCall& call) {
  TRY(check_query(call.request, {}));
  const JsonObject body = TRY(body_of(call.request));
  TRY(check_members(body, {"content", "details"}));
  ToldAsset told{.asset = call.name(0), .content = {}, .details = {}, .by = call.caller.name};
  if (const Json* const content = body.find("content"); content && !content->is_null())
    told.content = *content;
  if (const Json* const details = body.find("details"); details && !details->is_null()) {
    if (details->object() == nullptr) return error(Errc::invalid, "details is not an object");
    told.details = *details->object();
  }
  const AssetUpdate update = TRY(update_of(std::move(told), call.parts.clock.now()));
  auto writer = TRY(call.parts.database.begin_write());
  const bool is_new = TRY(AssetStore().add(writer, update)).has_value();
  const JsonObject shape = asset_update_json(TRY(newest_of_path(call, writer)));
  TRY(writer.commit());
  call.parts.database.ring_followers();
  return json_answer(is_new ? 201 : 200, shape);
}

}  // namespace gt
