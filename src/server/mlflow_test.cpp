#include <cmath>
#include <doctest/doctest.h>
#include <set>

#include "base/json.h"
#include "server/mlflow_answers.h"
#include "server/mlflow_fields.h"
#include "server/mlflow_routes.h"

namespace gt {
namespace {

MlflowFields fields_of(const std::string& body) {
  const auto fields = MlflowFields::of({.method = HttpMethod::post,
                                        .headers = {{"Content-Type", "application/json"}},
                                        .body = body});
  REQUIRE(fields.ok());
  return *fields;
}

TEST_CASE("what changes something needs more than to read") {
  for (const MlflowRoute& route : mlflow_routes()) {
    CAPTURE(route.path);
    const bool is_search = route.path.ends_with("/search");
    CHECK((is_safe(route.method) || is_search || route.scope == AccessScope::run));
    CHECK((route.body == MlflowBody::usual || route.scope == AccessScope::run));
  }
}

TEST_CASE("each route is found at both fronts, and its rest is behind it") {
  std::set<std::pair<HttpMethod, std::string_view>> seen;
  for (const MlflowRoute& route : mlflow_routes()) {
    CHECK(seen.insert({route.method, route.path}).second);
    if (route.path.starts_with('/')) continue;
    const std::string name = route.path.ends_with('/') ? "a/b" : "";
    for (const char* front : {"/api/", "/ajax-api/"}) {
      HttpRequest request{.method = route.method};
      request.target.path = front + std::string(route.path) + name;
      std::string rest;
      CHECK(is_mlflow_path(request.target.path));
      CHECK(find_mlflow_route(request, rest) == &route);
      CHECK(rest == name);
    }
  }
  CHECK_FALSE(is_mlflow_path("/api/v1/runs"));
}

TEST_CASE("fields are read in both spellings, and numbers also as texts") {
  const MlflowFields fields = fields_of(
      R"({"runId": "r", "start_time": "12", "step": 7.0, "value": "NaN", "x": null, "many": ["a"]})");
  CHECK(*fields.run_id() == "r");
  CHECK(fields.integer("start_time")->value() == 12);
  CHECK(fields.integer("step")->value() == 7);
  CHECK(std::isnan(*fields.required_number("value")));
  CHECK_FALSE(fields.text("x")->has_value());
  CHECK(fields.texts("many")->size() == 1);
  CHECK(fields.texts("nothing")->empty());
}

TEST_CASE("fields of another type are refused by name") {
  const MlflowFields fields = fields_of(
      R"({"a": 1, "b": "x", "c": [1], "d": {"e": {"f": "g"}}, "list": [{"v": true}], "n_m": 1, "nM": 2})");
  CHECK(fields.text("a").error().message.find("'a'") != std::string::npos);
  CHECK_FALSE(fields.integer("b").ok());
  CHECK_FALSE(fields.required_number("b").ok());
  CHECK_FALSE(fields.texts("c").ok());
  CHECK_FALSE(fields.objects("c").ok());
  CHECK_FALSE(fields.object("a").ok());
  CHECK(fields.integer("n_m").error().message.find("twice") != std::string::npos);
  CHECK(fields.objects("list")->front().required_number("v").error().message.find("'list[0].v'") !=
        std::string::npos);
  CHECK((*fields.object("d"))->object("e").ok());
  CHECK(fields.required_text("missing").error().message.find("Missing value") != std::string::npos);
}

TEST_CASE("errors have MLflow's words") {
  const auto said = [](Errc code) {
    const HttpResponse answer = mlflow_error(Error{code, "message", "hint"});
    const auto body = parse_json(std::get<std::string>(answer.body));
    CHECK(*body->find("message")->string() == "message (hint)");
    return fmt::format("{} {}", answer.status, *body->find("error_code")->string());
  };
  CHECK(said(Errc::invalid) == "400 INVALID_PARAMETER_VALUE");
  CHECK(said(Errc::not_found) == "404 RESOURCE_DOES_NOT_EXIST");
  CHECK(said(Errc::conflict) == "400 RESOURCE_ALREADY_EXISTS");
  CHECK(said(Errc::denied) == "403 PERMISSION_DENIED");
  CHECK(said(Errc::exhausted) == "507 RESOURCE_EXHAUSTED");
  CHECK(said(Errc::unavailable) == "503 TEMPORARILY_UNAVAILABLE");
  CHECK(said(Errc::internal) == "500 INTERNAL_ERROR");
}

TEST_CASE("a run is JSON, whatever stands in it") {
  RunInFull run;
  run.run.uuid = "u";
  run.run.name = "\"\n\u00fc";
  run.metrics = {{"nan", {std::nan(""), 1, 2}}, {"inf", {-INFINITY, 3, 4}}, {"x", {0.1, 5, 6}}};
  run.tags = {{"a\\", ""}};
  run.inputs = {{.dataset = {.name = "d", .digest = "e"}, .tags = {{"k", "v"}}}};
  MlflowText text;
  text.open();
  add_run(text, "run", run);
  text.close();
  const auto json = parse_json(std::get<std::string>(std::move(text).answer().body));
  REQUIRE(json.ok());
  const Json* const data = json->find("run")->find("data");
  const JsonList& metrics = *data->find("metrics")->list();
  CHECK(*metrics[0].find("value")->string() == "NaN");
  CHECK(*metrics[1].find("value")->string() == "-Infinity");
  CHECK(*metrics[2].find("value")->real() == 0.1);
  CHECK(*metrics[2].find("timestamp")->integer() == 5);
  CHECK(data->find("params") == nullptr);
  CHECK(json->find("run")->find("info")->find("end_time") == nullptr);
  CHECK(*json->find("run")->find("info")->find("run_name")->string() == "\"\n\u00fc");
  CHECK(json->find("run")->find("outputs")->object()->empty());
}

}  // namespace
}  // namespace gt
