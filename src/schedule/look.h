/// What somebody found who looked for what a task waits for outside, and what that means.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "run/attempt.h"

namespace gt {

/// There are such files, and they have come to rest; in order of their paths, at least one.
struct FilesFound {
  std::vector<std::string> paths;
};

/// A run as it is wanted has ended.
struct RunFound {
  std::string id;    ///< uuid
  std::string name;  ///< "taxi/12"
  RunState state = RunState::succeeded;
};

/// An asset has a version as it is wanted.
struct AssetFound {
  std::int64_t sequence = 0;
  Value content;
};

/// A server has answered, whatever it says.
struct HttpAnswered {
  int status = 0;
  std::string text = {};
  Value json = {};  ///< null where the text is no JSON
};

/// A query was answered.
struct RowFound {
  std::optional<ValueObject> row = {};  ///< the first one; columns in their order
};

struct NothingFound {
  std::string why = {};  ///< for people: "connection refused"; empty where there is nothing to say
};

/// It will never be found, however long somebody looks.
struct NeverFound {
  AttemptFailed failure;
};

using Look = std::variant<FilesFound, RunFound, AssetFound, HttpAnswered, RowFound, NothingFound,
                          NeverFound>;

/// The wait is over; its outputs, in the order of the step's.
struct LookMet {
  std::vector<OutputValue> outputs;
};

/// What the wait makes of a look.
using LookVerdict = std::variant<LookMet, NothingFound, NeverFound>;

}  // namespace gt
