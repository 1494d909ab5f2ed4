/// What the expressions of a receiver see.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "expression/context.h"

namespace gt {

/// `event`, whose absent members are empty texts, and `secrets`. Threads: one.
class ReceiverContext final : public Context {
 public:
  using FindSecret = std::function<Result<Secret>(std::string_view name)>;
  /// Changes what the texts of the event are to be where they go.
  using Escape = std::string (*)(std::string_view text);

  /// Both outlive it.
  ReceiverContext(const JsonObject& event, const FindSecret& secret, Escape escape = nullptr)
      : event_(event), secret_(secret), escape_(escape) {}

  Result<Found> find(NamePath path) const override;
  std::vector<std::string> names(NamePath scope) const override;

  /// The texts of all secrets that were asked for, so that they can be kept out of messages.
  const std::vector<std::string>& used_secrets() const { return used_; }

 private:
  const JsonObject& event_;
  const FindSecret& secret_;
  Escape escape_;
  mutable std::vector<std::string> used_;
};

}  // namespace gt
