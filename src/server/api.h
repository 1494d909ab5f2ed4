/// The API: requests in, answers out. docs/reference/api.md and openapi.json describe it.
#pragma once

#include <atomic>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/entropy.h"
#include "connection/key_file.h"
#include "db/database.h"
#include "db/home.h"
#include "net/body_plan.h"
#include "net/http_message.h"
#include "run/run_store.h"
#include "server/access.h"
#include "server/command_desk.h"
#include "server/event_hub.h"
#include "server/log_feed.h"
#include "server/project_desk.h"
#include "server/run_desk.h"
#include "server/server_metrics.h"
#include "tracking/shared_commits.h"

namespace gt {

struct ApiParts {
  Database& database;
  const Home& home;
  RunDesk& desk;
  ProjectDesk& projects;
  CommandDesk& commands;
  EventHub& events;
  LogFeed& logs;
  ServerMetrics& metrics;
  SharedCommits& commits;  ///< of what clients track
  Clock& clock;
  Entropy& entropy;  ///< may be asked by any thread
  AccessRules access;
  std::string version;
  KeyFile key_file;  ///< of what is secret in connections and variables
  /// Is told what became of requests that failed by our own fault.
  std::function<void(std::string_view)> report;
};

/// One request, and who asks.
struct ApiCall {
  const ApiParts& parts;
  const HttpRequest& request;
  Caller caller;
  std::vector<std::string> names;  ///< what stands for the {names} of the route

  const std::string& name(std::size_t index) const { return names[index]; }
};

struct Route {
  HttpMethod method;
  /// A name in braces stands for one segment of the path; {run} also for `pipeline/number`.
  std::string_view path;
  /// nullopt: for everybody who may ask this server at all.
  std::optional<AccessScope> scope;
  Result<HttpResponse> (*answer)(const ApiCall& call);
};

/// All of them; openapi.json has the same, which a test compares.
std::span<const Route> api_routes();

/// Threads: any.
class Api {
 public:
  explicit Api(ApiParts parts) : parts_(std::move(parts)) {}

  /// Before it is known, all are refused.
  void set_port(std::uint16_t port) { port_ = port; }
  /// What it speaks, and further names of the server at its port. Before the first request.
  void set_names(std::string scheme, std::vector<std::string> hosts) {
    parts_.access.origins.scheme = std::move(scheme);
    parts_.access.origins.hosts = std::move(hosts);
  }
  /// Before the first request.
  void set_attempts(AttemptTokens attempts) { parts_.access.attempts = std::move(attempts); }
  HttpResponse answer(HttpRequest request) const;
  /// For whoever may send more than others do: where the body goes, and how large it may be.
  BodyPlan plan_body(const HttpRequest& request) const;

 private:
  struct Answered;
  Answered find_and_answer(const HttpRequest& request) const;
  /// Errors: those of caller_of(), and denied where the caller's scope is not enough.
  Result<Caller> admit(const HttpRequest& request, std::optional<AccessScope> scope) const;
  Answered answer_mlflow(const HttpRequest& request) const;
  void report(const HttpRequest& request, std::string_view route, const Error& error) const;
  HttpResponse answer_by(const Route& route, const HttpRequest& request,
                         std::vector<std::string> names) const;

  ApiParts parts_;
  std::atomic<std::uint16_t> port_ = 0;
};

}  // namespace gt
