/// The routes of MLflow's protocol, beside those of our own API: docs/compatibility.md lists them.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "server/api.h"
#include "server/mlflow_fields.h"

namespace gt {

struct MlflowCall {
  const ApiCall& api;
  const MlflowFields& fields;

  const ApiParts& parts() const { return api.parts; }
  /// What stands behind the route's path.
  const std::string& rest() const { return api.names.front(); }
};

enum class MlflowBody {
  usual,
  large,     ///< up to mlflow_body_bytes_max, in memory
  artifact,  ///< up to artifact_bytes_max, on the disk
};

inline constexpr std::int64_t mlflow_body_bytes_max = 64 << 20U;
inline constexpr std::int64_t artifact_bytes_max = std::int64_t{1} << 40U;

struct MlflowRoute {
  HttpMethod method;
  /// Behind `/api/` or `/ajax-api/`. One that ends in a slash takes any path behind it.
  std::string_view path;
  /// nullopt: for everybody who may ask this server at all.
  std::optional<AccessScope> scope;
  Result<HttpResponse> (*answer)(const MlflowCall& call);
  MlflowBody body = MlflowBody::usual;
};

std::span<const MlflowRoute> mlflow_routes();

/// Whether a path is one of the protocol's, also one that nothing is at.
bool is_mlflow_path(std::string_view path);
/// nullptr where there is none. `rest`: what stands behind the route's path.
const MlflowRoute* find_mlflow_route(const HttpRequest& request, std::string& rest);
/// With what the request says.
Result<HttpResponse> answer_mlflow_call(const MlflowRoute& route, const ApiCall& call);
HttpResponse no_mlflow_endpoint(const HttpRequest& request);

}  // namespace gt
