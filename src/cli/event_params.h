/// What an event tells the expressions of a trigger, and the parameters that come of it.
#pragma once

#include <optional>

#include "base/json.h"
#include "definition/pipeline.h"
#include "engine/fire_files.h"
#include "expression/value.h"
#include "run/asset_store.h"
#include "run/run.h"
#include "server/run_desk.h"

namespace gt {

/// `event` of a trigger that waits for the ends of runs: {run: {id, name, pipeline, number, state,
/// logical_date, interval, trigger, params}}.
Value event_of(const RunRecord& ended);
/// `event` of a call: {body, kind, delivery}.
Value event_of(const HeardCall& call);

/// `event` of a file: {file: {path, name, bytes, modified_at}}.
Value event_of(const ArrivedFile& file);

/// `event` of updated assets: {assets: {NAME: the newest version}, updates: [all, oldest first]},
/// as asset_update_json() has it, with names as in the project of `pipeline`.
Value event_of(const std::vector<RecordedAssetUpdate>& updates, std::string_view pipeline);

/// Of the run that the event begins, evaluated, with the defaults of those that the trigger does
/// not name; nullopt: its `if` is false. Errc::invalid if an expression fails, or the pipeline does
/// not take what it gives.
Result<std::optional<JsonObject>> event_params(const Pipeline& pipeline, const Trigger& trigger,
                                               Time logical_date, const Value& event);

}  // namespace gt
