#include "process/spawn_request.h"

#include "process/packing.h"

namespace gt {

namespace {

void pack_texts(Packer& packer, const std::vector<std::string>& texts) {
  packer.number(static_cast<std::int64_t>(texts.size()));
  for (const auto& text : texts) packer.text(text);
}

std::vector<std::string> unpack_texts(Unpacker& unpacker) {
  std::vector<std::string> texts(unpacker.count());
  for (auto& text : texts) text = unpacker.text();
  return texts;
}

void pack_place(Packer& packer, const AttemptPlace& place) {
  packer.text(place.name).text(place.folder);
}

Error damaged() { return error(Errc::internal, "a message to the keeper is damaged"); }

}  // namespace

std::string pack(const AttemptPlace& place) {
  Packer packer;
  pack_place(packer, place);
  return packer.take();
}

Result<AttemptPlace> unpack_attempt_place(std::string_view bytes) {
  Unpacker unpacker(bytes);
  AttemptPlace place;
  place.name = unpacker.text();
  place.folder = unpacker.text();
  if (!unpacker.ok()) return damaged();
  return place;
}

std::string pack(const SpawnRequest& request) {
  Packer packer;
  pack_place(packer, {request.name, request.folder});
  const auto* script = std::get_if<Script>(&request.command);
  packer.number(script != nullptr ? 1 : 0);
  if (script != nullptr)
    packer.text(script->text);
  else
    pack_texts(packer, std::get<0>(request.command));
  pack_texts(packer, request.environment);
  packer.text(request.working_directory);
  pack_texts(packer, request.folders);
  pack_texts(packer, request.secrets);
  packer.number(request.timeout ? request.timeout->count() : -1);
  packer.number(request.grace.count()).number(request.log_bytes_max);
  return packer.take();
}

Result<SpawnRequest> unpack_spawn_request(std::string_view bytes) {
  Unpacker unpacker(bytes);
  SpawnRequest request;
  request.name = unpacker.text();
  request.folder = unpacker.text();
  if (unpacker.number() == 1)
    request.command = Script{unpacker.text()};
  else
    request.command = unpack_texts(unpacker);
  request.environment = unpack_texts(unpacker);
  request.working_directory = unpacker.text();
  request.folders = unpack_texts(unpacker);
  request.secrets = unpack_texts(unpacker);
  if (const auto timeout = unpacker.number(); timeout >= 0) request.timeout = Duration(timeout);
  request.grace = Duration(unpacker.number());
  request.log_bytes_max = unpacker.number();
  if (!unpacker.at_end()) return damaged();
  return request;
}

}  // namespace gt
