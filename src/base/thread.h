/// Threads that may be refused: where the system has none left, std::jthread throws.
#pragma once

#include <system_error>
#include <thread>
#include <utility>

#include "base/result.h"

namespace gt {

/// Errc::exhausted where there is none to be had.
template <typename Work>
Result<std::jthread> start_thread(Work&& work) {
  try {
    return std::jthread(std::forward<Work>(work));
  } catch (const std::system_error& refused) {
    return Error{Errc::exhausted, std::string("starting a thread: ") + refused.code().message(),
                 "the limit of processes (ulimit -u, pids.max) is reached"};
  }
}

}  // namespace gt
