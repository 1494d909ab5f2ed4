/// Identifiers that we make ourselves, before anything outside hears of them.
#pragma once

#include <string>

#include "base/clock.h"
#include "base/entropy.h"

namespace gt {

/// A UUIDv7 (RFC 9562, section 5.7) as 32 lower-case hex digits: sorts by time, and is a valid id
/// for MLflow and Kubeflow.
std::string make_uuid(Time now, Entropy& entropy);

}  // namespace gt
