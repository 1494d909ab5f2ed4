#include "run/claim.h"

#include "base/json.h"
#include "base/text.h"

namespace gt {

Claim claim_of(const Step& step) { return {step.settings->pools, step.settings->resources.gpus}; }

std::string devices_text(const std::vector<std::string>& devices) {
  return fmt::format("{}", fmt::join(devices, ","));
}

std::vector<std::string> devices_of(std::string_view text) {
  std::vector<std::string> devices;
  for (const std::string_view device : split(text, ','))
    if (!device.empty()) devices.emplace_back(device);
  return devices;
}

std::string claim_text(const Claim& claim) {
  JsonObject pools;
  for (const PoolSlots& wanted : claim.pools) pools.set(wanted.pool, wanted.slots);
  JsonObject object{{"pools", Json(std::move(pools))}};
  if (claim.gpus > 0) object.set("gpu", static_cast<std::int64_t>(claim.gpus));
  return compact_json(object);
}

Result<Claim> parse_claim(const std::string& text) {
  const Json json = TRY(parse_json(text));
  Claim claim;
  if (const Json* pools = json.find("pools"); pools && pools->object())
    for (const auto& [name, slots] : *pools->object())
      if (slots.integer()) claim.pools.push_back({name, *slots.integer()});
  if (const Json* gpus = json.find("gpu"); gpus && gpus->integer())
    claim.gpus = static_cast<std::uint32_t>(*gpus->integer());
  return claim;
}

}  // namespace gt
