/// Executes a launch to its end by an executor, and records nothing.
#pragma once

#include <functional>

#include "execute/executor.h"

namespace gt {

/// `wait` sleeps until the executor has something to tell; false: give up, whereupon the attempt is
/// killed and the answer is Errc::cancelled. The launch's attempt must be new to the executor.
Result<AttemptEnded> rehearse(Executor& executor, Launch launch, const std::function<bool()>& wait);

}  // namespace gt
