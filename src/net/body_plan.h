/// What is to become of a request's body, decided when its header is there.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>

#include "base/result.h"
#include "net/http_message.h"

namespace gt {

struct BodyPlan {
  /// More than that is a 413.
  std::uint64_t bytes_max = 0;
  /// Gets the body instead of memory; none: it is in the request as a whole.
  std::shared_ptr<BodySink> sink = {};
  /// Is answered at once, without the body.
  std::optional<HttpResponse> refusal = {};
};

/// Called by the loop, so it does not wait for anything. The request has no body yet.
using BodyPlanner = std::function<BodyPlan(const HttpRequest&)>;

}  // namespace gt
