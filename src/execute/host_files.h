/// What an attempt on the host takes from the blob store, and gives to it.
#pragma once

#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "blob/blob_store.h"
#include "execute/host_environment.h"
#include "process/chores.h"
#include "run/attempt.h"

namespace gt {

/// Makes the inputs appear below the attempt's folder; those that are there already stay, so it may
/// be done again after a crash. Errc::not_found for an artifact that the store has lost.
Result<void> place_inputs(const Launch& launch, const std::string& folder, BlobStore& blobs);

/// Notes in the attempt's folder which Python environment it uses, so that nobody removes that
/// while the attempt runs, whether or not an engine lives.
Result<void> note_environment(const std::string& folder, const Variables& python);
/// The folders of the environments that attempts use which run now; `attempts` is their folder.
Result<std::unordered_set<std::string>> environments_in_use(const std::string& attempts);

/// Looks whether the step has written to an artifact that it got as a link; those are quarantined,
/// since their name is a lie now. nullopt if all are as they were.
Result<std::optional<AttemptFailed>> find_modified_inputs(const Launch& launch, BlobStore& blobs);

/// Takes the outputs and values of an attempt that ended well: one for each of launch.outputs, or
/// what is wrong with them, all faults in one message. May be done again after a crash, until
/// forget_attempt_files().
Result<std::variant<AttemptSucceeded, AttemptFailed>> take_outputs(const Launch& launch,
                                                                   const std::string& folder,
                                                                   BlobStore& blobs);

/// Removes all from the attempt's folder but its log and what says that and how it ended; what
/// takes long is left to `chores`.
Result<void> forget_attempt_files(const std::string& folder, Chores& chores);

}  // namespace gt
