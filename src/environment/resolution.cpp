#include "environment/resolution.h"

#include "base/file.h"
#include "base/json.h"

namespace gt {

namespace {

constexpr int resolution_format = 1;

std::optional<PinnedPackage> package_of(const Json& json) {
  const Json* const name = json.find("name");
  const Json* const version = json.find("version");
  if (!name || !name->string() || !version || !version->string()) return std::nullopt;
  return PinnedPackage{*name->string(), *version->string()};
}

}  // namespace

std::string Resolution::constraints() const {
  std::string text;
  for (const PinnedPackage& package : packages)
    text += package.name + "==" + package.version + "\n";
  return text;
}

Resolution resolution_of(const std::vector<InstalledPackage>& packages, std::int64_t generation) {
  Resolution resolution{generation, {}};
  for (const InstalledPackage& package : packages)
    if (!package.is_direct) resolution.packages.push_back({package.name, package.version});
  return resolution;
}

std::optional<Resolution> read_resolution(const std::string& path) {
  const auto text = read_file(path);
  const auto json = text ? parse_json(*text) : Result<Json>(text.error());
  if (!json) return std::nullopt;
  const Json* const format = json->find("format");
  const Json* const generation = json->find("generation");
  const Json* const packages = json->find("packages");
  if (!format || *format != Json(resolution_format) || !generation || !generation->integer() ||
      !packages || !packages->list())
    return std::nullopt;
  Resolution resolution{*generation->integer(), {}};
  for (const Json& one : *packages->list()) {
    auto package = package_of(one);
    if (!package) return std::nullopt;
    resolution.packages.push_back(*std::move(package));
  }
  return resolution;
}

Result<void> write_resolution(const std::string& path, const Resolution& resolution) {
  JsonList packages;
  for (const PinnedPackage& package : resolution.packages)
    packages.push_back(JsonObject{{"name", package.name}, {"version", package.version}});
  const JsonObject object = {{"format", resolution_format},
                             {"generation", resolution.generation},
                             {"packages", std::move(packages)}};
  return write_file_atomically(path, pretty_json(object) + "\n", Durability::sync);
}

}  // namespace gt
