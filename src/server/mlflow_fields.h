/// What a request in MLflow's protocol says: the members of its body, or the parameters of its
/// query, as protobuf's JSON writes them. Pure; threads: any.
///
/// A name is taken as `run_id` or as `runId`, not as both; numbers also as text; what is not known
/// is passed over. Errors: invalid, with the place.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "net/http_message.h"

namespace gt {

class MlflowFields {
 public:
  /// Of a GET the query, of all others the body, which must say that it is JSON where there is one.
  static Result<MlflowFields> of(const HttpRequest& request);

  explicit MlflowFields(JsonObject members, std::string place = {})
      : members_(std::move(members)), place_(std::move(place)) {}

  /// nullopt without one, and for null.
  Result<std::optional<std::string>> text(std::string_view name) const;
  /// Without one, or with an empty one, an error.
  Result<std::string> required_text(std::string_view name) const;
  Result<std::optional<std::int64_t>> integer(std::string_view name) const;
  Result<std::int64_t> required_integer(std::string_view name) const;
  /// Also "NaN", "Infinity" and "-Infinity".
  Result<double> required_number(std::string_view name) const;
  /// One text stands for a list of it, as in a query.
  Result<std::vector<std::string>> texts(std::string_view name) const;
  Result<std::vector<MlflowFields>> objects(std::string_view name) const;
  Result<std::optional<MlflowFields>> object(std::string_view name) const;

  /// `run_id`, or `run_uuid` as old clients have it.
  Result<std::string> run_id() const;
  Result<std::int64_t> experiment_id() const;
  /// How many rows a page has: 1 to `most`.
  Result<std::int64_t> page_size(std::int64_t usual, std::int64_t most) const;

 private:
  Result<const Json*> find(std::string_view name) const;
  Error wrong(std::string_view name, std::string_view expected) const;
  Error missing(std::string_view name) const;

  JsonObject members_;
  std::string place_;  ///< "metrics[3]."
};

/// An experiment's id as clients write it. Errc::invalid.
Result<std::int64_t> parse_experiment_id(std::string_view text);

}  // namespace gt
