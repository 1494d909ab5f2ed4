/// Backfills as people see them on a terminal.
#pragma once

#include "cli/session.h"
#include "view/backfill_view.h"

namespace gt {

Tone tone_of(BackfillState state);

/// What it is, how far it is, and its firings with their runs.
void print_backfill(Session& session, const ShownBackfill& shown);

}  // namespace gt
